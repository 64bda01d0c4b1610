package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.delegate.DelegatingResultSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A result of a logical statement. */
final class LogicalResultSet extends DelegatingResultSet {

    private final Statement statement;
    private final StatementLease<?> lease;

    LogicalResultSet(ResultSet delegate, Statement statement, StatementLease<?> lease) {
        super(delegate);
        this.statement = statement;
        this.lease = lease;
    }

    @Override
    public Statement getStatement() {
        return statement;
    }

    @Override
    protected void changeRow(RowChange change) throws SQLException {
        lease.changeRow(delegate(), change);
    }

    @Override
    public void close() throws SQLException {
        super.close();
        lease.resultClosed();
    }
}
