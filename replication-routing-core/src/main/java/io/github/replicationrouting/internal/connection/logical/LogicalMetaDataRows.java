package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingResultSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Rows that answer a metadata call. A connection that was borrowed for it is released when they are closed. */
final class LogicalMetaDataRows extends DelegatingResultSet {

    private final LogicalConnection connection;
    private final Lease lease;
    private final boolean borrowed;
    private boolean closed;

    LogicalMetaDataRows(ResultSet delegate, LogicalConnection connection, Lease lease, boolean borrowed) {
        super(delegate);
        this.connection = connection;
        this.lease = lease;
        this.borrowed = borrowed;
    }

    @Override
    public boolean next() throws SQLException {
        return connection.failures().onConnection(lease, ignored -> delegate().next());
    }

    @Override
    protected void changeRow(RowChange change) throws SQLException {
        change.on(delegate());
    }

    @Override
    public Statement getStatement() throws SQLException {
        return delegate().getStatement();
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            delegate().close();
        } finally {
            if (borrowed) {
                lease.statementClosed();
            }
        }
    }
}
