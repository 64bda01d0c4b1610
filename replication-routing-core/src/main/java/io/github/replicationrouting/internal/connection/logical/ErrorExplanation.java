package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.ReadOnlyAccessException;
import io.github.replicationrouting.spi.ErrorKind;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;

/** Explains what the refusal or the loss of a write means. The error itself is kept as the cause. */
final class ErrorExplanation {

    /** Serialization failure, which frameworks know as a conflict whatever the vendor's code. */
    private static final String ROLLBACK_STATE = "40001";

    /** MariaDB's snapshot isolation; Hibernate has an exception of its own for it, which Spring does not know. */
    private static final int RECORD_CHANGED = 1020;

    private static final int DEADLOCK = 1213;

    private ErrorExplanation() {}

    /** Returns an exception that explains {@code error}, or the error itself where there is nothing to explain. */
    static SQLException explain(SQLException error, ErrorKind kind, Access access, Decision decision) {
        SQLException explained =
                switch (kind) {
                    case READ_ONLY_TRANSACTION -> writeRefused(error, access, decision);
                    // A read-only transaction may run on the primary, too; only a read-only server is no longer one.
                    case ROLLED_BACK -> isRollback(error) ? error : rolledBack(error, decision);
                    case READ_ONLY_SERVER ->
                        decision.writable() ? serverIsReadOnly(error, decision) : writeRefused(error, access, decision);
                    default -> error;
                };
        return explained != error && error instanceof BatchUpdateException batch
                ? inBatch(batch, explained)
                : explained;
    }

    /** Whether frameworks recognize the rollback by class and SQLState; a batch they recognize by the latter. */
    private static boolean isRollback(SQLException error) {
        return ROLLBACK_STATE.equals(error.getSQLState())
                && error.getErrorCode() == codeOf(error)
                && (error instanceof SQLTransactionRollbackException || error instanceof BatchUpdateException);
    }

    private static SQLException rolledBack(SQLException error, Decision decision) {
        return new SQLTransactionRollbackException(
                "Node " + decision.node() + " rolled the work back because of a conflict with another transaction:"
                        + " nothing of it was committed. Retry the transaction as a whole." + quoted(error),
                ROLLBACK_STATE,
                codeOf(error),
                error);
    }

    /** Returns the code of the server, or one of the same meaning that frameworks know. */
    private static int codeOf(SQLException conflict) {
        return conflict.getErrorCode() == RECORD_CHANGED ? DEADLOCK : conflict.getErrorCode();
    }

    /** Returns the refusal of further work in a transaction that the server rolled back before. */
    static SQLException rolledBackBefore(SQLException conflict, Decision decision) {
        return new SQLTransactionRollbackException(
                "Node " + decision.node()
                        + " rolled this transaction back because of a conflict at an earlier statement"
                        + " (" + conflict.getErrorCode()
                        + "): nothing of it was committed, and nothing more is executed in"
                        + " it. Roll back, and retry the transaction as a whole." + quoted(conflict),
                ROLLBACK_STATE,
                codeOf(conflict),
                conflict);
    }

    /**
     * Returns the refusal of a lock that a replica would give to every session, whatever others hold on the primary.
     */
    static SQLException lockOnReplica(String lock, Access access, Decision decision) {
        return new ReadOnlyAccessException(
                lock + " " + where(access, decision)
                        + ": a lock on a replica excludes no other session, because all others lock"
                        + " on the primary. It was not sent. " + remedy(access, decision)
                        + " To stay read-only, read on the primary: @UsePrimary, or RoutingHints.onPrimary.",
                null);
    }

    /** Returns the failure of a read that waited for a node that was declared down. It changed nothing. */
    static SQLException nodeDown(SQLException error, Decision decision) {
        return new SQLTransientConnectionException(
                "Node " + decision.node() + " was declared down while this read waited for its answer, so the wait was"
                        + " ended. Nothing was changed; retry the transaction and it goes to another node. ["
                        + error.getMessage() + "]",
                "08S01",
                error);
    }

