package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingResultSet;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.connection.delegate.ServerQuery;
import io.github.replicationrouting.internal.connection.delegate.StatementFactory;
import io.github.replicationrouting.internal.routing.RetryContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Ties a statement to the lease that it was created on, and keeps that lease while the statement is open.
 */
final class StatementLease<S extends Statement> {

    private final LogicalConnection connection;

    /** Null where the text comes with each execution. */
    private final @Nullable String sql;

    private final StatementFactory<S> factory;
    private final S statement;

    /** What the statement needs to be created again where the connection may move; else null. */
    private final @Nullable RecordedStatement<S> record;

    private Lease lease;
    private boolean executed;
    private boolean closed;

    private StatementLease(
            LogicalConnection connection,
            Lease lease,
            @Nullable String sql,
            StatementFactory<S> factory,
            S statement,
            @Nullable RecordedStatement<S> record) {
        this.connection = connection;
        this.sql = sql;
        this.factory = factory;
        this.lease = lease;
        this.statement = statement;
        this.record = record;
        lease.statementOpened();
    }

    static <S extends Statement> StatementLease<S> of(
            LogicalConnection connection, Lease lease, @Nullable String sql, StatementFactory<S> factory)
            throws SQLException {
        if (sql != null) {
            lease.requireNoLock(sql);
        }
        S created = create(connection, lease, sql, factory);
        if (!lease.mayBeLeftBetweenTransactions()) {
            return new StatementLease<>(connection, lease, sql, factory, created, null);
        }
        RecordedStatement<S> record = new RecordedStatement<>(created);
        return new StatementLease<>(connection, lease, sql, factory, record.proxy(), record);
    }

    private static <S extends Statement> S create(
            LogicalConnection connection, Lease lease, @Nullable String sql, StatementFactory<S> factory)
            throws SQLException {
        try {
            return factory.create(lease.connection(), sql);
        } catch (SQLException e) {
            throw connection.failures().failed(lease, e);
        }
    }

    S statement() {
        return statement;
    }

    LogicalConnection connection() {
        return connection;
    }

    /** Inspects SQL that is about to be executed, or to join a batch. */
    void inspect(String sql) throws SQLException {
        lease.requireNoLock(sql);
        connection.transaction().beforeText(lease, sql);
    }

    <R extends @Nullable Object> R onServer(ServerCall<? super S, R> call) throws SQLException {
        Lease now = connection.leases().forExecution(lease, !executed);
        executed = true;
        if (now != lease) {
            moveTo(now);
        }
        Duration left = RetryContext.timeLeftOfRetry();
        if (left != null) {
            // Not a failure of the lease: nothing was sent.
            RetryTimeout.requireTimeLeft(left);
        }
        connection.transaction().beforeExecution(lease);
        if (sql != null) {
            connection.transaction().beforeText(lease, sql);
        }
        try {
            return left == null ? call.on(statement) : RetryTimeout.within(left, statement, call);
        } catch (SQLException e) {
            throw failure(call, e);
        } finally {
            connection.transaction().afterExecution(lease);
        }
    }

    /** Creates the statement again on the lease that its connection uses now. */
    private void moveTo(Lease next) throws SQLException {
        if (closed || record == null || !record.isRepeatable()) {
            throw new SQLException("This statement was created in an earlier transaction, on node "
                    + lease.decision().node() + ", and its connection was released when that transaction ended."
                    + " Create it in the transaction that executes it.");
        }
        if (sql != null) {
            next.requireNoLock(sql);
        }
        Lease before = lease;
        S again = create(connection, next, sql, factory);
        next.statementOpened();
        lease = next;
        try {
            record.replace(again).close();
        } catch (SQLException e) {
            throw connection.failures().failed(next, e);
        } finally {
            before.statementClosed();
        }
    }

    /** Reads on in the answer to what was executed before, of which some may still have to come from the server. */
    <R extends @Nullable Object> R onAnswer(ServerCall<? super S, R> call) throws SQLException {
        try {
            return call.on(statement);
        } catch (SQLException e) {
            throw failure(call, e);
        } finally {
            connection.transaction().afterExecution(lease);
        }
    }

    private SQLException failure(ServerCall<?, ?> call, SQLException e) {
        return call instanceof ServerQuery
                ? connection.failures().failed(lease, e)
                : connection.failures().failedToChange(lease, e);
    }

    /** Reads rows, which may still have to come from the server. */
    <R extends @Nullable Object> R onRows(ResultSet result, ServerCall<? super ResultSet, R> call) throws SQLException {
        try {
            return call.on(result);
        } catch (SQLException e) {
            throw connection.failures().failed(lease, e);
        }
    }

    /** Returns the column of a label: one that {@code SELECT *} lacks here may exist on another node. */
    int column(ResultSet result, String label) throws SQLException {
        try {
            return result.findColumn(label);
        } catch (SQLException e) {
            throw connection.failures().failed(lease, e);
        }
    }

    void changeRow(ResultSet result, DelegatingResultSet.RowChange change) throws SQLException {
        onServer(ignored -> {
            change.on(result);
            return Boolean.TRUE;
        });
    }

    /** Closes the statement where it has closed itself with its result. */
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
            throw connection.failures().failed(lease, e);
        } finally {
            lease.statementClosed();
        }
    }
}
