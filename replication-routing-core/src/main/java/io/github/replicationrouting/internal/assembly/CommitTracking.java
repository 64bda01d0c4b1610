package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the writes of a session are known with the server and the driver in use, which only a connection can tell. */
public final class CommitTracking {

    private static final long PAUSE_MILLIS = 10;

    private CommitTracking() {}

    /**
     * Whether the primary reports each commit. Waits for the first connection to it. An interrupt ends the wait and stays
     * set.
     *
     * @return null when there is no primary, or no connection to it in time
     */
    public static @Nullable Boolean areReported(Topology topology, Map<Node, NodePool> pools, Duration limit) {
        NodeStatus primary = topology.snapshot().primary();
        NodePool pool = primary == null ? null : pools.get(primary.node());
        if (pool == null) {
            return null;
        }
        long began = System.nanoTime();
        try {
            // A pool that keeps no idle connection has none before it is asked for one.
            while (pool.reportsCommits() == null
                    && pool.pool().getMinimumIdle() > 0
                    && System.nanoTime() - began < limit.toNanos()) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return pool.reportsCommits();
    }
}
