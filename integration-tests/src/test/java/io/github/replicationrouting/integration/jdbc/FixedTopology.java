package io.github.replicationrouting.integration.jdbc;

import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A topology that only a test changes, and that records which nodes are suspected. */
final class FixedTopology implements Topology {

    private final Queue<Node> suspected = new ConcurrentLinkedQueue<>();
    private volatile TopologySnapshot snapshot = new TopologySnapshot(List.of(), null, "no nodes");

    void publish(List<NodeStatus> nodes, int primary) {
        snapshot = new TopologySnapshot(
                nodes, primary < 0 ? null : nodes.get(primary), primary < 0 ? "as set by the test" : null);
    }

    Queue<Node> suspected() {
        return suspected;
    }

    @Override
    public TopologySnapshot snapshot() {
        return snapshot;
    }

    @Override
    public void suspect(Node node, Exception cause) {
        suspected.add(node);
    }
}
