package io.github.replicationrouting;

import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Topology;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the writes of a session are known with the server and the driver in use, which only a connection can tell. */
final class OwnWrites {

    private static final long PAUSE_MILLIS = 10;

    private OwnWrites() {}

    /**
     * Whether the primary reports each commit. Waits for the first connection to it. An interrupt ends the wait and stays
     * set.
     *
     * @return null when there is no primary, or no connection to it in time
     */
    static @Nullable Boolean areReported(Topology topology, Map<Node, NodePool> pools, Duration limit) {
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
