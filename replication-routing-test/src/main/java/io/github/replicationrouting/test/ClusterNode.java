package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.node.NodeProcess;
import io.github.replicationrouting.test.internal.node.NodeReplication;
import io.github.replicationrouting.test.internal.node.NodeSession;
import io.github.replicationrouting.test.internal.server.Server;
import io.github.replicationrouting.test.internal.sql.ReplicationSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * One server of a {@link ReplicatedCluster}: its connections, its faults and its state.
 *
 * <p>The application reaches it on a port that stays the same for the life of the cluster, whatever happens to the
 * server. Methods that change something return when the change is in force. Thread-safe. What a server refuses ends in
 * an {@link IllegalStateException} that names the node.
 */
public final class ClusterNode {

    private final ClusterKind kind;

    private final String name;

    private final ReplicationSql sql;

    private final ClusterSettings settings;

    private final NodeSession session;

    private final NodeProcess process;

    private final NodeReplication replication;

    private boolean monitorGranted;

    ClusterNode(ClusterKind kind, String name, Server server, ReplicationSql sql, ClusterSettings settings) {
        this.kind = kind;
        this.name = name;
        this.sql = sql;
        this.settings = settings;
        this.session = new NodeSession(name, server, sql, settings, this::describe);
        this.process = new NodeProcess(name, server, session);
        this.replication = new NodeReplication(name, session, process, sql, settings);
    }

    /** Returns the name in the cluster. */
    public String name() {
        return name;
    }

    // Connections

    /** Returns the host that the application connects to. */
    public String host() {
        return "127.0.0.1";
    }

    /** Returns the port that the application connects to. */
    public int port() {
        return process.port();
    }

    /** Returns the URL of the cluster's database for Connector/J. */
    public String jdbcUrl() {
        return jdbcUrl(JdbcDriver.CONNECTOR_J);
    }

    /** Returns the URL of the cluster's database for a driver. */
    public String jdbcUrl(JdbcDriver driver) {
        return driver.forServers(kind) == JdbcDriver.MARIADB
                ? sql.mariaDbUrl(host(), port(), settings.database())
                : sql.connectorJUrl(host(), port(), settings.database());
    }

    /** Opens a connection of the application's user, over the network that the application uses. */
    public Connection connect() throws SQLException {
        return session.connectApplication(host(), port());
    }

    /**
     * Opens a connection of the administrator, directly to the server: faults of the network do not affect it. Its
     * statements count in {@link #questions()}.
     */
    public Connection adminConnection() throws SQLException {
        return session.connect();
    }

    // Faults of the server

    /** Kills the server, as a crash would. The application's connections break, new ones are refused. */
    public synchronized void kill() {
        process.kill();
    }

    /**
     * Starts a killed server with its role and its data, and waits until it answers. A replica resumes replication,
     * also when its threads had been stopped.
     */
    public synchronized void start() {
        if (!process.isRunning()) {
            process.start(replication.startsReadOnly());
            replication.onRestart();
            process.accept();
        }
    }

    /** Suspends the server: it accepts connections, keeps those it has, and answers nothing. */
    public synchronized void freeze() {
        process.freeze();
    }

    /**
     * Ends {@link #freeze()} and waits until the server accepts connections. It first serves those that were closed
     * meanwhile, which may be more than it allows.
     */
    public synchronized void thaw() {
        process.thaw();
    }

    /**
     * Kills a session of this server and waits until the server no longer lists it.
     *
     * @param connectionId the {@code CONNECTION_ID()} of the session, of any user
     */
    public void killSession(long connectionId) {
        session.killSession(connectionId);
    }

    // Faults of the network

    /**
     * Drops all packets between the application and the server: nothing is answered and nothing is closed. The servers
     * still reach each other.
     */
    public synchronized void partition() {
        process.partition();
    }

    /** Ends {@link #partition()}; what was sent meanwhile arrives. */
    public synchronized void restoreNetwork() {
        process.restoreNetwork();
    }

    /** Delays every answer to the application; zero ends the delay. */
    public synchronized void delayAnswers(Duration delay) {
        process.delayAnswers(delay);
    }

    /**
     * Hides from the server that clients close their connections, as if their hosts had crashed: it continues what they
     * had requested. It is notified when this ends.
     */
    public synchronized void hideClosing(boolean hide) {
        process.hideClosing(hide);
    }

    // Faults of the replication

    /** Stops the thread of a replica that receives what the primary commits, between two transactions. */
    public synchronized void stopReceiver() {
        replication.stopReceiver();
    }

    /** Ends {@link #stopReceiver()}. */
    public synchronized void startReceiver() {
        replication.startReceiver();
    }

    /** Stops the thread of a replica that applies what was received. */
    public synchronized void stopApplier() {
        replication.stopApplier();
    }

    /** Ends {@link #stopApplier()}. */
    public synchronized void startApplier() {
        replication.startApplier();
    }

    /**
     * Makes the replica apply each transaction this long after its commit on the primary.
     *
     * @param delay whole seconds; zero ends the delay
     */
    public synchronized void delayReplication(Duration delay) {
        replication.delay(delay);
    }

    // Changes of the topology in single steps

