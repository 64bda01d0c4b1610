package io.github.replicationrouting.dialect;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What one kind of server must be asked, and how its answers and errors read. Stateless and thread-safe. Implement it
 * to add another database.
 */
public interface ReplicationDialect {

    /** Short name as in {@code nodes.<name>.dialect}, for example {@code mysql}. */
    String name();

    /**
     * Whether this dialect speaks to the server behind a connection.
     *
     * @param productVersion {@code DatabaseMetaData.getDatabaseProductVersion()}, the server's version string
     */
    boolean supports(String productVersion);

    /** Session variable that says whether new transactions are read-only, for example {@code transaction_read_only}. */
    String readOnlyVariable();

    /** Session variable that holds the isolation level, for example {@code transaction_isolation}. */
    String isolationVariable();

    /**
     * Looks at role and position: one statement that needs no privilege. Blocks at most as long as the connection's own
     * time limits allow.
     *
     * @param connection the monitor's own connection, in auto-commit
     */
    Observation observe(Connection connection) throws SQLException;

    /**
     * Asks for the state of replication: one more statement, which may need a grant and may wait while an operator's
     * {@code STOP REPLICA} does. Never answers {@link Replication.NotAsked}.
     *
     * @param connection the monitor's own connection, in auto-commit
     */
    Replication replication(Connection connection) throws SQLException;

    /** What an error says beyond the failure itself. */
    ErrorKind classify(SQLException error);
}
