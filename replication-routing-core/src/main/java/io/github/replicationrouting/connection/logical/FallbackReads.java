package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.DecisionReason;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the reads that come to the primary for want of a replica from taking the connections of its writes. Further ones
 * queue, at most as long as anybody waits for the pool. One {@link Bulkhead} per node that has served such reads, named
 * {@code <router>-fallback-<node>}. Thread-safe; waiting virtual threads are not pinned.
 */
public final class FallbackReads {

    /** What to call at the end of a read that needs no permission. */
    static final Runnable UNLIMITED = () -> {};

    private final String router;
    private final BulkheadRegistry bulkheads;
    private final @Nullable Integer limit;

    /**
     * @param router name of the router
     * @param bulkheads where the bulkheads are registered
     * @param limit reads of this kind at a time; null for half of the node's pool, at least one
     */
    public FallbackReads(String router, BulkheadRegistry bulkheads, @Nullable Integer limit) {
        this.router = router;
        this.bulkheads = bulkheads;
        this.limit = limit;
    }

    /**
     * Waits for permission where the decision needs one.
     *
     * @return what to call once when the read is over
     * @throws SQLTransientConnectionException when there was none in time
     */
    Runnable enter(Decision decision, NodePool pool) throws SQLException {
        if (decision.reason() != DecisionReason.NO_ELIGIBLE_REPLICA) {
            return UNLIMITED;
        }
        Bulkhead bulkhead = bulkheadOf(pool);
        if (!bulkhead.tryAcquirePermission()) {
            throw refused(bulkhead, pool);
        }
        return bulkhead::onComplete;
    }

    private Bulkhead bulkheadOf(NodePool pool) {
        return bulkheads.bulkhead(router + "-fallback-" + pool.node().name(), () -> BulkheadConfig.custom()
                .maxConcurrentCalls(limitOf(pool))
                .maxWaitDuration(Duration.ofMillis(pool.pool().getConnectionTimeout()))
                .fairCallHandlingStrategyEnabled(true)
                .build());
    }

    private int limitOf(NodePool pool) {
        return limit != null ? limit : Math.max(1, pool.pool().getMaximumPoolSize() / 2);
    }

    private static SQLException refused(Bulkhead bulkhead, NodePool pool) {
        if (Thread.currentThread().isInterrupted()) {
            return new SQLException("Interrupted while waiting to read on node " + pool.node());
        }
        BulkheadConfig config = bulkhead.getBulkheadConfig();
        return new SQLTransientConnectionException(
                "Node " + pool.node() + " serves reads because no replica can, and no more than "
                        + config.getMaxConcurrentCalls() + " at a time; none of them ended within "
                        + config.getMaxWaitDuration().toMillis()
                        + " ms. Bring a replica back, or raise replication.routing.reads.max-fallback-concurrency",
                "08001");
    }
}
