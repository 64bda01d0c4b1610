package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingPreparedStatement;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement whose executions, not its preparation, count as calls to the server. */
final class PhysicalPreparedStatement extends DelegatingPreparedStatement<PreparedStatement> {

    private final PhysicalConnection connection;
    private final PreparedStatement delegate;

    /** Changes that its texts leave in the session. */
    private SessionChange change;

    /** Whether all of its texts are plain queries. */
    private boolean plainQuery;

    PhysicalPreparedStatement(PhysicalConnection connection, PreparedStatement delegate, String sql) {
        this.connection = connection;
        this.delegate = delegate;
        this.change = SessionChange.of(sql);
        this.plainQuery = connection.isPlainQuery(sql);
    }

    @Override
    protected void inspect(String sql) throws SQLException {
        SessionChange more = SessionChange.of(sql);
        connection.requireAllowed(more);
        change = change.and(more);
        plainQuery = plainQuery && connection.isPlainQuery(sql);
    }

    @Override
    protected PreparedStatement delegate() {
        return delegate;
    }

    @Override
    protected <R extends @Nullable Object> R onServer(ServerCall<? super PreparedStatement, R> call)
            throws SQLException {
        return connection.onServer(delegate, call, change, plainQuery);
    }

    @Override
    protected ResultSet exposed(ResultSet result) throws SQLException {
        return connection.exposed(result);
    }

    @Override
    public Connection getConnection() {
        return connection;
    }
}
