package io.github.replicationrouting.test;

import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One server of a {@link ReplicatedCluster}, and what can be done to it.
 *
 * <p>The application reaches it on a port that stays the same for the life of the cluster, whatever happens to the
 * server. Methods that change something return when the change is in force. Thread-safe. What a server refuses ends in
 * an {@link IllegalStateException} that names the node.
 */
public final class ClusterNode {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private static final int SOCKET_TIMEOUT_MILLIS = 30_000;

    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

    /** It replays all that the cluster ever did. */
    private static final Duration REBUILD_TIMEOUT = Duration.ofMinutes(5);

    /** Added to a server's id, it gives one that no server has. */
    private static final int FOREIGN = 1000;

    private final String name;

    private final Server server;

    private final ReplicationSql sql;

    private final Settings settings;

    private final Relay relay;

    private final AdminSession admin;

    private volatile @Nullable ClusterNode source;

    private boolean readOnly;

    /** It has been writable: without GTIDs nobody can tell whether it has something of its own. */
    private boolean strayed;

    private boolean frozen;

    private boolean cut;

    private boolean receiverStopped;

    private boolean applierStopped;

    private Duration delay = Duration.ZERO;

    private boolean monitorGranted;

    ClusterNode(String name, Server server, ReplicationSql sql, Settings settings) {
        this.name = name;
        this.server = server;
        this.sql = sql;
        this.settings = settings;
        this.relay = new Relay(name, server::address);
        this.admin = new AdminSession(this::connectAdministrator);
    }

    /** The name in the cluster. */
    public String name() {
        return name;
    }

    /** The host that the application connects to. */
    public String host() {
        return "127.0.0.1";
    }

    /** The port that the application connects to. */
    public int port() {
        return relay.port();
    }

    /** The URL of the cluster's database for Connector/J. */
    public String jdbcUrl() {
        return jdbcUrl(JdbcDriver.CONNECTOR_J);
    }

    /** The URL of the cluster's database for a driver. */
    public String jdbcUrl(JdbcDriver driver) {
        return sql.jdbcUrl(driver.forServers(sql.kind()), host(), port(), settings.database());
    }

    /**
     * Opens a connection of the application's user, on the way that the application takes.
     */
    public Connection connect() throws SQLException {
        Properties properties = properties(settings.application());
        return sql.connect(InetSocketAddress.createUnresolved(host(), port()), settings.database(), properties);
    }

    /**
     * Opens a connection of the administrator, past everything that was done to the network. Its statements count in
     * {@link #questions()}.
     */
    public Connection adminConnection() throws SQLException {
        return connectAdministrator();
    }

    /** Ends the server at once, as a crash would. The application's connections break, new ones are refused. */
    public synchronized void kill() {
        // Refuse new connections first: no client may connect while the server is shutting down.
        relay.refuse();
        server.kill();
        relay.down();
        admin.close();
        frozen = false;
    }

    /**
     * Starts a killed server, as what it was, on what it had; returns when it answers. A replica goes on replicating,
     * also when its threads had been stopped.
     */
    public synchronized void start() {
        if (server.isRunning()) {
            return;
        }
        server.start(readOnly);
        Await.until(START_TIMEOUT, name + " answers", server::log, () -> {
            if (!server.isRunning()) {
                throw new IllegalStateException(name + " ended at its start:\n" + server.log());
            }
            return admin.value("SELECT 1").equals("1");
        });
        receiverStopped = false;
        applierStopped = false;
        relay.up();
    }

    /** Stops the server without ending it: it accepts connections, keeps those it has, and answers nothing. */
    public synchronized void freeze() {
        if (!frozen) {
            server.freeze();
            frozen = true;
        }
    }

    /**
     * Ends {@link #freeze()}; returns when the server accepts connections, after those that gave up on it meanwhile, which
     * may be more than it allows.
     */
    public synchronized void thaw() {
        if (frozen) {
            server.thaw();
            frozen = false;
            Await.until(START_TIMEOUT, name + " accepts connections", server::log, () -> {
                connectAdministrator().close();
                return true;
            });
        }
    }

    /**
     * Drops everything between the application and the server: nothing is answered and nothing is closed. The servers
     * among themselves are not cut off.
     */
    public synchronized void cutOff() {
        relay.cut();
        cut = true;
    }

    /** Ends {@link #cutOff()}; what was sent meanwhile arrives. */
    public synchronized void restoreNetwork() {
        relay.restore();
        cut = false;
    }

