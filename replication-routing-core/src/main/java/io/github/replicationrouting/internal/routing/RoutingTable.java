package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one snapshot means for routing, worked out once so that a decision only looks it up. Immutable. */
final class RoutingTable {

    private static final int LEAST_LAGGED_FACTOR = 10;

    private final TopologySnapshot snapshot;
    private final ZoneAwareCandidates readable;
    private final ZoneAwareCandidates suspected;
    private final @Nullable Node primary;
    private final boolean primarySuspected;
    private final List<NodeStatus> lagging;
    private final @Nullable Node anyReachable;

    private RoutingTable(TopologySnapshot snapshot, RouterSettings settings, List<Node> unreachable) {
        this.snapshot = snapshot;
        List<NodeStatus> candidates = snapshot.nodes().stream()
                .filter(node -> !unreachable.contains(node.node()))
                .toList();
        this.readable = spread(Eligibility.ELIGIBLE, snapshot, settings, unreachable);
        this.suspected = spread(Eligibility.SUSPECTED, snapshot, settings, unreachable);
        NodeStatus writer = snapshot.primary();
        this.primary = writer == null || unreachable.contains(writer.node()) ? null : writer.node();
        this.primarySuspected = writer != null && writer.suspected();
        this.lagging = lagging(candidates, settings);
        this.anyReachable = anyReachable(candidates);
    }

    static RoutingTable of(TopologySnapshot snapshot, RouterSettings settings) {
        return new RoutingTable(snapshot, settings, List.of());
    }

    static RoutingTable without(List<Node> unreachable, TopologySnapshot snapshot, RouterSettings settings) {
        return new RoutingTable(snapshot, settings, unreachable);
    }

    TopologySnapshot snapshot() {
        return snapshot;
    }

    /** Replicas that are alive and fresh enough. */
    ZoneAwareCandidates readable() {
        return readable;
    }

    /** Replicas that were alive and fresh enough until they failed to answer just now. */
    ZoneAwareCandidates suspected() {
        return suspected;
    }

    @Nullable
    Node primary() {
        return primary;
    }

    /** The primary, unless it failed to answer just now. */
    @Nullable
    Node unsuspectedPrimary() {
        return primarySuspected ? null : primary;
    }

    /** The replica to read from when none is fresh enough, within ten times the limit. */
    @Nullable
    Node leastLagged() {
        return lagging.isEmpty() ? null : lagging.get(0).node();
    }

    /** The replicas that may be read from when none is fresh enough, the least lagged first. */
    List<NodeStatus> lagging() {
        return lagging;
    }

    /** Some node that answers, the healthiest first. */
    @Nullable
    Node anyReachable() {
        return anyReachable;
    }

    private static ZoneAwareCandidates spread(
            Eligibility standing, TopologySnapshot snapshot, RouterSettings settings, List<Node> unreachable) {
        List<NodeStatus> nodes = snapshot.nodes().stream()
                .filter(node -> Eligibility.forReads(node, snapshot, unreachable) == standing)
                .toList();
        return ZoneAwareCandidates.over(nodes, snapshot, settings.zone());
    }

    private static List<NodeStatus> lagging(List<NodeStatus> candidates, RouterSettings settings) {
        return candidates.stream()
                .filter(node -> node.role() == Role.REPLICA && node.state() == NodeState.LAGGING)
                .filter(node -> node.lag() != null
                        && node.lag().compareTo(settings.maxLag().multipliedBy(LEAST_LAGGED_FACTOR)) <= 0)
                .sorted(Comparator.comparing(NodeStatus::suspected)
                        .thenComparing(node -> Objects.requireNonNull(node.lag())))
                .toList();
    }

    private static @Nullable Node anyReachable(List<NodeStatus> candidates) {
        for (NodeState state : new NodeState[] {NodeState.ONLINE, NodeState.LAGGING, NodeState.FENCED}) {
            for (NodeStatus node : candidates) {
                if (node.state() == state) {
                    return node.node();
                }
            }
        }
        return null;
    }
}
