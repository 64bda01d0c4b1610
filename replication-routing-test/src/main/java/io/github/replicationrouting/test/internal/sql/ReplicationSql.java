package io.github.replicationrouting.test.internal.sql;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * The statements by which the administrator controls and observes replication, in the dialect of one database.
 */
public interface ReplicationSql {

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

    /** Removes the binary logs and positions of a server that is not a replica. */
    List<String> resetHistory();

    /**
     * Makes a server the replica of another, whatever it was before. It starts after what it has executed, or, without
     * GTIDs, at a position in the source's binary log.
     *
     * @param logPosition the {@link #logPosition} of the source, empty for the beginning of its log
     */
    List<String> replicateFrom(InetSocketAddress source, Account replication, String logPosition);

    /** Returns the end of the server's own binary log; empty with GTIDs, where replicas do not need it. */
    String logPosition(AdminSession admin) throws SQLException;

    /** Stops replication and removes its configuration. */
    List<String> removeSource();

    List<String> readOnly(boolean readOnly);

    List<String> delayApplier(long seconds);

    List<String> startReceiver();

    List<String> stopReceiver();

    /** Returns whether the last transaction in the relay log is incomplete and the applier waits for the rest of it. */
    boolean hasPartialTransaction(AdminSession admin) throws SQLException;

    /** Identifies the last complete transaction that the receiver has read; changes with each transaction. */
    String lastReceivedTransaction(AdminSession admin) throws SQLException;

    List<String> startApplier();

    List<String> stopApplier();

    /** Returns the position up to which the server has executed. */
    String position(AdminSession admin, boolean replica) throws SQLException;

    /** Returns whether an executed position contains the position of another server. */
    boolean contains(AdminSession admin, String executed, String position) throws SQLException;

    /** Returns whether the first server has transactions that the second lacks; false where that is unknown. */
    boolean isAheadOf(AdminSession admin, AdminSession other) throws SQLException;

    /** Returns whether a replica has applied everything that it has received. */
    boolean hasAppliedReceived(AdminSession admin) throws SQLException;

    /** Returns the state of receiver and applier; empty for a server that is not a replica. */
    Optional<ReplicationStatus> status(AdminSession admin) throws SQLException;

    /** Returns a query for the statements of all sessions but the current one since the server's start. */
    String questions();
}
