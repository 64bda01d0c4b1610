package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Access;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Determines the access from the transaction of the thread and the settings of the connection. */
public final class CurrentAccess {

    private CurrentAccess() {}

    /**
     * Returns the access of a statement that is about to be executed.
     *
     * @param autoCommit the connection's auto-commit: another transaction manager's transaction sets the same marks on
     *     the thread, so they count only for a connection that is out of auto-commit
     * @param readOnly the connection's own setting, the signal of plain JDBC users
     */
    public static Access of(boolean autoCommit, boolean readOnly) {
        return of(autoCommit, readOnly, isInSpringTransaction(autoCommit));
    }

    /**
     * Returns the access for a connection of which it is known whether it is in Spring's transaction.
     *
     * @param inSpringTransaction whether it is the one of the transaction that Spring manages on this thread
     */
    public static Access of(boolean autoCommit, boolean readOnly, boolean inSpringTransaction) {
        if (readOnly) {
            return Access.READ;
        }
        if (autoCommit) {
            return Access.OUTSIDE_TRANSACTION;
        }
        return inSpringTransaction && TransactionSynchronizationManager.isCurrentTransactionReadOnly()
                ? Access.READ
                : Access.WRITE;
    }

    /** Whether a connection with this auto-commit may be that of a transaction that Spring manages. */
    public static boolean isInSpringTransaction(boolean autoCommit) {
        return !autoCommit && TransactionSynchronizationManager.isActualTransactionActive();
    }
}
