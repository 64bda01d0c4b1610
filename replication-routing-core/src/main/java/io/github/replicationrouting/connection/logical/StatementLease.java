package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.delegate.DelegatingResultSet;
import io.github.replicationrouting.connection.delegate.ServerCall;
import io.github.replicationrouting.connection.delegate.ServerQuery;
import io.github.replicationrouting.routing.WorkRecord;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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

    /** SQL that is about to run, or to join a batch. */
    void inspect(String sql) throws SQLException {
        lease.requireNoLock(sql);
    }

    <R extends @Nullable Object> R onServer(ServerCall<? super S, R> call) throws SQLException {
        connection.beforeExecution(lease);
        Duration left = WorkRecord.timeLeftOfRerun();
        try {
            return left == null ? call.on(statement) : RerunTime.within(left, statement, call);
        } catch (SQLException e) {
            throw call instanceof ServerQuery ? connection.failed(lease, e) : connection.failedToChange(lease, e);
        } finally {
            connection.afterExecution(lease);
        }
    }

    /** Reads rows, which may still have to come from the server. */
    <R extends @Nullable Object> R onRows(ResultSet result, ServerCall<? super ResultSet, R> call) throws SQLException {
        try {
            return call.on(result);
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
        } catch (SQLException e) {
            throw connection.failed(lease, e);
        } finally {
            connection.statementClosed(lease);
        }
    }
}
