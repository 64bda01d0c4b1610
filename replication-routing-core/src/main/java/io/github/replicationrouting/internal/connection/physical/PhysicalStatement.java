package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingStatement;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement whose executions count as calls to the server. */
final class PhysicalStatement extends DelegatingStatement<Statement> {

    private final PhysicalConnection connection;
    private final Statement delegate;

    /** Changes that its texts leave in the session. */
    private SessionChange change = SessionChange.NONE;

    /** Whether all of its texts are plain queries. */
    private boolean plainQuery = true;

    PhysicalStatement(PhysicalConnection connection, Statement delegate) {
        this.connection = connection;
        this.delegate = delegate;
    }

    @Override
    protected void inspect(String sql) throws SQLException {
        SessionChange more = SessionChange.of(sql);
        connection.requireAllowed(more);
        change = change.and(more);
        plainQuery = plainQuery && connection.isPlainQuery(sql);
    }

    @Override
    protected Statement delegate() {
        return delegate;
    }

    @Override
    protected <R extends @Nullable Object> R onServer(ServerCall<? super Statement, R> call) throws SQLException {
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
