package io.github.replicationrouting.test.internal.node;

import io.github.replicationrouting.test.internal.sql.ReplicationSql;
import io.github.replicationrouting.test.internal.sql.ReplicationStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The replication of one node: its source, its threads, whether it is writable, and its position. Changes are guarded
 * by the node.
 */
public final class NodeReplication implements Membership {

    /** A rebuild replays the whole history of the cluster. */
    private static final Duration APPLIER_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration REBUILD_TIMEOUT = Duration.ofMinutes(5);

    /** Added to a server's id, it gives one that no server has. */
    private static final int UNUSED_ID_OFFSET = 1000;

    private final String name;

    private final NodeSession session;

    private final NodeProcess process;

    private final ReplicationSql sql;

    private final ClusterSettings settings;

    private volatile @Nullable NodeReplication source;

    private boolean readOnly;

    /** It has been writable: without GTIDs its own transactions cannot be detected. */
    private boolean maybeDiverged;

    private boolean receiverStopped;

    private boolean applierStopped;

    private Duration delay = Duration.ZERO;

    public NodeReplication(
            String name, NodeSession session, NodeProcess process, ReplicationSql sql, ClusterSettings settings) {
        this.name = name;
        this.session = session;
        this.process = process;
        this.sql = sql;
        this.settings = settings;
    }

    @Override
    public NodeReplication replication() {
        return this;
    }

    @Override
    public GroupMember member() {
        throw settings.unsupported(name, "it has a primary and replicas, and no group");
    }

    // Process

    @Override
    public void initialize() {
        start();
        process.refuse();
        executeUnlogged(sql.createUsers(
                settings.application(), settings.monitor(), settings.replication(), settings.database()));
        session.execute(sql.resetHistory());
    }

    @Override
    public void start() {
        process.start(readOnly);
        onRestart();
        process.accept();
    }

    // The topology ends them: it depends on the other nodes how.
    @Override
    public void endFaults() {}

    // Threads

    /** Stops the receiver between two transactions. */
    public void stopReceiver() {
        receiverStopped = true; // first, so that resume() starts the receiver even if this fails
        session.execute(sql.stopReceiver());
        session.await("has received whole transactions only", () -> {
            boolean whole = session.ask(admin -> !sql.hasPartialTransaction(admin));
            if (!whole) {
                receiveOneMore();
            }
            return whole;
        });
    }

    // With an incomplete transaction in the relay log, MySQL's applier stops only after 60 s, with error 1756.
    private void receiveOneMore() throws SQLException {
        String last = session.ask(sql::lastReceivedTransaction);
        session.execute(sql.startReceiver());
        try {
            session.await("has received a transaction", () -> !last.equals(session.ask(sql::lastReceivedTransaction)));
        } finally {
            session.execute(sql.stopReceiver());
        }
    }

    public void startReceiver() {
        session.execute(sql.startReceiver());
        receiverStopped = false;
    }

    public void stopApplier() {
        applierStopped = true; // first, so that resume() starts the applier even if this fails
        session.execute(sql.stopApplier());
    }

    public void startApplier() {
        session.execute(sql.startApplier());
        applierStopped = false;
    }

    /** Applies each transaction this long after its commit; whole seconds, zero for immediately. */
    public void delay(Duration delay) {
        if (!delay.truncatedTo(ChronoUnit.SECONDS).equals(delay) || delay.isNegative()) {
            throw new IllegalArgumentException("Servers delay by whole seconds, not by " + delay);
        }
        session.execute(sql.delayApplier(delay.toSeconds()));
        this.delay = delay;
        if (receiverStopped) {
            stopReceiver();
        }
        if (applierStopped) {
            stopApplier();
        }
    }

    /** Ends what keeps a replica from replicating. */
    public void resume() {
        endDelay();
        if (receiverStopped) {
            startReceiver();
        }
        if (applierStopped) {
            startApplier();
        }
    }

    private void endDelay() {
        if (!delay.isZero()) {
            delay(Duration.ZERO);
        }
    }

    /** Applies everything that was received, and receives no more. */
    public void drain() {
        endDelay();
        awaitSent(source);
        stopReceiver();
        if (applierStopped) {
            startApplier();
        }
        session.await("has applied what it received", () -> session.ask(sql::hasAppliedReceived));
    }

    /** Waits until the receiver has read everything that a killed or frozen source has sent. */
    private void awaitSent(@Nullable NodeReplication sender) {
        if (sender != null && !sender.process.answers() && !receiverStopped) {
            session.await(
                    "has received all that " + sender + " sent",
                    () -> sender.process.isRunning()
                            ? session.ask(admin -> !sql.hasPartialTransaction(admin))
                            : session.ask(sql::status)
                                    .filter(ReplicationStatus::receiving)
                                    .isEmpty());
        }
    }

    /** Notes that the server was restarted, which starts its threads. */
    private void onRestart() {
        receiverStopped = false;
        applierStopped = false;
    }

    // Source

    /** Notes what the server is when the application gets access to it. */
    @Override
    public void onOpen() {
        maybeDiverged = source == null;
    }

    /** Makes the server a replica, after what it has executed; without GTIDs from the beginning of the source's log. */
    public void follow(NodeReplication source) {
        follow(source, "");
    }

