package io.github.replicationrouting.test;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What the administrator says to a server, in the words of its kind.
 */
interface ReplicationSql {

    /** A new connection; {@code database} may be empty. */
    Connection connect(InetSocketAddress address, String database, Properties properties) throws SQLException;

    /** The kind of server that it is for. */
    ClusterKind kind();

    String jdbcUrl(JdbcDriver driver, String host, int port, String database);

    /** The administrator, who may everything and is not bound by {@code read_only}. */
    Account administrator();

    List<String> createUsers(Account application, Account monitor, Account replication, String database);

    List<String> grantMonitoring(String user);

    List<String> revokeMonitoring(String user);

    /** What comes before statements that shall leave no trace in the binary log and that read-only does not bind. */
    List<String> unlock();

    /** Ends what {@link #unlock()} began. */
    List<String> lock(boolean readOnly);

    /** Forgets the binary logs and positions of a server that is no replica. */
    List<String> forgetHistory();

    /**
     * Makes a server the replica of another, whatever it was before: from what it has executed on, or, where that says
     * nothing, from a place in the source's binary log on.
     *
     * @param place what {@link #place} said on the source, empty for the beginning of its log
     */
    List<String> follow(InetSocketAddress source, Account replication, String place);

    /** The end of the server's own binary log; empty where nobody needs it to follow. */
    String place(AdminSession admin) throws SQLException;

    /** Makes a replica one no more. */
    List<String> unfollow();

    List<String> readOnly(boolean readOnly);

    List<String> delay(long seconds);

    List<String> startReceiver();

    List<String> stopReceiver();

    /** Whether the last transaction in the relay log is incomplete and the applier waits for the rest of it. */
    boolean receivesTransaction(AdminSession admin) throws SQLException;

    /** Identifies the last complete transaction that the receiver has read; changes with each transaction. */
    String lastReceived(AdminSession admin) throws SQLException;

    List<String> startApplier();

    List<String> stopApplier();

    /** What the server has executed. */
    String position(AdminSession admin, boolean replica) throws SQLException;

    /** Whether what a server has executed contains a position of another. */
    boolean contains(AdminSession admin, String executed, String position) throws SQLException;

    /** Whether the first server has transactions that the second has not; false where nobody can tell. */
    boolean hasMoreThan(AdminSession admin, AdminSession other) throws SQLException;

    /** Whether a replica has applied everything that it has received. */
    boolean isDrained(AdminSession admin) throws SQLException;

    /** Whether receiver and applier run, and what ails them; empty for a server that is no replica. */
    Optional<ReplicationStatus> status(AdminSession admin) throws SQLException;

    /** A query for the statements of all sessions but the asking one since the server's start. */
    String questions();
}
