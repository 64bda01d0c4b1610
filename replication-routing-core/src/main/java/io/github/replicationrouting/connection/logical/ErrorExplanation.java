package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.dialect.ErrorKind;
import io.github.replicationrouting.routing.CommitOutcomeUnknownException;
import io.github.replicationrouting.routing.Decision;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** Says in words what the refusal or the loss of a write means. The error itself is kept as the cause. */
final class ErrorExplanation {

    private ErrorExplanation() {}

    /** {@code error} with an explanation where there is one to give, else itself. */
    static SQLException explain(SQLException error, ErrorKind kind, Decision decision) {
        if (kind != ErrorKind.READ_ONLY_SERVER && kind != ErrorKind.READ_ONLY_TRANSACTION) {
            return error;
        }
        // A read-only transaction may run on the primary, too; only a read-only server has ceased to be one.
        boolean wasPrimary = kind == ErrorKind.READ_ONLY_SERVER && decision.writable();
        return wasPrimary ? primaryIsReadOnly(error, decision) : transactionIsReadOnly(error, decision);
    }

    /** The read waited for a node that was declared down. Nothing it might have changed is lost: run it again. */
    static SQLException cutOff(SQLException error, Decision decision) {
        return new SQLTransientConnectionException(
                "Node " + decision.node() + " was declared down while this read waited for its answer, so the wait was"
                        + " ended. Nothing was changed; run the transaction again and it goes to another node. ["
                        + error.getMessage() + "]",
                "08S01",
                error);
    }

    /** Lost in the middle of a transaction that may write. */
    static SQLException lostBeforeCommit(SQLException error, Decision decision) {
        return new SQLTransientConnectionException(
                "The connection to node " + decision.node() + " was lost before COMMIT: nothing of the transaction was"
                        + " committed. Run it again and it goes to the node that is the primary then. ["
                        + error.getMessage() + "]",
                error.getSQLState(),
                error.getErrorCode(),
                error);
    }

    /** Lost while the commit, explicit or of a statement in auto-commit, was under way. */
    static SQLException lostInCommit(SQLException error, Decision decision, boolean autoCommit) {
        return new CommitOutcomeUnknownException(
                "The connection to node " + decision.node() + " was lost "
                        + (autoCommit ? "in a statement in auto-commit" : "in COMMIT")
                        + ": whether its changes were committed is not known. It is not run again, because it might then"
                        + " happen twice; look whether it happened before you repeat it. [" + error.getMessage() + "]",
                error);
    }

    private static SQLException transactionIsReadOnly(SQLException error, Decision decision) {
        return withMessage(
                error,
                "A write in a read-only transaction, which runs on node " + decision.node() + " ("
                        + decision.reason().label()
                        + "). The outermost @Transactional(readOnly = true), or Connection.setReadOnly(true), decides"
                        + " for everything that joins it: take readOnly away there, or give the write a transaction of"
                        + " its own with Propagation.REQUIRES_NEW.");
    }

    private static SQLException primaryIsReadOnly(SQLException error, Decision decision) {
        return withMessage(
                error,
                "Node " + decision.node() + " refuses the write because it is read-only: it was the primary when this"
                        + " transaction began. Nothing of the statement was executed; run the transaction again and it"
                        + " goes to the node that is the primary then.");
    }

    private static SQLException withMessage(SQLException error, String explanation) {
        String message = explanation + " [" + error.getMessage() + "]";
        if (error instanceof BatchUpdateException batch) {
            return new BatchUpdateException(
                    message, error.getSQLState(), error.getErrorCode(), batch.getUpdateCounts(), error);
        }
        return new SQLException(message, error.getSQLState(), error.getErrorCode(), error);
    }
}