    /**
     * Makes the server a replica of another node, starting after what it has executed, and leaves it as writable as it
     * is. The cluster's {@linkplain ReplicatedCluster#primary() primary} stays the same.
     *
     * @throws IllegalStateException if the cluster has no GTIDs
     */
    public synchronized void replicateFrom(ClusterNode source) {
        replication.replicateFrom(source.replication);
    }

    /**
     * Stops replication and removes its configuration, as {@code RESET REPLICA ALL} does, and leaves the server as
     * writable as it is. The cluster's {@linkplain ReplicatedCluster#primary() primary} stays the same.
     */
    public synchronized void removeSource() {
        replication.removeSource();
    }

    /**
     * Makes the server read-only or writable and changes nothing else; for the topology of the cluster see
     * {@link ReplicatedCluster#promote(ClusterNode)}.
     */
    public synchronized void readOnly(boolean readOnly) {
        replication.readOnly(readOnly);
    }

    // Statements of the administrator

    /** Grants the monitor's user the privilege to see the state of replication on this node. */
    public synchronized void grantMonitoring() {
        executeLocally(sql.grantMonitoring(settings.monitor().name()));
        monitorGranted = true;
    }

    /** Ends {@link #grantMonitoring()}. */
    public synchronized void revokeMonitoring() {
        executeLocally(sql.revokeMonitoring(settings.monitor().name()));
        monitorGranted = false;
    }

    /** Executes statements as the administrator, without the binary log, also where the server is read-only. */
    public synchronized void executeLocally(List<String> statements) {
        replication.executeUnlogged(statements);
    }

    /** Executes statements as the administrator. */
    public void execute(List<String> statements) {
        session.execute(statements);
    }

    // State

    /** Returns whether the process runs, frozen or not. */
    public boolean isRunning() {
        return process.isRunning();
    }

    /** Returns whether the server runs and is not frozen, whatever the network does. */
    public boolean answers() {
        return process.answers();
    }

    /** Returns the role that the server has: writable or read-only. */
    public NodeRole role() {
        return replication.reportsReadOnly() ? NodeRole.REPLICA : NodeRole.PRIMARY;
    }

    /**
     * Returns the position up to which the server has executed: a GTID set on MySQL, a GTID position on MariaDB.
     * Without GTIDs a position in the primary's binary log, which is comparable within that log only.
     */
    public String position() {
        return replication.position();
    }

    /** Returns whether the server has executed everything up to the position of another node. */
    public boolean contains(String position) {
        return replication.contains(position);
    }

    /**
     * Returns the number of statements (status {@code Questions}) that the server has received since its start. Those
     * of the cluster and its nodes do not count; those by which a replica connects to its primary do.
     */
    public long questions() {
        return session.questions();
    }

    /** Waits until the server has the role. */
    public void awaitRole(NodeRole role) {
        session.await("is " + role, () -> replication.isReadOnly() == (role == NodeRole.REPLICA));
    }

    /** Waits until the server has executed everything up to the position of another node. */
    public void awaitPosition(String position) {
        session.await("contains " + position, () -> replication.hasExecuted(position));
    }

    /** Waits until a table of the cluster's database has this number of rows. */
    public void awaitRowCount(String table, long rows) {
        session.awaitRowCount(table, rows);
    }

    // For the cluster

    NodeReplication replication() {
        return replication;
    }

    /** Prepares a server with an empty data directory. */
    synchronized void initialize() {
        start();
        process.refuse();
        executeLocally(sql.createUsers(
                settings.application(), settings.monitor(), settings.replication(), settings.database()));
        execute(sql.resetHistory());
    }

    /** Accepts the application's connections. */
    synchronized void open() {
        replication.onOpen();
        process.accept();
    }

    synchronized void follow(ClusterNode source) {
        replication.follow(source.replication);
    }

    synchronized void follow(ClusterNode source, String logPosition) {
        replication.follow(source.replication, logPosition);
    }

    synchronized void lead() {
        replication.lead();
    }

    synchronized void drain() {
        replication.drain();
    }

    synchronized void resume() {
        replication.resume();
    }

    /** Removes all data and replicates it anew; refuses the application meanwhile. */
    synchronized void rebuild(ClusterNode source) throws SQLException {
        // The application must not read part of the data, or write in a session that keeps the temporary server id.
        process.refuse();
        try {
            replication.rebuild(source.replication);
            if (monitorGranted) {
                // The replayed history creates the user without privileges.
                grantMonitoring();
            }
        } finally {
            process.accept();
        }
    }

    /** Ends all faults of the server and the network. */
    synchronized void endFaults() {
        thaw();
        start();
        restoreNetwork();
        delayAnswers(Duration.ZERO);
        hideClosing(false);
    }

    synchronized void close() {
        session.close();
        process.close();
    }

    /** Describes the node in one line, for error messages. */
    String describe() {
        if (!process.isRunning()) {
            return name + ": not running";
        }
        if (process.isFrozen()) {
            return name + ": frozen";
        }
        try {
            return "%s%s: %s".formatted(name, process.isPartitioned() ? " (partitioned)" : "", replication.describe());
        } catch (SQLException ex) {
            return name + ": does not answer: " + ex.getMessage();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
