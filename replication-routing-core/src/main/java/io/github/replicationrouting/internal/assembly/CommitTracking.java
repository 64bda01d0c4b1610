package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out whether server and driver report the commits of a session, which only an open connection shows. */
final class CommitTracking {

    private static final long POLL_MILLIS = 10;

    private CommitTracking() {}

    /**
     * Returns whether the primary, or the first node that takes writes, reports each commit. Waits for the first
     * connection to it; an interrupt ends the wait
     * and stays set.
     *
     * @return null when no node takes writes, or there is no connection to it within the limit
     */
    static @Nullable Boolean areReported(Topology topology, Map<Node, NodePool> pools, Duration limit) {
        List<NodeStatus> writers = topology.snapshot().writers();
        NodePool pool = writers.isEmpty() ? null : pools.get(writers.get(0).node());
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
