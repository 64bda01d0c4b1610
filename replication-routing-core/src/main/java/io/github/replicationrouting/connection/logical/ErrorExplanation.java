package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.dialect.ErrorKind;
import io.github.replicationrouting.routing.Decision;
import java.sql.BatchUpdateException;
import java.sql.SQLException;

/** Says in words what a server means when it refuses a write. The server's own error is kept as the cause. */
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
