package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.ReadOnlyAccessException;
import io.github.replicationrouting.spi.ErrorKind;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** Explains what the refusal or the loss of a write means. The error itself is kept as the cause. */
final class ErrorExplanation {

    private ErrorExplanation() {}

    /** Returns an exception that explains {@code error}, or the error itself where there is nothing to explain. */
    static SQLException explain(SQLException error, ErrorKind kind, Access access, Decision decision) {
        SQLException explained =
                switch (kind) {
                    case READ_ONLY_TRANSACTION -> writeRefused(error, access, decision);
                    // A read-only transaction may run on the primary, too; only a read-only server is no longer one.
                    case READ_ONLY_SERVER ->
                        decision.writable() ? serverIsReadOnly(error, decision) : writeRefused(error, access, decision);
                    default -> error;
                };
        return explained != error && error instanceof BatchUpdateException batch
                ? inBatch(batch, explained)
                : explained;
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

    /** Returns the failure of a transaction that may write and was lost before its COMMIT. */
    static SQLException lostBeforeCommit(SQLException error, Decision decision) {
        return new SQLTransientConnectionException(
                "The connection to node " + decision.node() + " was lost before COMMIT: nothing of the transaction was"
                        + " committed. Retry it and it goes to the node that is the primary then. ["
                        + error.getMessage() + "]",
                error.getSQLState(),
                error.getErrorCode(),
                error);
    }

    /** Returns the failure of a commit, explicit or of a statement in auto-commit, that was lost in flight. */
    static SQLException lostInCommit(SQLException error, Decision decision, boolean autoCommit) {
        return new CommitOutcomeUnknownException(
                "The connection to node " + decision.node() + " was lost "
                        + (autoCommit ? "in a statement in auto-commit" : "in COMMIT")
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
