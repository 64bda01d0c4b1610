package io.github.replicationrouting.internal.driver;

import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.SQLException;
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
    public void set(SessionSettings.Change change, ReplicationDialect dialect) throws SQLException {
        SessionSettings.Change bySql = change.withoutAutoCommit();
        if (!bySql.isEmpty()) {
            DriverSession.execute(connection, dialect.setStatement(bySql));
        }
        if (change.autoCommit() != null) {
            connection.setAutoCommit(change.autoCommit());
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
