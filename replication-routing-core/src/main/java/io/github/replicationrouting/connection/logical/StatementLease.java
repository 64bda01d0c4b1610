package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.delegate.DelegatingResultSet;
import io.github.replicationrouting.connection.delegate.ServerCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Ties a statement to the physical connection that it was made on, and keeps that connection on loan while the
 * statement is open.
 */
final class StatementLease<S extends Statement> {

    private final LogicalConnection connection;
    private final Lease lease;
    private final S statement;
    private boolean closed;

    StatementLease(LogicalConnection connection, Lease lease, S statement) {
        this.connection = connection;
        this.lease = lease;
        this.statement = statement;
        lease.statementOpened();
    }

    S statement() {
        return statement;
    }

    LogicalConnection connection() {
        return connection;
    }

    <R extends @Nullable Object> R onServer(ServerCall<? super S, R> call) throws SQLException {
        connection.beforeExecution(lease);
        try {
            return call.on(statement);
        } catch (SQLException e) {
            throw connection.failed(lease, e);
        }
    }

    void changeRow(ResultSet result, DelegatingResultSet.RowChange change) throws SQLException {
        onServer(ignored -> {
            change.on(result);
            return Boolean.TRUE;
        });
    }

    /** A statement may close itself with its result. */
    void resultClosed() throws SQLException {
        if (!closed && statement.isClosed()) {
            close();
        }
    }

    void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            statement.close();
        } finally {
            connection.statementClosed(lease);
        }
    }
}
