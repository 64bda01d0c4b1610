package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.connection.delegate.DelegatingResultSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A result whose rows can be changed. */
final class PhysicalResultSet extends DelegatingResultSet {

    private final PhysicalConnection connection;

    PhysicalResultSet(PhysicalConnection connection, ResultSet delegate) {
        super(delegate);
        this.connection = connection;
    }

    @Override
    protected void changeRow(RowChange change) throws SQLException {
        connection.beforeServerCall();
        change.on(delegate());
    }

    /** The pool puts its own statement in front, so that this one is not seen above it. */
    @Override
    public Statement getStatement() throws SQLException {
        return delegate().getStatement();
    }
}
