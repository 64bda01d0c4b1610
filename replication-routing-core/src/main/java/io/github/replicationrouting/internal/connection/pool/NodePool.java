package io.github.replicationrouting.internal.connection.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.pool.HikariPool;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.topology.ConnectionAttemptListener;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool of one node. A thread that finds all connections in use waits here rather than in HikariCP, so that its wait
 * can be ended when the node is evicted. Thread-safe.
 */
public final class NodePool implements PooledNode, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    /** How long a thread waits in HikariCP, where its wait cannot be ended, while a connection opens. */
    private static final long SLICE_MILLIS = 100;

    /** How long closing idle connections may take before their sockets are closed. */
    private static final long ORDERLY_CLOSE_MILLIS = 1_000;

    /** Timeout of the validation of a connection after another one was lost. */
    private static final int VALIDATION_SECONDS = 1;

    /** Minimum wait of a borrower that waited for another node before. */
    private static final long MIN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS);

    private final String router;
    private final Node node;
    private final Executor background;
    private final PhysicalLinks links;
    private final PhysicalDataSource source;
    private final HikariDataSource pool;
    private final Admission admission;
    private final BorrowerMetrics meters = new BorrowerMetrics(this::waiting);
    private final SessionReset sessionReset;

    /**
     * Starts filling the pool in the background, whether or not the node is up.
     *
     * @param router name of the router, for its log
     * @param attempts receives the outcome of each attempt to open a connection
     * @param config limits and names of the pool; its URL and driver are not used
     * @param background runs what may block, each task on a thread of its own
     * @param options of its sessions
     * @param logsRefusals whether to log that the server opens no connection: where the monitor logs in with the same
     *     account, the monitor does
     */
    public NodePool(
            String router,
            Node node,
            HikariConfig config,
            ConnectionFactory connections,
            DialectResolver dialects,
            ConnectionDefaults defaults,
            ConnectionAttemptListener attempts,
            Executor background,
            SessionOptions options,
            boolean logsRefusals) {
        this.router = router;
        this.node = node;
        this.background = background;
        this.sessionReset = new SessionReset(router, node);
        HikariConfig own = new HikariConfig();
        config.copyStateTo(own);
        own.setJdbcUrl(null);
        own.setConnectionInitSql(null);
        this.links = new PhysicalLinks(background);
        this.source = new PhysicalDataSource(
                router,
                node,
                connections,
                links,
                dialects,
                config.getConnectionInitSql(),
                config.getCatalog(),
                defaults,
                attempts,
                PrimaryEndpointCheck.of(node, this::refresh),
                options,
                logsRefusals ? new RefusedConnectionLog(router, node) : null);
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

    @Override
    public Node node() {
        return node;
    }

    /** Whether server and driver report the commits of its sessions; null until there was a connection. */
    public @Nullable Boolean reportsCommits() {
        return source.reportsCommits();
    }

    /** Whether it has as many connections as it keeps ready. */
    public boolean isWarm() {
        return pool.getHikariPoolMXBean().getTotalConnections() >= pool.getMinimumIdle();
    }

    @Override
    public HikariDataSource pool() {
        return pool;
    }

    /** Counts the threads that wait for admission, which HikariCP does not see. */
    @Override
    public int waiting() {
        return admission.waiting();
    }

    /** Whether it has an idle connection; by the next moment it may not. */
    public boolean hasIdle() {
        return !isExhausted() && pool.getHikariPoolMXBean().getIdleConnections() > 0;
    }

    /** Whether all of its connections are in use. */
    public boolean isExhausted() {
        return admission.admitted() >= pool.getMaximumPoolSize();
    }

    @Override
    public void bindMetrics(MetricsTrackerFactory factory) {
        if (pool.getMetricsTrackerFactory() == null && pool.getMetricRegistry() == null) {
            pool.setMetricsTrackerFactory(meters.of(factory));
        }
    }

    /** Returns until when a borrower waits that began to wait at {@code since}; both by {@link System#nanoTime()}. */
    public long deadline(long since) {
        long deadline = since + TimeUnit.MILLISECONDS.toNanos(pool.getConnectionTimeout());
        long earliest = System.nanoTime() + MIN_WAIT_NANOS;
        return deadline - earliest < 0 ? earliest : deadline;
    }

    /**
     * Borrows a connection, and waits for one at most the pool's connection timeout. Each needs one
     * {@link #release(Connection, PhysicalConnection)} or {@link #evict(Connection)}.
     *
     * @param since when the wait began, by {@link System#nanoTime()}: perhaps for another node
     * @param condition ends the wait when the node is evicted
     * @throws NodeEvictedException when the node was evicted meanwhile
     * @throws SQLTransientConnectionException when there is none in time: with a cause when the node cannot be reached,
     *     without when all connections are in use
     */
    public Connection borrow(long since, WaitCondition condition) throws SQLException {
        node.acquire();
        boolean admitted = false;
        Connection borrowed = null;
        try {
            long deadline = deadline(since);
            enter(since, deadline, condition);
            admitted = true;
            borrowed = take(since, deadline, condition);
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

    private void enter(long since, long deadline, WaitCondition condition) throws SQLException {
        switch (admission.enter(deadline, condition)) {
            case ADMITTED -> {}
            case NODE_EVICTED -> throw new NodeEvictedException(node);
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

    private Connection take(long since, long deadline, WaitCondition condition) throws SQLException {
        // Waits in slices: HikariCP ends no wait before its timeout.
        HikariPool connections = (HikariPool) pool.getHikariPoolMXBean();
        SQLException unfit = null;
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            try {
                Connection taken = connections.getConnection(Math.max(1, Math.min(left, SLICE_MILLIS)));
                if (isFit(taken)) {
                    return taken;
                }
                unfit = evictUnfit(taken);
            } catch (SQLTransientConnectionException e) {
                if (pool.isClosed()) {
                    throw closed(e);
                }
            } catch (SQLException e) {
                throw e.getCause() instanceof InterruptedException ? interrupted() : e;
            }
            if (condition.isOver()) {
                throw new NodeEvictedException(node);
            }
            if (deadline - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(1)) {
                throw unavailable(since, unfit);
            }
        }
    }

    /**
     * HikariCP does not validate what was in use within half a second: a server that died would fail its whole pool.
     * And callers may borrow from it directly, whose sessions are not reset.
     */
    private boolean isFit(Connection taken) {
        try {
            PhysicalConnection physical = taken.unwrap(PhysicalConnection.class);
            physical.handOut();
            boolean fit = !physical.isClosed()
                    && !physical.isSessionChanged()
                    && (!physical.link().takeValidationRequired() || physical.isValid(VALIDATION_SECONDS));
            if (fit) {
                physical.link().acquire();
            }
            return fit;
        } catch (SQLException | RuntimeException e) {
            log.debug("[{}] node {}: a connection could not be validated, and is closed", router, node, e);
            return false;
        }
    }

    private SQLException evictUnfit(Connection unfit) {
        pool.evictConnection(unfit);
        return new SQLTransientConnectionException(
                "A pooled connection failed its validation, or its session could not be reset", "08001");
    }

    /**
     * Has all connections validated before they are used again, one ping each, because one was lost. Does not block.
     */
    public void requireValidation() {
        links.requireValidation();
    }

    private SQLException unavailable(long since, @Nullable Exception unfit) {
        meters.timedOut();
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        Exception cause = source.lastFailure() == null ? unfit : source.lastFailure();
        String what = "Node " + node + ": no connection available after " + waited + " ms";
        if (cause != null) {
            boolean refused = cause instanceof SQLException error && RefusedConnectionLog.isRefusal(error);
            return new SQLTransientConnectionException(
                    what + (refused ? ", the server opens none: " + cause.getMessage() : ", it cannot be reached"),
                    "08001",
                    cause);
        }
        HikariPoolMXBean state = pool.getHikariPoolMXBean();
        int waiting = admission.waiting() + state.getThreadsAwaitingConnection();
        return new SQLTransientConnectionException(
                what + " (total=" + state.getTotalConnections() + ", active=" + state.getActiveConnections() + ", idle="
                        + state.getIdleConnections() + ", waiting=" + waiting + ", maximum="
                        + pool.getMaximumPoolSize() + "). Hold connections for a shorter time, or raise"
                        + " replication.routing.hikari.maximum-pool-size or"
                        + " replication.routing.hikari.connection-timeout (for this node alone:"
                        + " replication.routing.nodes." + node + ".hikari.*)",
                "08001");
    }

    /**
     * Releases a connection as its next user must find it: in its initial database and with nothing open, or else
     * closed. Never fails: nothing that was acknowledged depends on it, and the server rolls back unfinished work by
     * itself.
     */
    public void release(Connection borrowed, PhysicalConnection physical) {
        physical.link().release();
        boolean sound = false;
        try {
            sound = !physical.link().isSocketClosed() && !physical.isClosed() && sessionReset.reset(physical);
            if (sound) {
                borrowed.close();
            }
        } catch (SQLException e) {
            sound = false;
            log.debug("[{}] node {}: a connection could not be reset, and is closed", router, node, e);
        } finally {
            if (sound) {
                leave();
            } else {
                evict(borrowed);
            }
        }
    }

    /** Closes a borrowed connection instead of using it again. */
    public void evict(Connection borrowed) {
        try {
            pool.evictConnection(borrowed);
        } finally {
            leave();
        }
    }

    private void leave() {
        admission.leave();
        node.release();
    }

    /** Has the threads that wait for a connection check whether to wait on. Does not block. */
    public void recheck() {
        admission.recheck();
    }

    /**
     * Closes the sockets of all connections but those of work that may write, and evicts all. Called when the node is
     * down: threads that wait for its answers are released immediately. Does not block.
     */
    public void forceClose() {
        int closed = links.closeSocketsOfReads();
        if (closed > 0) {
            log.info("[{}] node {}: down, {} of its connections were closed", router, node, closed);
        }
        refresh();
    }

    /**
     * Closes the sockets of all connections, and evicts all. Called when the node is no longer the primary but may not
     * know it, and would acknowledge writes that are lost: threads that wait for its answers are released, also in the
     * middle of writing. Does not block.
     */
    public void evictAll() {
        int closed = links.closeAllSockets();
        if (closed > 0) {
            log.warn("[{}] node {}: no longer the primary, {} of its connections were closed", router, node, closed);
        }
        refresh();
    }

    /** Evicts all connections: idle ones are closed, those in use when they are released. Does not block. */
    public void refresh() {
        // Closing may run on the caller's thread when many are closed.
        background.execute(() -> pool.getHikariPoolMXBean().softEvictConnections());
    }

    /**
     * Ends what is executed and all waits, and closes all connections. Takes about a second where the server does not
     * answer.
     */
    @Override
    public void close() {
        source.close();
        admission.close();
        // HikariCP aborts what is in use, one after the other, and a driver may ask the server for each.
        links.closeSocketsInUse();
        CountDownLatch closed = new CountDownLatch(1);
        background.execute(() -> closeSocketsUnlessClosed(closed));
        try {
            pool.close();
        } finally {
            closed.countDown();
        }
    }

    /** Idle connections are closed by the protocol, unless the server does not answer. */
    private void closeSocketsUnlessClosed(CountDownLatch closed) {
        try {
            if (!closed.await(ORDERLY_CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                links.closeAllSockets();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
