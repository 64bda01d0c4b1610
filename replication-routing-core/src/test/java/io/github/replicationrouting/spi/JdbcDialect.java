package io.github.replicationrouting.spi;

import java.sql.Connection;
import java.sql.SQLException;

/** Base of the dialects of tests: it knows what JDBC shows, and no replication and no errors. */
public abstract class JdbcDialect implements ReplicationDialect {

    @Override
    public SessionSettings sessionSettings(Connection connection) throws SQLException {
        return new SessionSettings(
                connection.getAutoCommit(), connection.isReadOnly(), connection.getTransactionIsolation());
    }

    /** Returns a statement that changes nothing, because drivers of tests keep the settings themselves. */
    @Override
    public String setStatement(SessionSettings.Change change) {
        return "DO 0";
    }

    @Override
    public Replication replication(Connection connection) throws SQLException {
        return new Replication.NotAsked();
    }

    @Override
    public ErrorKind classify(SQLException error) {
        return ErrorKind.OTHER;
    }
}
