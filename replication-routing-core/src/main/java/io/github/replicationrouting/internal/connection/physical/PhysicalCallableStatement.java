package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingCallableStatement;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A callable statement whose executions count as calls to the server. */
final class PhysicalCallableStatement extends DelegatingCallableStatement {

    private final PhysicalConnection connection;
    private final CallableStatement delegate;

    /** Changes that its texts leave in the session. */
    private SessionChange change;

    PhysicalCallableStatement(PhysicalConnection connection, CallableStatement delegate, String sql) {
        this.connection = connection;
        this.delegate = delegate;
        this.change = SessionChange.of(sql);
    }

    @Override
    protected void inspect(String sql) throws SQLException {
        SessionChange more = SessionChange.of(sql);
        connection.requireAllowed(more);
        change = change.and(more);
    }

    @Override
    protected CallableStatement delegate() {
        return delegate;
    }

    @Override
    protected <R extends @Nullable Object> R onServer(ServerCall<? super CallableStatement, R> call)
            throws SQLException {
        return connection.onServer(delegate, call, change, false);
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
