package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingPreparedStatement;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement of a logical connection. */
final class LogicalPreparedStatement extends DelegatingPreparedStatement<PreparedStatement> {

    private final StatementLease<PreparedStatement> lease;

    LogicalPreparedStatement(StatementLease<PreparedStatement> lease) {
        this.lease = lease;
    }

    @Override
    protected PreparedStatement delegate() {
        return lease.statement();
    }

    @Override
    protected void inspect(String sql) throws SQLException {
        lease.inspect(sql);
    }

    @Override
    protected <R extends @Nullable Object> R onServer(ServerCall<? super PreparedStatement, R> call)
            throws SQLException {
        return lease.onServer(call);
    }

    @Override
    protected <R extends @Nullable Object> R onAnswer(ServerCall<? super PreparedStatement, R> call)
            throws SQLException {
        return lease.onAnswer(call);
    }

    @Override
    protected ResultSet exposed(ResultSet result) {
        return new LogicalResultSet(result, this, lease);
    }

    @Override
    public Connection getConnection() {
        return lease.connection();
    }

    @Override
    public void close() throws SQLException {
        lease.close();
    }
}
