package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.node.ClusterSettings;
import io.github.replicationrouting.test.internal.node.GroupMember;
import io.github.replicationrouting.test.internal.node.Membership;
import io.github.replicationrouting.test.internal.node.NodeProcess;
import io.github.replicationrouting.test.internal.node.NodeReplication;
import io.github.replicationrouting.test.internal.node.NodeSession;
import io.github.replicationrouting.test.internal.server.Server;
import io.github.replicationrouting.test.internal.sql.ServerSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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

    private final ServerSql sql;

    private final ClusterSettings settings;

    private final NodeSession session;

    private final NodeProcess process;

    private final Membership membership;

    private boolean monitorGranted;

    private boolean disturbed;

    /** @param membership makes the node a part of its cluster */
    ClusterNode(
            ClusterKind kind,
            String name,
            Server server,
            ServerSql sql,
            ClusterSettings settings,
            BiFunction<NodeSession, NodeProcess, Membership> membership) {
        this.kind = kind;
        this.name = name;
        this.sql = sql;
        this.settings = settings;
        this.session = new NodeSession(name, server, sql, settings, this::describe);
        this.process = new NodeProcess(name, server, session);
        this.membership = membership.apply(session, process);
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
        disturbed = true;
        process.kill();
    }

    /**
     * Shuts the server down, as its administrator would for an upgrade: it ends the application's sessions, and the
     * member of a group leaves it.
     */
    public synchronized void shutDown() {
        disturbed = true;
        process.shutDown();
    }

    /**
     * Starts a server that was killed or shut down, with its role and its data, and waits until it answers. A replica
     * resumes replication, also when its threads had been stopped. A member joins its group and is waited for; where
     * the others have no majority, or this one is cut from them, nothing is waited for.
     */
    public synchronized void start() {
        if (!process.isRunning()) {
            membership.start();
        }
    }

    /** Suspends the server: it accepts connections, keeps those it has, and answers nothing. */
    public synchronized void freeze() {
        disturbed = true;
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
        disturbed = true;
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
        replication().stopReceiver();
    }

    /** Ends {@link #stopReceiver()}. */
    public synchronized void startReceiver() {
        replication().startReceiver();
    }

    /** Stops the thread of a replica that applies what was received. */
    public synchronized void stopApplier() {
        replication().stopApplier();
    }

    /** Ends {@link #stopApplier()}. */
    public synchronized void startApplier() {
        replication().startApplier();
    }

    /**
     * Makes the replica apply each transaction this long after its commit on the primary.
     *
     * @param delay whole seconds; zero ends the delay
     */
    public synchronized void delayReplication(Duration delay) {
        replication().delay(delay);
    }

    // Faults of a group

    /**
     * Drops all packets between this server and the other members of its group, so that it falls into the minority. The
     * application still reaches it.
     */
    public synchronized void cutFromGroup() {
        disturbed = true;
        member().cutFromGroup();
    }

    /** Ends {@link #cutFromGroup()}. */
    public synchronized void reconnectToGroup() {
        member().reconnectToGroup();
    }

    /** Makes the server leave its group and run on, as {@code STOP GROUP_REPLICATION} does. Group Replication only. */
    public synchronized void stopGroup() {
        disturbed = true;
        member().leave();
    }

    /** Ends {@link #stopGroup()}, and waits until the server is a member again. Group Replication only. */
    public synchronized void startGroup() {
        member().enter();
    }

    /**
     * Starts a killed server and does not let it join its group: it is no member, and writable. Group Replication only.
     */
    public synchronized void startOutsideGroup() {
        disturbed = true;
        if (!process.isRunning()) {
            member().startOutsideGroup();
        }
    }

    /**
     * Kills the server, removes its data, and starts it anew; returns when it has got everything from its group: by a
     * transfer of the state on Galera, by the binary logs of the others in Group Replication.
     */
    public synchronized void startWithoutData() {
        disturbed = true;
        member().joinWithoutData();
        if (monitorGranted) {
            grantMonitoring();
        }
    }

    /** Takes the server out of the flow control of its Galera cluster, as a backup does, or ends that. */
    public synchronized void desync(boolean desync) {
        member().desync(desync);
    }

    /** Makes the server of a Galera cluster refuse the application's statements, or ends that. */
    public synchronized void rejectQueries(boolean reject) {
        member().rejectQueries(reject);
    }

    // Changes of the topology in single steps

    /**
     * Makes the server a replica of another node, starting after what it has executed, and leaves it as writable as it
     * is. The cluster's {@linkplain ReplicatedCluster#primary() primary} stays the same.
     *
     * @throws IllegalStateException if the cluster has no GTIDs
     */
    public synchronized void replicateFrom(ClusterNode source) {
        replication().replicateFrom(source.replication());
    }

    /**
     * Stops replication and removes its configuration, as {@code RESET REPLICA ALL} does, and leaves the server as
     * writable as it is. The cluster's {@linkplain ReplicatedCluster#primary() primary} stays the same.
     */
    public synchronized void removeSource() {
        replication().removeSource();
    }

    /**
     * Makes the server read-only or writable and changes nothing else; for the topology of the cluster see
     * {@link ReplicatedCluster#promote(ClusterNode)}.
     */
    public synchronized void readOnly(boolean readOnly) {
        membership.readOnly(readOnly);
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
        membership.executeUnlogged(statements);
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
        return membership.reportsReadOnly() ? NodeRole.REPLICA : NodeRole.PRIMARY;
    }

    /**
     * Returns the position up to which the server has executed: a GTID set on MySQL, a GTID position on MariaDB.
     * Without GTIDs a position in the primary's binary log, which is comparable within that log only.
     */
    public String position() {
        return membership.position();
    }

    /** Returns whether the server has executed everything up to the position of another node. */
    public boolean contains(String position) {
        return membership.contains(position);
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
        session.await("is " + role, () -> membership.isReadOnly() == (role == NodeRole.REPLICA));
    }

    /** Waits until the server has executed everything up to the position of another node. */
    public void awaitPosition(String position) {
        session.await("contains " + position, () -> membership.hasExecuted(position));
    }

    /** Waits until a table of the cluster's database has this number of rows. */
    public void awaitRowCount(String table, long rows) {
        session.awaitRowCount(table, rows);
    }

    // For the cluster

    NodeReplication replication() {
        return membership.replication();
    }

    GroupMember member() {
        return membership.member();
    }

    /** Does something on each node, on all of them concurrently. */
    static void concurrently(List<ClusterNode> nodes, Consumer<ClusterNode> action) {
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
        try {
            CompletableFuture.allOf(nodes.stream()
                            .map(node -> CompletableFuture.runAsync(() -> action.accept(node), threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException ex) {
            throw new IllegalStateException("The cluster does not start", ex.getCause());
        } finally {
            threads.shutdown();
        }
    }

    /** Prepares a server with an empty data directory. */
    synchronized void initialize() {
        membership.initialize();
    }

    /** Accepts the application's connections. */
    synchronized void open() {
        membership.onOpen();
        process.accept();
    }

    synchronized void follow(ClusterNode source) {
        replication().follow(source.replication());
    }

    synchronized void follow(ClusterNode source, String logPosition) {
        replication().follow(source.replication(), logPosition);
    }

    synchronized void lead() {
        replication().lead();
    }

    synchronized void drain() {
        replication().drain();
    }

    synchronized void resume() {
        replication().resume();
    }

    /** Removes all data and replicates it anew; refuses the application meanwhile. */
    synchronized void rebuild(ClusterNode source) throws SQLException {
        // The application must not read part of the data, or write in a session that keeps the temporary server id.
        process.refuse();
        try {
            replication().rebuild(source.replication());
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
        endFaultsOfNetwork();
    }

    private void endFaultsOfNetwork() {
        restoreNetwork();
        delayAnswers(Duration.ZERO);
        hideClosing(false);
    }

    // For a group

    /** Returns whether the member had a fault since the cluster was healed last, ended or not. */
    synchronized boolean isDisturbed() {
        return disturbed;
    }

    synchronized void undisturbed() {
        disturbed = false;
    }

    /** Ends all faults of a member's process and network, but does not start it. */
    synchronized void endFaultsOfProcess() {
        if (process.isRunning()) {
            thaw();
        }
        reconnectToGroup();
        endFaultsOfNetwork();
    }

    /** Ends what keeps a member that runs from its role. */
    synchronized void endFaultsOfRole() {
        membership.endFaults();
    }

    synchronized void bootstrap() {
        member().bootstrap();
    }

    synchronized void join() {
        member().join();
    }

    synchronized String restartPosition() {
        return member().restartPosition();
    }

    /** Returns whether one position contains another one, and not the reverse. */
    boolean isBeyond(String own, String others) {
        return member().isBeyond(own, others);
    }

    synchronized void becomePrimary() {
        member().becomePrimary();
    }

    synchronized void close() {
        session.close();
        process.close();
    }

    /** Describes each node in one line. */
    static String describe(List<ClusterNode> nodes) {
        return nodes.stream().map(ClusterNode::describe).collect(Collectors.joining("\n"));
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
            return "%s%s: %s".formatted(name, process.isPartitioned() ? " (partitioned)" : "", membership.describe());
        } catch (SQLException ex) {
            return name + ": does not answer: " + ex.getMessage();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
