package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.pool.Admission;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Limits the reads that fall back to the primary because no replica can serve them, so that they do not take the
 * connections of its writes. Further ones queue, at most as long as threads wait for the pool, and leave the queue when
 * a replica serves again. Limit and use are shown by one {@link Bulkhead} per node that has served such reads, named
 * {@code <router>-fallback-<node>}; no thread waits in it, because such a wait cannot be ended. Thread-safe; waiting
 * virtual threads are not pinned.
 *
 * <p>A read within another one of the same thread shares its permission: it would wait for its own outer read.
 */
public final class FallbackLimiter {

    /** Ends a read that needs no permission. */
    static final Runnable UNLIMITED = () -> {};

    /** The innermost permission that a thread holds. */
    private static final ThreadLocal<@Nullable Permission> HELD = new ThreadLocal<>();

    private final String router;
    private final BulkheadRegistry bulkheads;
    private final @Nullable Integer limit;
    private final Map<NodePool, Queue> queues = new ConcurrentHashMap<>();

    /**
     * @param router name of the router
     * @param bulkheads where the bulkheads are registered
     * @param limit concurrent reads of this kind; null for half of the node's pool, at least one
     */
    public FallbackLimiter(String router, BulkheadRegistry bulkheads, @Nullable Integer limit) {
        this.router = router;
        this.bulkheads = bulkheads;
        this.limit = limit;
    }

    /** Has the threads that queue check whether a replica serves by now. Does not block. */
    public void recheck() {
        queues.keySet().removeIf(pool -> pool.pool().isClosed());
        queues.values().forEach(Queue::recheck);
    }

    /** Refuses all threads that queue. */
    public void close() {
        queues.values().forEach(queue -> queue.admission.close());
    }

    /**
     * Waits for permission where the decision needs one.
     *
     * @param since when the read began to wait, by {@link System#nanoTime()}: perhaps for another node
     * @param condition ends the wait when the read would go elsewhere
     * @return what to call once when the read is over, on any thread
     * @throws NodeEvictedException when the read would go elsewhere by now
     * @throws SQLTransientConnectionException when there was none in time
     */
    Runnable enter(Decision decision, NodePool pool, long since, WaitCondition condition) throws SQLException {
        if (decision.reason() != DecisionReason.NO_ELIGIBLE_REPLICA) {
            return UNLIMITED;
        }
        Permission outer = heldByThread();
        if (outer != null && outer.isFor(pool)) {
            return UNLIMITED;
        }
        Queue queue = queues.computeIfAbsent(pool, Queue::new);
        queue.enter(since, condition);
        Permission permission = new Permission(queue, outer);
        HELD.set(permission);
        return permission;
    }

    /** Skips permissions that ended on another thread, which would accumulate on a pooled thread. */
    private static @Nullable Permission heldByThread() {
        Permission held = HELD.get();
        while (held != null && held.queue == null) {
            held = held.outer;
        }
        return held;
    }

    /** The reads of one node. */
    private final class Queue {

        private final NodePool pool;
        private final Bulkhead bulkhead;
        private final Admission admission = new Admission(this::limit);
        private volatile int highestLimit;

        Queue(NodePool pool) {
            this.pool = pool;
            this.highestLimit = ownLimit();
            this.bulkhead =
                    bulkheads.bulkhead(router + "-fallback-" + pool.node().name(), () -> BulkheadConfig.custom()
                            .maxConcurrentCalls(highestLimit)
                            .maxWaitDuration(Duration.ZERO)
                            .build());
        }

        private int ownLimit() {
            return limit != null ? limit : Math.max(1, pool.pool().getMaximumPoolSize() / 2);
        }

        private int limit() {
            return Math.min(ownLimit(), bulkhead.getBulkheadConfig().getMaxConcurrentCalls());
        }

        /** Follows a pool that is enlarged. Reducing a bulkhead would block, so it is not reduced. */
        private void followPool() {
            int now = ownLimit();
            if (now > highestLimit) {
                synchronized (this) {
                    BulkheadConfig config = bulkhead.getBulkheadConfig();
                    if (now > highestLimit && now > config.getMaxConcurrentCalls()) {
                        bulkhead.changeConfig(BulkheadConfig.from(config)
                                .maxConcurrentCalls(now)
                                .build());
                    }
                    highestLimit = Math.max(now, highestLimit);
                }
            }
        }

        void recheck() {
            followPool();
            admission.recheck();
        }

        void enter(long since, WaitCondition condition) throws SQLException {
            followPool();
            switch (admission.enter(pool.deadline(since), condition)) {
                case ADMITTED -> {
                    if (!takeFromBulkhead()) {
                        // Only where the application itself uses the bulkhead, too.
                        admission.leave();
                        throw refused();
                    }
                }
                case NODE_EVICTED -> throw new NodeEvictedException(pool.node());
                case TIMED_OUT -> throw refused();
                case INTERRUPTED -> throw new SQLException("Interrupted while waiting to read on node " + pool.node());
                case CLOSED -> throw new SQLException("The pool of node " + pool.node() + " is closed");
            }
        }

        /** The bulkhead refuses an interrupted thread even where it would not have to wait. */
        private boolean takeFromBulkhead() {
            boolean interrupted = Thread.interrupted();
            try {
                return bulkhead.tryAcquirePermission();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void leave() {
            // In this order: the thread that inherits the permit must find the bulkhead's permission free.
            bulkhead.onComplete();
            admission.leave();
        }

        private SQLException refused() {
            return new SQLTransientConnectionException(
                    "Node " + pool.node() + " serves reads because no replica can, and no more than " + limit()
                            + " at a time; none of them completed within "
                            + pool.pool().getConnectionTimeout()
                            + " ms. Bring a replica back, or raise replication.routing.reads.max-fallback-concurrency",
                    "08001");
        }
    }

    /** The permission of one read, until it is over. */
    private static final class Permission implements Runnable {

        private final @Nullable Permission outer;
        private volatile @Nullable Queue queue;

        Permission(Queue queue, @Nullable Permission outer) {
            this.queue = queue;
            this.outer = outer;
        }

        boolean isFor(NodePool pool) {
            for (Permission each = this; each != null; each = each.outer) {
                Queue own = each.queue;
                if (own != null && own.pool == pool) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void run() {
            Queue own = queue;
            if (own == null) {
                return;
            }
            queue = null;
            if (HELD.get() == this) {
                if (outer == null) {
                    HELD.remove();
                } else {
                    HELD.set(outer);
                }
            }
            own.leave();
        }
    }
}
