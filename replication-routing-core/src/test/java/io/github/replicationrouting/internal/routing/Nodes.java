package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nodes and snapshots for tests. */
public final class Nodes {

    private Nodes() {}

    public static final String GROUP = "7f4e4a3e";

    public static Node node(String name) {
        return node(name, null);
    }

    public static Node node(String name, @Nullable String zone) {
        return new Node(
                new NodeSpec(name, "jdbc:mysql://" + name + "/shop", DeclaredRole.AUTO, NodeKind.SERVER, 1, zone));
    }

    public static NodeStatus primary(Node node) {
        return new NodeStatus(
                node,
                Role.PRIMARY,
                NodeState.ONLINE,
                false,
                1,
                null,
                Duration.ZERO,
                Freshness.PRIMARY,
                null,
                "MySQL 9.7.4");
    }

    public static NodeStatus replica(Node node) {
        return new NodeStatus(
                node,
                Role.REPLICA,
                NodeState.ONLINE,
                false,
                1,
                null,
                Duration.ofMillis(4),
                Freshness.UNKNOWN,
                null,
                "MySQL 9.7.4");
    }

    /** The same node, which failed to answer just now. */
    public static NodeStatus suspected(NodeStatus node) {
        return changed(node, true, node.share());
    }

    /** The same node at a part of its weight. */
    public static NodeStatus at(double share, NodeStatus node) {
        return changed(node, node.suspected(), share);
    }

    private static NodeStatus changed(NodeStatus node, boolean suspected, double share) {
        return new NodeStatus(
                node.node(),
                node.role(),
                node.state(),
                suspected,
                share,
                node.reason(),
                node.lag(),
                node.freshness(),
                node.position(),
                node.server());
    }

    /** A member of the group of {@link #shared}, in the view of this number. */
    public static NodeStatus member(Node node, Role role, String view) {
        return new NodeStatus(
                node,
                role,
                NodeState.ONLINE,
                false,
                1,
                null,
                Duration.ZERO,
                Freshness.PRIMARY,
                null,
                "MariaDB 11.8.9",
                null,
                new GroupMember("Synced", GROUP + ":" + view, 0, null));
    }

    public static NodeStatus lagging(Node node, Duration lag) {
        return new NodeStatus(
                node,
                Role.REPLICA,
                NodeState.LAGGING,
                false,
                1,
                "lag " + lag,
                lag,
                Freshness.UNKNOWN,
                null,
                "MySQL 9.7.4");
    }

    public static NodeStatus down(Node node) {
        return new NodeStatus(
                node,
                Role.UNKNOWN,
                NodeState.DOWN,
                false,
                1,
                "connection refused",
                null,
                Freshness.UNKNOWN,
                null,
                null);
    }

    public static NodeStatus fenced(Node node) {
        return new NodeStatus(
                node,
                Role.UNKNOWN,
                NodeState.FENCED,
                false,
                1,
                "writable, too",
                null,
                Freshness.UNKNOWN,
                null,
                "MySQL 9.7.4");
    }

    public static TopologySnapshot withPrimary(NodeStatus primary, NodeStatus... others) {
        NodeStatus[] all = Arrays.copyOf(others, others.length + 1);
        all[others.length] = primary;
        return new TopologySnapshot(List.of(all), primary, null);
    }

    /** A snapshot in which these nodes share the writes. */
    public static TopologySnapshot shared(List<NodeStatus> writers, NodeStatus... others) {
        List<NodeStatus> all = new ArrayList<>(writers);
        all.addAll(List.of(others));
        return new TopologySnapshot(all, null, writers, null, new GroupView("galera", GROUP, "7", all.size()));
    }

    public static TopologySnapshot withoutPrimary(String reason, NodeStatus... nodes) {
        return new TopologySnapshot(List.of(nodes), null, reason);
    }

    /** A topology whose snapshot a test sets. */
    public static final class SettableTopology implements Topology {

        private volatile TopologySnapshot snapshot;

        public SettableTopology(TopologySnapshot snapshot) {
            this.snapshot = snapshot;
        }

        public void set(TopologySnapshot next) {
            snapshot = next;
        }

        @Override
        public TopologySnapshot snapshot() {
            return snapshot;
        }

        @Override
        public void suspect(Node node, Exception cause) {
            throw new AssertionError("nothing to suspect in these tests", cause);
        }
    }
}
