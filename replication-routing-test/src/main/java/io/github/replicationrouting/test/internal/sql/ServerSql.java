package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;

/**
 * The connections, users and statements of one database that do not depend on how its servers replicate.
 */
public interface ServerSql {

    /**
     * Opens a connection with the database's own driver.
     *
     * @param database may be empty
     */
    Connection connect(InetSocketAddress address, String database, Properties properties) throws SQLException;

    /** Returns the URL for MySQL's Connector/J. */
    String connectorJUrl(String host, int port, String database);

    /** Returns the URL for MariaDB's own driver. */
    String mariaDbUrl(String host, int port, String database);

    /** Returns the administrator, an account with all privileges that {@code read_only} does not bind. */
    Account administrator();

    List<String> createUsers(Account application, Account monitor, Account replication, String database);

    List<String> grantMonitoring(String user);

    List<String> revokeMonitoring(String user);

    /** Lets the statements that follow skip the binary log and write to a read-only server. */
    List<String> beginUnlogged();

    /** Ends {@link #beginUnlogged()}. */
    List<String> endUnlogged(boolean readOnly);

    List<String> readOnly(boolean readOnly);

    /** Returns whether an executed position contains the position of another server. */
    boolean contains(AdminSession admin, String executed, String position) throws SQLException;

    /** Returns a query for the statements of all sessions but the current one since the server's start. */
    String questions();
}
