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
 * Tells the record of a transaction, as the transaction manager sees it, its timeout and its commit: what runs after the
 * commit is no reason to run the transaction again. Thread-safe.
 */
public final class RetryContextListener implements TransactionExecutionListener {

    private final AbstractPlatformTransactionManager manager;

    /** @param manager the transaction manager that it listens to */
    public RetryContextListener(AbstractPlatformTransactionManager manager) {
        this.manager = manager;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        RetryContext record = RetryContext.current();
        if (record == null || failure != null) {
            return;
        }
        boolean outermost = record.begin();
        int defaultTimeout = manager.getDefaultTimeout();
        if (outermost && defaultTimeout > 0) {
            record.limitTo(Duration.ofSeconds(defaultTimeout));
        }
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new Commit(record, outermost));
        }
    }

    /** Also one of another transaction manager, which the router's connections know nothing of. */
    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null && transaction.isNewTransaction() && !transaction.isReadOnly()) {
            RetryContext.committed();
        }
    }

    /** Hears of the commit before all others do, and forbids that of a run that must not have one. */
    private record Commit(RetryContext record, boolean outermost) implements TransactionSynchronization {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            if (record.isArgumentModified()) {
                throw new IllegalStateException("The failure of something that is not done twice was hidden");
            }
        }

        @Override
        public void afterCommit() {
            if (outermost) {
                record.complete();
            }
        }
    }
}