    /** Lets every answer to the application arrive so much later; zero ends that. */
    public synchronized void slowDown(Duration delay) {
        relay.delay(delay);
    }

    /**
     * Hides from the server that clients close their connections, as if their hosts had vanished: it goes on with what
     * they had asked for. It learns of it when this ends.
     */
    public synchronized void hideClosing(boolean hide) {
        relay.loseClosing(hide);
    }

    /** Stops the thread of a replica that fetches what the primary commits, between two transactions. */
    public synchronized void stopReceiver() {
        receiverStopped = true; // first, so that heal() starts the receiver even if this fails
        execute(sql.stopReceiver());
        await("has received nothing but whole transactions", () -> {
            boolean whole = !sql.receivesTransaction(admin);
            if (!whole) {
                receiveOneMore();
            }
            return whole;
        });
    }

    // With an incomplete transaction in the relay log, MySQL's applier stops only after 60 s, with error 1756.
    private void receiveOneMore() throws SQLException {
        String last = sql.lastReceived(admin);
        execute(sql.startReceiver());
        try {
            await("has received a transaction", () -> !sql.lastReceived(admin).equals(last));
        } finally {
            execute(sql.stopReceiver());
        }
    }

    /** Ends {@link #stopReceiver()}. */
    public synchronized void startReceiver() {
        execute(sql.startReceiver());
        receiverStopped = false;
    }

    /** Stops the thread of a replica that executes what was fetched. */
    public synchronized void stopApplier() {
        applierStopped = true; // first, so that heal() starts the applier even if this fails
        execute(sql.stopApplier());
    }

    /** Ends {@link #stopApplier()}. */
    public synchronized void startApplier() {
        execute(sql.startApplier());
        applierStopped = false;
    }

    /**
     * Makes the replica apply each transaction this long after its commit on the primary.
     *
     * @param delay whole seconds; zero ends it
     */
    public synchronized void delay(Duration delay) {
        if (!delay.truncatedTo(ChronoUnit.SECONDS).equals(delay) || delay.isNegative()) {
            throw new IllegalArgumentException("Servers delay by whole seconds, not by " + delay);
        }
        execute(sql.delay(delay.toSeconds()));
        this.delay = delay;
        if (receiverStopped) {
            stopReceiver();
        }
        if (applierStopped) {
            stopApplier();
        }
    }

    /**
     * Kills a session of this server and waits until the server no longer lists it.
     *
     * @param connectionId the {@code CONNECTION_ID()} of the session, of any user
     */
    public void killSession(long connectionId) {
        execute(List.of("KILL " + connectionId));
        await("has ended session " + connectionId, () -> admin.query(
                        "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = " + connectionId)
                .isEmpty());
    }

    /**
     * Makes the server a replica of another node, from what it has executed on, and leaves it as writable as it is. What
     * the cluster takes for its {@linkplain ReplicatedCluster#primary() primary} stays the same.
     *
     * @throws IllegalStateException if the cluster has no GTIDs
     */
    public synchronized void replicateFrom(ClusterNode source) {
        if (!settings.gtids()) {
            throw new IllegalStateException(
                    "From where on a server replicates is told by GTIDs, and " + name + " has none");
        }
        replicateFrom(source, "");
    }

    /**
     * Stops replication and removes its configuration, as {@code RESET REPLICA ALL} does, and leaves the server as
     * writable as it is. What the cluster takes for its {@linkplain ReplicatedCluster#primary() primary} stays the same.
     */
    public synchronized void removeSource() {
        execute(sql.unfollow());
        source = null;
        receiverStopped = false;
        applierStopped = false;
        delay = Duration.ZERO;
    }

    /**
     * Makes the server read-only or writable and changes nothing else; for the topology of the cluster see
     * {@link ReplicatedCluster#promote(ClusterNode)}.
     */
    public synchronized void readOnly(boolean readOnly) {
        execute(sql.readOnly(readOnly));
        this.readOnly = readOnly;
        strayed |= !readOnly;
    }

    /** Lets the monitor's user see the state of replication on this node. */
    public synchronized void grantMonitoring() {
        executeLocally(sql.grantMonitoring(settings.monitor().name()));
        monitorGranted = true;
    }

    /** Ends {@link #grantMonitoring()}. */
    public synchronized void revokeMonitoring() {
        executeLocally(sql.revokeMonitoring(settings.monitor().name()));
        monitorGranted = false;
    }

