package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out whether server and driver report the commits of a session, which only an open connection shows. */
final class CommitTracking {

    private static final long POLL_MILLIS = 10;

    private CommitTracking() {}

    /**
     * Returns whether the primary reports each commit. Waits for the first connection to it; an interrupt ends the wait
     * and stays set.
     *
     * @return null when there is no primary, or no connection to it within the limit
     */
    static @Nullable Boolean areReported(Topology topology, Map<Node, NodePool> pools, Duration limit) {
        NodeStatus primary = topology.snapshot().primary();
        NodePool pool = primary == null ? null : pools.get(primary.node());
        if (pool == null) {
            return null;
        }
        long began = System.nanoTime();
        try {
            // A pool without idle connections opens none before the first request.
            while (pool.reportsCommits() == null
                    && pool.pool().getMinimumIdle() > 0
                    && System.nanoTime() - began < limit.toNanos()) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return pool.reportsCommits();
    }
}
