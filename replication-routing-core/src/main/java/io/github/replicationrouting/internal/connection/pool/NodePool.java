package io.github.replicationrouting.internal.connection.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.pool.HikariPool;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.topology.ConnectionAttemptListener;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of one node. Who finds it used up waits here rather than in HikariCP, and leaves at once with the node.
 * Thread-safe.
 */
public final class NodePool implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    /** How long a thread is left in HikariCP's hands, which nobody can call it back from, while a connection opens. */
    private static final long SLICE_MILLIS = 100;

    /** How long closing idle connections may take before their sockets are closed. */
    private static final long ORDERLY_CLOSE_MILLIS = 1_000;

    /** How long the server may take to show that a doubted connection is alive. */
    private static final int TRIAL_SECONDS = 1;

    /** The least that a borrower gets who comes late, because another node kept it waiting. */
    private static final long MIN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS);

    private final Node node;
    private final Executor background;
    private final PhysicalLinks wires;
    private final PhysicalDataSource source;
    private final HikariDataSource pool;
    private final Admission admission;
    private final AtomicBoolean databaseWarned = new AtomicBoolean();
    private final BorrowerMetrics meters = new BorrowerMetrics(this::waiting);
    private final AtomicBoolean sessionWarned = new AtomicBoolean();

    /**
     * Starts filling the pool in the background; a node that is down does not matter.
     *
     * @param attempts receives the outcome of each attempt to open a connection
     * @param config limits and names of the pool; its URL and driver are not used
     * @param background runs what may block, each task on a thread of its own
     * @param tracksCommits whether its sessions have the server report their commits
     * @param tellsRefusals whether the log tells that the server opens no connection: where the monitor logs in with the
     *     same account, the monitor does
     */
    public NodePool(
            Node node,
            HikariConfig config,
            ConnectionFactory connections,
            DialectResolver dialects,
            ConnectionDefaults defaults,
            ConnectionAttemptListener attempts,
            Executor background,
            boolean tracksCommits,
            boolean tellsRefusals) {
        this.node = node;
        this.background = background;
        HikariConfig own = new HikariConfig();
        config.copyStateTo(own);
        own.setJdbcUrl(null);
        own.setConnectionInitSql(null);
        this.wires = new PhysicalLinks(background);
        this.source = new PhysicalDataSource(
                connections,
                wires,
                dialects,
                config.getConnectionInitSql(),
                config.getCatalog(),
                defaults,
                node.statementTime(),
                attempts,
                PrimaryEndpointCheck.of(node, this::refresh),
                tracksCommits,
                tellsRefusals ? new RefusedConnectionLog(node) : null);
        own.setDataSource(source);
        own.setExceptionOverride(new DeferredEviction(own.getExceptionOverride(), source::classify));
        MetricsTrackerFactory factory = own.getMetricsTrackerFactory();
        if (factory != null) {
            own.setMetricsTrackerFactory(meters.of(factory));
        }
        this.pool = new HikariDataSource(own);
        // The size may be changed at run time.
        this.admission = new Admission(pool::getMaximumPoolSize);
    }

    public Node node() {
        return node;
    }

    /** Whether server and driver report the commits of its sessions; null until it has had a connection. */
    public @Nullable Boolean reportsCommits() {
        return source.reportsCommits();
    }

    /** Whether it has as many connections as it keeps ready. */
    public boolean isWarm() {
        return pool.getHikariPoolMXBean().getTotalConnections() >= pool.getMinimumIdle();
    }

    /** The pool itself, for metrics and management. */
    public HikariDataSource pool() {
        return pool;
    }

    /** Threads that wait because all connections are in use. HikariCP does not see them. */
    public int waiting() {
        return admission.waiting();
    }

    /** Whether it can lend a connection at once; by the next moment it may not. */
    public boolean hasIdle() {
        return !isUsedUp() && pool.getHikariPoolMXBean().getIdleConnections() > 0;
    }

    /** Whether all of its connections are lent. */
    public boolean isUsedUp() {
        return admission.admitted() >= pool.getMaximumPoolSize();
    }

    /**
     * Has HikariCP's meters of this pool kept, of whole waits and of all threads that wait. Without effect where the pool
     * was configured with meters.
     */
    public void measure(MetricsTrackerFactory factory) {
        if (pool.getMetricsTrackerFactory() == null && pool.getMetricRegistry() == null) {
            pool.setMetricsTrackerFactory(meters.of(factory));
        }
    }

    /** Until when a borrower waits that began to wait then; both by {@link System#nanoTime()}. */
    public long deadline(long since) {
        long deadline = since + TimeUnit.MILLISECONDS.toNanos(pool.getConnectionTimeout());
        long least = System.nanoTime() + MIN_WAIT_NANOS;
        return deadline - least < 0 ? least : deadline;
    }

    /**
     * Takes a connection, and waits for one at most the pool's connection timeout. Each needs one
     * {@link #giveBack(Connection, PhysicalConnection)} or {@link #evict(Connection)}.
     *
     * @param since when the wait began, by {@link System#nanoTime()}: perhaps for another node
     * @param stay ends the wait when the node leaves the rotation
     * @throws NodeEvictedException when the node has left the rotation meanwhile
     * @throws SQLTransientConnectionException when there is none in time: with a cause when the node cannot be reached,
     *     without when the pool is merely used up
     */
    public Connection borrow(long since, WaitCondition stay) throws SQLException {
        node.acquire();
        boolean admitted = false;
        Connection borrowed = null;
        try {
            long deadline = deadline(since);
            enter(since, deadline, stay);
            admitted = true;
            borrowed = take(since, deadline, stay);
            meters.acquired(System.nanoTime() - since);
            return borrowed;
        } finally {
            if (borrowed == null) {
                if (admitted) {
                    admission.leave();
                }
                node.release();
            }
        }
    }

    private void enter(long since, long deadline, WaitCondition stay) throws SQLException {
        switch (admission.enter(deadline, stay)) {
            case ADMITTED -> {}
            case NODE_LEFT -> throw new NodeEvictedException(node);
            case TIMED_OUT -> throw unavailable(since, null);
            case INTERRUPTED -> throw interrupted();
            case CLOSED -> throw closed(null);
        }
    }

    private SQLException closed(@Nullable SQLException cause) {
        return new SQLException("The pool of node " + node + " is closed", cause);
    }

    /** Without a cause: the node has nothing to do with it. */
    private SQLException interrupted() {
        return new SQLException("Interrupted while waiting for a connection to node " + node);
    }

    private Connection take(long since, long deadline, WaitCondition stay) throws SQLException {
        // Waits in slices: HikariCP lets nobody go before the time is up.
        HikariPool connections = (HikariPool) pool.getHikariPoolMXBean();
        SQLException dead = null;
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            try {
                Connection taken = connections.getConnection(Math.max(1, Math.min(left, SLICE_MILLIS)));
                if (isFit(taken)) {
                    return taken;
                }
                dead = lostWithOthers(taken);
            } catch (SQLTransientConnectionException e) {
                if (pool.isClosed()) {
                    throw closed(e);
                }
            } catch (SQLException e) {
                throw e.getCause() instanceof InterruptedException ? interrupted() : e;
            }
            if (stay.isOver()) {
                throw new NodeEvictedException(node);
            }
            if (deadline - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(1)) {
                throw unavailable(since, dead);
            }
        }
    }

    /**
     * HikariCP hands out untried what was in use within half a second: a server that died would fail its whole pool. And
     * it lends to callers that ask it directly, whose sessions are not reset.
     */
    private boolean isFit(Connection taken) {
        try {
            PhysicalConnection physical = taken.unwrap(PhysicalConnection.class);
            physical.handOut();
            boolean fit = !physical.isClosed()
                    && !physical.isSessionChanged()
                    && (!physical.wire().takeDoubt() || physical.isValid(TRIAL_SECONDS));
            if (fit) {
                physical.wire().lend();
            }
            return fit;
        } catch (SQLException | RuntimeException e) {
            log.debug("A connection to {} cannot say whether it is alive, and is closed", node, e);
            return false;
        }
    }

    private SQLException lostWithOthers(Connection dead) {
        pool.evictConnection(dead);
        return new SQLTransientConnectionException("A pooled connection was lost with others, or left unfit", "08001");
    }

    /** A connection was lost: the others are tried before they are used again, one ping each. Does not block. */
    public void doubt() {
        wires.doubt();
    }

    private SQLException unavailable(long since, @Nullable Exception dead) {
        meters.timedOut();
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        Exception why = source.lastFailure() == null ? dead : source.lastFailure();
        String node = "Node " + this.node + ": no connection after " + waited + " ms";
        if (why != null) {
            boolean refused = why instanceof SQLException error && RefusedConnectionLog.isRefusal(error);
            return new SQLTransientConnectionException(
                    node + (refused ? ", the server opens none: " + why.getMessage() : ", it cannot be reached"),
                    "08001",
                    why);
        }
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        return new SQLTransientConnectionException(
                node + ", pool " + pool.getPoolName() + " is used up (size " + pool.getMaximumPoolSize() + ", active "
                        + state.getActiveConnections() + ", idle " + state.getIdleConnections() + ", threads waiting "
                        + (admission.waiting() + state.getThreadsAwaitingConnection())
                        + "). Hold connections for a shorter time, or raise replication.routing.hikari.maximum-pool-size"
                        + " or replication.routing.hikari.connection-timeout (for this node alone:"
                        + " replication.routing.nodes." + this.node + ".hikari.*)",
                "08001");
    }

    /**
     * Takes a connection back as its next user must find it: in its initial database and with nothing open, or else
     * closed. Never fails: nothing that was acknowledged depends on it, and the server rolls back unfinished work of
     * its own accord.
     */
    public void giveBack(Connection borrowed, PhysicalConnection physical) {
        physical.wire().giveBack();
        boolean sound = false;
        try {
            sound = !physical.wire().isCut() && !physical.isClosed() && isReset(physical);
            if (sound) {
                borrowed.close();
            }
        } catch (SQLException e) {
            sound = false;
            log.debug("A connection to {} could not be given back and is closed", node, e);
        } finally {
            if (sound) {
                ended();
            } else {
                evict(borrowed);
            }
        }
    }

    private boolean isReset(PhysicalConnection physical) throws SQLException {
        if (physical.hasStrayTransaction()) {
            log.warn(
                    "A connection to {} comes back with a transaction or auto-commit that SQL text changed;"
                            + " it is rolled back and closed. Use Connection.setAutoCommit instead.",
                    node);
            physical.rollbackStray();
            return false;
        }
        if (!physical.undoSessionChange()) {
            if (sessionWarned.compareAndSet(false, true)) {
                log.warn(
                        "A connection to {} is closed after its use, because a SET or other text changed its session in a"
                                + " way that cannot be undone; the next use needs a new one. Where that is often, use the"
                                + " methods of java.sql.Connection, the URL, or hikari.connection-init-sql instead. This"
                                + " is said once.",
                        node);
            }
            // It is closed in the background, and must not keep its locks until then.
            physical.rollbackStray();
            return false;
        }
        if (!physical.restoreInitialDatabase()) {
            if (databaseWarned.compareAndSet(false, true)) {
                log.warn(
                        "A connection to {} that chose a database is closed after its use, because there is no way back"
                                + " to none. Name a database in the URL, so that connections are used again. This is"
                                + " said once.",
                        node);
            }
            return false;
        }
        physical.forgetClientInfo();
        return true;
    }

    /** Has a borrowed connection closed instead of used again. */
    public void evict(Connection borrowed) {
        try {
            pool.evictConnection(borrowed);
        } finally {
            ended();
        }
    }

    private void ended() {
        admission.leave();
        node.release();
    }

    /** Has whoever waits for a connection look whether that is still of any use. Does not block. */
    public void recheck() {
        admission.recheck();
    }

    /**
     * The node is given up: whoever waits for its answers is released at once, except for work that may write, and none
     * of its connections is used again. Does not block.
     */
    public void abandon() {
        int cut = wires.cut();
        if (cut > 0) {
            log.info("Node {} is down: {} connections to it are cut off", node, cut);
        }
        refresh();
    }

    /**
     * The node is no primary any more, but does not know it: it takes writes that will be lost. Whoever waits for its
     * answers is released, also in the middle of writing, rather than told later that it is done. Does not block.
     */
    public void depose() {
        int cut = wires.sever();
        if (cut > 0) {
            log.warn("Node {} is not the primary any more: {} connections to it are cut off", node, cut);
        }
        refresh();
    }

    /** The node is not what it was: none of its connections is used again once it comes back. Does not block. */
    public void refresh() {
        // Closing may run on the caller's thread when many are closed.
        background.execute(() -> pool.getHikariPoolMXBean().softEvictConnections());
    }

    /**
     * Ends what runs, sends away who waits, and closes all connections. Takes a moment also where the server does not
     * answer.
     */
    @Override
    public void close() {
        source.close();
        admission.close();
        // HikariCP aborts what is in use, one after the other, and a driver may ask the server for each.
        wires.severBusy();
        CountDownLatch closed = new CountDownLatch(1);
        background.execute(() -> severUnlessClosed(closed));
        try {
            pool.close();
        } finally {
            closed.countDown();
        }
    }

    /** The others are closed as the server likes it, unless it does not answer. */
    private void severUnlessClosed(CountDownLatch closed) {
        try {
            if (!closed.await(ORDERLY_CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                wires.sever();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