    /** Executes statements as the administrator, without a trace in the binary log, also where it is read-only. */
    public synchronized void executeLocally(List<String> statements) {
        execute(sql.unlock());
        try {
            execute(statements);
        } finally {
            execute(sql.lock(readOnly));
        }
    }

    /** Executes statements as the administrator. */
    public void execute(List<String> statements) {
        try {
            admin.execute(statements);
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /** Whether the process runs, frozen or not. */
    public boolean isRunning() {
        return server.isRunning();
    }

    /** What the server says it is: writable or read-only. */
    public NodeRole role() {
        try {
            return askRole();
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /**
     * What the server has executed: a GTID set on MySQL, a GTID position on MariaDB. Without GTIDs a place in the primary's
     * binary log, which compares with no other log's.
     */
    public String position() {
        try {
            return askPosition();
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /**
     * The number of statements (status {@code Questions}) that the server got since its start. What the methods of the
     * cluster and its nodes send does not count; what a replica sends when it connects to its primary does.
     */
    public long questions() {
        try {
            return (long) Double.parseDouble(admin.value(sql.questions()));
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /** Whether the server has executed everything that a position of another node says. */
    public boolean contains(String position) {
        try {
            return hasExecuted(position);
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    boolean hasExecuted(String position) throws SQLException {
        return sql.contains(admin, askPosition(), position);
    }

    /** Waits until the server has the role. */
    public void awaitRole(NodeRole role) {
        await("is " + role, () -> askRole() == role);
    }

    /** Waits until the server has executed everything that a position of another node says. */
    public void awaitPosition(String position) {
        await("contains " + position, () -> hasExecuted(position));
    }

    /** Waits until a table of the cluster's database has so many rows. */
    public void awaitRowCount(String table, long rows) {
        await("has %d rows in %s".formatted(rows, table), () -> hasTable(table) && rowCount(table) == rows);
    }

    private void await(String what, Await.Condition condition) {
        await(settings.awaitTimeout(), what, condition);
    }

    private void await(Duration timeout, String what, Await.Condition condition) {
        Await.until(timeout, name + " " + what, this::describe, condition);
    }

    private boolean hasTable(String table) throws SQLException {
        return !admin.query("""
                        SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = '%s' AND TABLE_NAME = '%s'""".formatted(settings.database(), table)).isEmpty();
    }

    private long rowCount(String table) throws SQLException {
        return Long.parseLong(admin.value("SELECT COUNT(*) FROM `%s`.`%s`".formatted(settings.database(), table)));
    }

    NodeRole askRole() throws SQLException {
        return admin.value("SELECT @@GLOBAL.read_only").equals("0") ? NodeRole.PRIMARY : NodeRole.REPLICA;
    }

    private String askPosition() throws SQLException {
        return sql.position(admin, source != null);
    }

    /** Prepares a server with an empty data directory. */
    synchronized void initialize() {
        start();
        relay.down();
        executeLocally(sql.createUsers(
                settings.application(), settings.monitor(), settings.replication(), settings.database()));
        execute(sql.forgetHistory());
    }

    /** Lets the application in. */
    synchronized void open() {
        strayed = source == null;
        relay.up();
    }

    /** The end of the own binary log, for others to follow from; empty where they need none. */
    String place() {
        try {
            return sql.place(admin);
        } catch (SQLException ex) {
            throw failed(ex);
        }
    }

    /** Follows from what it has executed, and without GTIDs from the beginning. */
    void follow(ClusterNode source) {
        follow(source, "");
    }

    /** Follows, without GTIDs from a {@linkplain #place() place} of the source up to which it has everything. */
    synchronized void follow(ClusterNode source, String place) {
        readOnly(true);
        replicateFrom(source, place);
    }

    private void replicateFrom(ClusterNode source, String place) {
        execute(sql.follow(source.server.peerAddress(), settings.replication(), place));
        this.source = source;
        strayed &= place.isEmpty();
        receiverStopped = false;
        applierStopped = false;
        delay = Duration.ZERO;
    }

    synchronized void lead() {
        removeSource();
        readOnly(false);
    }

    /** Throws away all data and replicates it anew; refuses the application meanwhile. */
    synchronized void rebuild(ClusterNode source) throws SQLException {
        // Nobody reads half of it, or writes in a session that keeps the foreign id of its beginning.
        relay.down();
        try {
            replicateAnew(source);
            if (monitorGranted) {
                // The history that was replayed begins with a user who has nothing.
                grantMonitoring();
            }
        } finally {
            relay.up();
        }
    }

    private void replicateAnew(ClusterNode source) throws SQLException {
        readOnly(true);
        execute(sql.unfollow());
        List<String> drops = admin.query("""
                        SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME
                        NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')""").stream()
                .map(row -> "DROP DATABASE `%s`".formatted(row.get("name")))
                .toList();
        executeLocally(drops);
        strayed = false;
        executeLocally(sql.forgetHistory());
        // A server ignores what comes to it under its own id, and part of the history may be its own.
        long id = Long.parseLong(admin.value("SELECT @@GLOBAL.server_id"));
        execute(List.of("SET GLOBAL server_id = " + (id + FOREIGN)));
        try {
            follow(source);
            String position = source.position();
            await(REBUILD_TIMEOUT, "contains " + position, () -> hasExecuted(position));
        } finally {
            execute(List.of("SET GLOBAL server_id = " + id));
        }
    }

    /** Applies what was received, and receives no more. */
    synchronized void drain() {
        undoDelay();
        awaitRestOf(source);
        stopReceiver();
        if (applierStopped) {
            startApplier();
        }
        await("has applied what it received", () -> sql.isDrained(admin));
    }

    /** Waits until the receiver has read everything that a killed or frozen source has sent. */
    private void awaitRestOf(@Nullable ClusterNode sender) {
        if (sender != null && !sender.answers() && !receiverStopped) {
            await(
                    "has received all that " + sender + " sent",
                    () -> sender.isRunning()
                            ? !sql.receivesTransaction(admin)
                            : sql.status(admin)
                                    .filter(ReplicationStatus::receiving)
                                    .isEmpty());
        }
    }

    /** Ends what keeps a replica from replicating. */
    synchronized void resume() {
        undoDelay();
        if (receiverStopped) {
            startReceiver();
        }
        if (applierStopped) {
            startApplier();
        }
    }

    private void undoDelay() {
        if (!delay.isZero()) {
            delay(Duration.ZERO);
        }
    }

    /** Undoes all that was done to the server and its network from outside. */
    synchronized void revive() {
        thaw();
        start();
        restoreNetwork();
        slowDown(Duration.ZERO);
        hideClosing(false);
    }

    /** Whether its server runs, and is not frozen; the network does not matter. */
    public boolean answers() {
        return server.isRunning() && !frozen;
    }

    /** Whether it was made a replica of a node, writable or not, and its source was not removed since. */
    boolean isReplicaOf(ClusterNode node) {
        return source == node;
    }

    boolean follows(ClusterNode node) throws SQLException {
        return source == node && askRole() == NodeRole.REPLICA;
    }

    /** Whether it has what another has not; where nobody can tell, whether it may. */
    boolean hasMoreThan(ClusterNode other) throws SQLException {
        return settings.gtids() ? sql.hasMoreThan(admin, other.admin) : strayed;
    }

    boolean replicates() throws SQLException {
        return sql.status(admin).filter(ReplicationStatus::runs).isPresent();
    }

    /** Whether replication ended by an error. */
    boolean isBroken() throws SQLException {
        return sql.status(admin).filter(ReplicationStatus::gaveUp).isPresent();
    }

    synchronized void close() {
        admin.close();
        relay.close();
        server.close();
    }

    /** One line on what the node is now, for messages. */
    String describe() {
        if (!server.isRunning()) {
            return name + ": not running";
        }
        if (frozen) {
            return name + ": frozen";
        }
        try {
            return "%s: %s%s, position %s, %s"
                    .formatted(
                            name,
                            askRole(),
                            cut ? ", cut off" : "",
                            askPosition(),
                            sql.status(admin).map(Objects::toString).orElse("replicates nothing"));
        } catch (SQLException ex) {
            return name + ": does not answer: " + ex.getMessage();
        }
    }

    private Connection connectAdministrator() throws SQLException {
        return sql.connect(server.address(), "", properties(sql.administrator()));
    }

    private static Properties properties(Account account) {
        var properties = new Properties();
        properties.setProperty("user", account.name());
        properties.setProperty("password", account.password());
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_MILLIS));
        properties.setProperty("socketTimeout", Integer.toString(SOCKET_TIMEOUT_MILLIS));
        return properties;
    }

    private IllegalStateException failed(SQLException ex) {
        return new IllegalStateException("%s: %s".formatted(name, ex.getMessage()), ex);
    }

    @Override
    public String toString() {
        return name;
    }
}
