package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingStatement;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement of a logical connection. */
final class LogicalStatement extends DelegatingStatement<Statement> {

    private final StatementLease<Statement> lease;

    LogicalStatement(StatementLease<Statement> lease) {
        this.lease = lease;
    }

    @Override
    protected Statement delegate() {
        return lease.statement();
    }

    @Override
    protected void inspect(String sql) throws SQLException {
        lease.inspect(sql);
    }

    @Override
    protected <R extends @Nullable Object> R onServer(ServerCall<? super Statement, R> call) throws SQLException {
        return lease.onServer(call);
    }

    @Override
    protected <R extends @Nullable Object> R onAnswer(ServerCall<? super Statement, R> call) throws SQLException {
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
