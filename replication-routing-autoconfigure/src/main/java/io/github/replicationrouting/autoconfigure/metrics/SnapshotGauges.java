package io.github.replicationrouting.autoconfigure.metrics;

import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Values of gauges, as functions of a snapshot; NaN for what is not known. */
final class SnapshotGauges {

    private SnapshotGauges() {}

    static double writable(TopologySnapshot snapshot) {
        return snapshot.isWritable() ? 1 : 0;
    }

    static double writers(TopologySnapshot snapshot) {
        return snapshot.writers().size();
    }

    /** Counts nodes, writable or not, that serve reads although they are not the one that takes all writes. */
    static double readableReplicas(TopologySnapshot snapshot) {
        NodeStatus primary = snapshot.primary();
        return snapshot.nodes().stream()
                .filter(node -> node.state() == NodeState.ONLINE)
                .filter(node -> primary == null || !node.name().equals(primary.name()))
                .count();
    }

    static double viewMembers(TopologySnapshot snapshot) {
        GroupView group = snapshot.group();
        return group == null ? Double.NaN : group.members();
    }

    static double lag(TopologySnapshot snapshot, String name) {
        NodeStatus node = snapshot.node(name);
        Duration lag = node == null ? null : node.lag();
        return lag == null ? Double.NaN : lag.toNanos() / 1e9;
    }

    static double isInState(NodeState state, TopologySnapshot snapshot, String name) {
        NodeStatus node = snapshot.node(name);
        return node != null && node.state() == state ? 1 : 0;
    }

    static double applierQueue(TopologySnapshot snapshot, String name) {
        GroupMember member = member(snapshot, name);
        return member == null || !member.isKnown() ? Double.NaN : member.applierQueue();
    }

    static double flowControl(TopologySnapshot snapshot, String name) {
        GroupMember member = member(snapshot, name);
        Double fraction = member == null ? null : member.flowControl();
        return fraction == null ? Double.NaN : fraction;
    }

    private static @Nullable GroupMember member(TopologySnapshot snapshot, String name) {
        NodeStatus node = snapshot.node(name);
        return node == null ? null : node.member();
    }
}
