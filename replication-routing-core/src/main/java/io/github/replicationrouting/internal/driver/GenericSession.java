package io.github.replicationrouting.internal.driver;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Any other driver: nothing but JDBC, so auto-commit is changed by a call of its own. */
final class GenericSession implements DriverSession {

    private final Connection connection;

    GenericSession(Connection connection) {
        this.connection = connection;
    }

    @Override
    public boolean inTransaction() {
        return false;
    }

    @Override
    public @Nullable Boolean serverAutoCommit() {
        return null;
    }

    @Override
    public boolean hasForgottenStatus() {
        return false;
    }

    @Override
    public void set(List<String> assignments, @Nullable Boolean autoCommit) throws SQLException {
        SetStatement.execute(connection, assignments, null);
        if (autoCommit != null) {
            connection.setAutoCommit(autoCommit);
        }
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }
}