    /** Returns the failure of a transaction that may write, whose node was lost or unfit before its COMMIT. */
    static SQLException lostBeforeCommit(SQLException error, ErrorKind kind, Decision decision) {
        String subject =
                switch (kind) {
                    case NODE_UNFIT ->
                        "Node " + decision.node() + " refused the work before COMMIT, because it shuts down";
                    case NOT_IN_GROUP ->
                        "Node " + decision.node() + " refused the work, because it is not in its group or"
                                + " the transaction exceeds a limit of the group";
                    default -> "The connection to node " + decision.node() + " was lost before COMMIT";
                };
        return new SQLTransientConnectionException(
                subject
                        + ": nothing of the transaction was committed. Retry it and it goes to a node that takes writes then."
                        + quoted(error),
                error.getSQLState(),
                error.getErrorCode(),
                error);
    }

    /** Returns the failure of a commit, explicit or of a statement, whose outcome is not known. */
    static SQLException outcomeUnknown(SQLException error, ErrorKind kind, Decision decision, boolean autoCommit) {
        String what = autoCommit ? "a statement in auto-commit" : "COMMIT";
        String subject =
                switch (kind) {
                    case COMMIT_IN_DOUBT -> "Node " + decision.node() + " lost its group in " + what;
                    case COMMIT_REFUSED ->
                        "Node " + decision.node() + " refused " + what
                                + " and did not show that it still belongs to its group";
                    default -> "The connection to node " + decision.node() + " was lost in " + what;
                };
        return new CommitOutcomeUnknownException(
                subject
                        + ": whether its changes were committed is not known. It is not retried, because its changes might"
                        + " then be made twice; check the data before you repeat it. [" + error.getMessage() + "]",
                error);
    }

    private static SQLException writeRefused(SQLException error, Access access, Decision decision) {
        return new ReadOnlyAccessException(
                "A write " + where(access, decision) + ". " + remedy(access, decision) + quoted(error), error);
    }

    private static String where(Access access, Decision decision) {
        String node = decision.node() + " (" + decision.reason().label() + ")";
        if (isWithoutPrimary(decision)) {
            return "on node " + node + ", which serves in place of the primary while there is none, for reads only";
        }
        return isOutsideTransaction(access, decision)
                ? "outside of a transaction, which goes to node " + node
                        + " by replication.routing.reads.outside-transaction=replica"
                : "in a read-only transaction, which runs on node " + node;
    }

    private static String remedy(Access access, Decision decision) {
        if (isWithoutPrimary(decision)) {
            return "Repeat it when there is a primary.";
        }
        return isOutsideTransaction(access, decision)
                ? "Put it in a transaction that is not read-only."
                : "The outermost @Transactional(readOnly = true), or Connection.setReadOnly(true), decides for everything"
                        + " that joins it: take readOnly away there, or give this statement a transaction of its own with"
                        + " Propagation.REQUIRES_NEW.";
    }

    private static boolean isWithoutPrimary(Decision decision) {
        return decision.reason() == DecisionReason.METADATA_WITHOUT_PRIMARY;
    }

    private static boolean isOutsideTransaction(Access access, Decision decision) {
        return !decision.writable() && (access == Access.OUTSIDE_TRANSACTION || access == Access.METADATA);
    }

    private static SQLException serverIsReadOnly(SQLException error, Decision decision) {
        if (decision.reason() == DecisionReason.NODE_REQUESTED) {
            return new ReadOnlyAccessException(
                    "A write on node " + decision.node()
                            + ", which was requested by name and is read-only. Write through"
                            + " the routing data source, which finds the primary." + quoted(error),
                    error);
        }
        return new SQLTransientConnectionException(
                "Node " + decision.node() + " refuses the write because it is read-only: it was the primary when this"
                        + " transaction began. Nothing of the statement was executed; retry the transaction and it"
                        + " goes to the node that is the primary then." + quoted(error),
                error.getSQLState(),
                error.getErrorCode(),
                error);
    }

    private static String quoted(SQLException error) {
        return " [" + error.getMessage() + "]";
    }

    /** Callers of a batch need its update counts; Spring translates the next exception. */
    private static SQLException inBatch(BatchUpdateException batch, SQLException explained) {
        SQLException failure = new BatchUpdateException(
                explained.getMessage(),
                explained.getSQLState(),
                explained.getErrorCode(),
                batch.getLargeUpdateCounts(),
                batch);
        failure.setNextException(explained);
        return failure;
    }
}