    /**
     * Makes the server a replica.
     *
     * @param logPosition without GTIDs the {@link #logPosition()} of the source up to which the server has everything
     */
    public void follow(NodeReplication source, String logPosition) {
        readOnly(true);
        replicateFrom(source, logPosition);
    }

    /** Changes the source and leaves the server as writable as it is. */
    public void replicateFrom(NodeReplication source) {
        if (!settings.gtids()) {
            throw new IllegalStateException(
                    "Cannot choose where %s starts to replicate: it has no GTIDs".formatted(name));
        }
        replicateFrom(source, "");
    }

    private void replicateFrom(NodeReplication source, String logPosition) {
        session.execute(sql.replicateFrom(source.process.peerAddress(), settings.replication(), logPosition));
        this.source = source;
        maybeDiverged &= logPosition.isEmpty();
        onRestart();
        delay = Duration.ZERO;
    }

    public void removeSource() {
        session.execute(sql.removeSource());
        source = null;
        onRestart();
        delay = Duration.ZERO;
    }

    @Override
    public void readOnly(boolean readOnly) {
        session.execute(sql.readOnly(readOnly));
        this.readOnly = readOnly;
        maybeDiverged |= !readOnly;
    }

    /** Makes the server a primary. */
    public void lead() {
        removeSource();
        readOnly(false);
    }

    /** Removes all data and positions and replicates them anew from the source. */
    public void rebuild(NodeReplication source) throws SQLException {
        readOnly(true);
        awaitApplierAtRest();
        session.execute(sql.removeSource());
        List<String> drops = session.query("""
                        SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME
                        NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')""").stream()
                .map(row -> "DROP DATABASE `%s`".formatted(row.get("name")))
                .toList();
        executeUnlogged(drops);
        maybeDiverged = false;
        executeUnlogged(sql.resetHistory());
        // A server ignores transactions under its own id, and part of the history may be its own.
        long id = Long.parseLong(session.value("SELECT @@GLOBAL.server_id"));
        session.execute(List.of("SET GLOBAL server_id = " + (id + UNUSED_ID_OFFSET)));
        try {
            follow(source);
            String position = source.position();
            session.await(REBUILD_TIMEOUT, "contains " + position, () -> hasExecuted(position));
        } finally {
            session.execute(List.of("SET GLOBAL server_id = " + id));
        }
    }

    /**
     * Gives the applier time to execute its source's log, or to stop. Without GTIDs a MySQL server may replay a log from
     * its start, and STOP REPLICA can then wait without end.
     */
    private void awaitApplierAtRest() {
        NodeReplication current = source;
        if (settings.gtids() || current == null || receiverStopped || !delay.isZero() || !current.process.answers()) {
            return;
        }
        String end = current.logPosition();
        try {
            session.await(
                    APPLIER_TIMEOUT,
                    "has executed " + end + ", or has stopped",
                    () -> session.ask(sql::status)
                                    .filter(status -> status.applying() && !status.failed())
                                    .isEmpty()
                            || hasExecuted(end));
        } catch (AssertionError slow) {
            // Perhaps a test has given it another source, so that the positions mean nothing: STOP REPLICA ends it.
        }
    }

    /** Executes statements without the binary log, also where the server is read-only. */
    @Override
    public void executeUnlogged(List<String> statements) {
        session.executeUnlogged(statements, readOnly);
    }

    // State

    @Override
    public boolean reportsReadOnly() {
        return session.get(admin -> isReadOnly());
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return !session.value("SELECT @@GLOBAL.read_only").equals("0");
    }

    @Override
    public String position() {
        return session.get(admin -> sql.position(admin, source != null));
    }

    @Override
    public boolean contains(String position) {
        return session.get(admin -> hasExecuted(position));
    }

    @Override
    public boolean hasExecuted(String position) throws SQLException {
        return session.ask(admin -> sql.contains(admin, sql.position(admin, source != null), position));
    }

    /** Returns the end of the own binary log for replicas to start at; empty with GTIDs. */
    public String logPosition() {
        return session.get(sql::logPosition);
    }

    /** Returns whether a node is the source of this one. */
    public boolean hasSource(NodeReplication node) {
        return source == node;
    }

    /** Returns whether this is a read-only replica of a node. */
    public boolean follows(NodeReplication node) throws SQLException {
        return source == node && isReadOnly();
    }

    /** Returns whether this node has transactions that another lacks; true where it may have some. */
    public boolean isAheadOf(NodeReplication other) throws SQLException {
        return settings.gtids()
                ? session.ask(admin -> other.session.ask(otherAdmin -> sql.isAheadOf(admin, otherAdmin)))
                : maybeDiverged;
    }

    /** Returns whether receiver and applier run. */
    public boolean replicates() throws SQLException {
        return session.ask(sql::status).filter(ReplicationStatus::runs).isPresent();
    }

    /** Returns whether a thread has stopped because of an error. */
    public boolean isBroken() throws SQLException {
        return session.ask(sql::status).filter(ReplicationStatus::failed).isPresent();
    }

    @Override
    public String describe() throws SQLException {
        return "%s, position %s, %s"
                .formatted(
                        isReadOnly() ? "REPLICA" : "PRIMARY",
                        session.ask(admin -> sql.position(admin, source != null)),
                        session.ask(sql::status).map(Objects::toString).orElse("replicates nothing"));
    }

    @Override
    public String toString() {
        return name;
    }
}
