package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.connection.logical.FallbackLimiter;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.Map;

/**
 * Listener that applies changes of the topology to the pools: threads that wait for a node that is no longer eligible
 * go elsewhere, calls that wait for the answer of a node that is down are released, and no connection outlives a change
 * of its node's role. Called on the monitor's thread, which it never blocks.
 */
final class PoolTopologyListener implements TopologyListener {

    private final Map<Node, NodePool> pools;
    private final FallbackLimiter fallbackReads;
    private final WriterChanges writers = new WriterChanges();

    PoolTopologyListener(Map<Node, NodePool> pools, FallbackLimiter fallbackReads) {
        this.pools = pools;
        this.fallbackReads = fallbackReads;
    }

    @Override
    public void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {
        pools.values().forEach(NodePool::recheck);
        fallbackReads.recheck();
        WriterChanges.Change change = writers.to(now);
        change.retired().forEach(node -> retire(node, now));
        change.entered().forEach(this::refresh);
    }

    @Override
    public void nodeStateChanged(NodeStatus before, NodeStatus after) {
        NodePool pool = pools.get(after.node());
        if (pool == null) {
            return;
        }
        if (after.state() == NodeState.FENCED) {
            pool.evictAll();
        } else if (after.state() == NodeState.DOWN) {
            if (writers.hasReplaced(after.node())) {
                // It was replaced before it was found down: the writes that it has received wait for ever.
                pool.evictAll();
            } else {
                pool.forceClose();
            }
        }
    }

    /** Releases what still runs there, which would wait for ever. */
    @Override
    public void drainedNodeDown(Node node) {
        NodePool pool = pools.get(node);
        if (pool != null) {
            pool.forceClose();
        }
    }

    @Override
    public void serverChanged(Node endpoint) {
        refresh(endpoint);
    }

    private void retire(Node previous, TopologySnapshot now) {
        NodePool pool = pools.get(previous);
        if (pool != null && WriterChanges.isLost(previous, now)) {
            pool.evictAll();
        } else {
            refresh(previous);
        }
    }

    private void refresh(Node node) {
        NodePool pool = pools.get(node);
        if (pool != null) {
            pool.refresh();
        }
    }
}
