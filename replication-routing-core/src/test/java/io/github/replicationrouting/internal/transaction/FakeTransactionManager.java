package io.github.replicationrouting.internal.transaction;

import java.util.ArrayList;
import java.util.List;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** A transaction manager without a database that records its calls. */
final class FakeTransactionManager extends AbstractPlatformTransactionManager {

    private static final long serialVersionUID = 1L;

    final transient List<String> log = new ArrayList<>();
    private boolean active;

    @Override
    protected Object doGetTransaction() {
        return this;
    }

    @Override
    protected boolean isExistingTransaction(Object transaction) {
        return active;
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        log.add("begin");
        active = true;
    }

    @Override
    protected Object doSuspend(Object transaction) {
        active = false;
        return this;
    }

    @Override
    protected void doResume(@org.jspecify.annotations.Nullable Object transaction, Object suspendedResources) {
        active = true;
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
        log.add("commit");
    }

    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        log.add("rollback");
    }

    @Override
    protected void doSetRollbackOnly(DefaultTransactionStatus status) {
        status.setRollbackOnly();
    }

    @Override
    protected void doCleanupAfterCompletion(Object transaction) {
        active = false;
    }
}
