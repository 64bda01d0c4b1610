package io.github.replicationrouting.connection.physical;

import io.github.replicationrouting.connection.delegate.DelegatingPreparedStatement;
import io.github.replicationrouting.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The same for a prepared statement; it is the execution that counts, not the preparation. */
final class PhysicalPreparedStatement extends DelegatingPreparedStatement<PreparedStatement> {

    private final PhysicalConnection connection;
    private final PreparedStatement delegate;

    PhysicalPreparedStatement(PhysicalConnection connection, PreparedStatement delegate) {
        this.connection = connection;
        this.delegate = delegate;
    }

    @Override
    protected PreparedStatement delegate() {
        return delegate;
    }

    @Override
    protected <R extends @Nullable Object> R onServer(ServerCall<? super PreparedStatement, R> call)
            throws SQLException {
        return connection.onServer(delegate, call);
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
