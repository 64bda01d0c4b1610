package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingResultSet;
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
    protected int column(String label) throws SQLException {
        return lease.column(delegate(), label);
    }

    // Rows of a result that is streamed, or fetched in parts, come from the server only now.

    @Override
    public boolean next() throws SQLException {
        return lease.onRows(delegate(), ResultSet::next);
    }

    @Override
    public boolean previous() throws SQLException {
        return lease.onRows(delegate(), ResultSet::previous);
    }

    @Override
    public boolean isBeforeFirst() throws SQLException {
        return lease.onRows(delegate(), ResultSet::isBeforeFirst);
    }

    @Override
    public boolean isAfterLast() throws SQLException {
        return lease.onRows(delegate(), ResultSet::isAfterLast);
    }

    @Override
    public boolean isFirst() throws SQLException {
        return lease.onRows(delegate(), ResultSet::isFirst);
    }

    @Override
    public boolean isLast() throws SQLException {
        return lease.onRows(delegate(), ResultSet::isLast);
    }

    @Override
    public void beforeFirst() throws SQLException {
        lease.onRows(delegate(), result -> {
            result.beforeFirst();
            return Boolean.TRUE;
        });
    }

    @Override
    public void afterLast() throws SQLException {
        lease.onRows(delegate(), result -> {
            result.afterLast();
            return Boolean.TRUE;
        });
    }

    @Override
    public boolean first() throws SQLException {
        return lease.onRows(delegate(), ResultSet::first);
    }

    @Override
    public boolean last() throws SQLException {
        return lease.onRows(delegate(), ResultSet::last);
    }

    @Override
    public boolean absolute(int row) throws SQLException {
        return lease.onRows(delegate(), result -> result.absolute(row));
    }

    @Override
    public boolean relative(int rows) throws SQLException {
        return lease.onRows(delegate(), result -> result.relative(rows));
    }

    @Override
    public void close() throws SQLException {
        lease.onRows(delegate(), result -> {
            result.close();
            return Boolean.TRUE;
        });
        lease.resultClosed();
    }
}
