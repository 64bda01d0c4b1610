package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Reports the begin, default timeout and commit of a transaction from its transaction manager to the
 * {@link RetryContext}: a failure after the commit is no reason for a retry. Thread-safe.
 */
public final class RetryContextListener implements TransactionExecutionListener {

    private final AbstractPlatformTransactionManager manager;

    /** @param manager the transaction manager that notifies this listener */
    public RetryContextListener(AbstractPlatformTransactionManager manager) {
        this.manager = manager;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        RetryContext context = RetryContext.current();
        if (context == null || failure != null) {
            return;
        }
        boolean outermost = context.begin();
        int defaultTimeout = manager.getDefaultTimeout();
        if (outermost && defaultTimeout > 0) {
            context.limitTo(Duration.ofSeconds(defaultTimeout));
        }
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new CommitSynchronization(context, outermost));
        }
    }

    /** Reports commits of other transaction managers, too, which the router's connections do not see. */
    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null && transaction.isNewTransaction() && !transaction.isReadOnly()) {
            RetryContext.committed();
        }
    }

    /** Runs before all other synchronizations, and prevents the commit of an attempt that must not commit. */
    private record CommitSynchronization(RetryContext context, boolean outermost)
            implements TransactionSynchronization {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            if (context.isArgumentModified()) {
                throw new IllegalStateException(
                        "The transaction cannot commit: an object was changed by an earlier attempt of it, and the"
                                + " ModifiedByPreviousAttemptException that reported this was caught inside the"
                                + " transaction");
            }
        }

        @Override
        public void afterCommit() {
            if (outermost) {
                context.complete();
            }
        }
    }
}
