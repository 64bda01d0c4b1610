package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.internal.selection.RendezvousHashing;
import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one snapshot means for routing: the nodes that each kind of decision may choose. Derived once per snapshot, so
 * that a decision only reads it. Immutable.
 */
final class RoutingTable {

    /** The least lagged replica may exceed {@code max-lag} by this factor. */
    private static final int MAX_LAG_FACTOR = 10;

    private final TopologySnapshot snapshot;
    private final ZoneAwareCandidates readable;
    private final ZoneAwareCandidates suspected;
    private final @Nullable Node primary;
    private final Candidates writers;
    private final @Nullable RendezvousHashing allWriters;
    private final @Nullable RendezvousHashing readableWriters;
    private final List<NodeStatus> lagging;
    private final @Nullable Node anyReachable;

    private RoutingTable(TopologySnapshot snapshot, RouterSettings settings, List<Node> avoided) {
        this.snapshot = snapshot;
        List<NodeStatus> notAvoided = snapshot.nodes().stream()
                .filter(node -> !avoided.contains(node.node()))
                .toList();
        this.readable = candidates(Eligibility.ELIGIBLE, snapshot, settings, avoided);
        this.suspected = candidates(Eligibility.SUSPECTED, snapshot, settings, avoided);
        NodeStatus writer = snapshot.primary();
        this.primary = writer == null || avoided.contains(writer.node()) ? null : writer.node();
        this.writers = writers(snapshot, avoided);
        boolean shared = writer == null && snapshot.isWritable();
        this.allWriters = shared ? RendezvousHashing.over(snapshot.writers()) : null;
        this.readableWriters = shared && !writers.isEmpty() ? RendezvousHashing.over(writers.nodes()) : null;
        this.lagging = lagging(notAvoided, snapshot, settings);
        this.anyReachable = anyReachable(notAvoided);
    }

    static RoutingTable of(TopologySnapshot snapshot, RouterSettings settings) {
        return new RoutingTable(snapshot, settings, List.of());
    }

    static RoutingTable without(List<Node> avoided, TopologySnapshot snapshot, RouterSettings settings) {
        return new RoutingTable(snapshot, settings, avoided);
    }

    TopologySnapshot snapshot() {
        return snapshot;
    }

    /** Returns the eligible nodes: online, and within {@code max-lag}. */
    ZoneAwareCandidates readable() {
        return readable;
    }

    /** Returns the nodes that were eligible until they failed to answer just now. */
    ZoneAwareCandidates suspected() {
        return suspected;
    }

    /** Returns the primary; null if there is none, if it is avoided, or if several nodes share the writes. */
    @Nullable
    Node primary() {
        return primary;
    }

    /** Returns whether the writes are shared by several nodes, rather than going to a primary. */
    boolean isShared() {
        return allWriters != null;
    }

    /**
     * Returns the nodes that take writes, without those that are avoided; those that failed to answer just now only if
     * all did.
     */
    Candidates writers() {
        return writers;
    }

    /** Returns whether a node takes writes that did not fail to answer just now. */
    boolean hasUnsuspectedWriter() {
        return !writers.isEmpty() && !writers.node(0).suspected();
    }

    /** Returns the node to which the writes of a key go, avoided or not; requires that the writes are shared. */
    NodeStatus writerOf(AffinityKey key) {
        return Objects.requireNonNull(allWriters).select(key.hash());
    }

    /** Returns the one of {@link #writers()} that is closest to a key; requires that the writes are shared. */
    NodeStatus readableWriterOf(AffinityKey key) {
        return Objects.requireNonNull(readableWriters).select(key.hash());
    }

    /** Returns the first of {@link #lagging()}, null if there is none. */
    @Nullable
    Node leastLagged() {
        return lagging.isEmpty() ? null : lagging.get(0).node();
    }

    /** Returns the nodes that exceed {@code max-lag}, up to ten times, the least lagged first. */
    List<NodeStatus> lagging() {
        return lagging;
    }

    /** Returns a node that answers: one that is online, else lagging, else fenced. Null if no node answers. */
    @Nullable
    Node anyReachable() {
        return anyReachable;
    }

    private static Candidates writers(TopologySnapshot snapshot, List<Node> avoided) {
        List<NodeStatus> usable = snapshot.writers().stream()
                .filter(node -> !avoided.contains(node.node()))
                .toList();
        List<NodeStatus> answering =
                usable.stream().filter(node -> !node.suspected()).toList();
        return Candidates.of(answering.isEmpty() ? usable : answering);
    }

    private static ZoneAwareCandidates candidates(
            Eligibility eligibility, TopologySnapshot snapshot, RouterSettings settings, List<Node> avoided) {
        List<NodeStatus> nodes = snapshot.nodes().stream()
                .filter(node -> Eligibility.forReads(node, snapshot, avoided) == eligibility)
                .toList();
        return ZoneAwareCandidates.of(nodes, snapshot, settings.zone());
    }

    private static List<NodeStatus> lagging(
            List<NodeStatus> nodes, TopologySnapshot snapshot, RouterSettings settings) {
        return nodes.stream()
                .filter(node -> node.role() != Role.UNKNOWN && node.state() == NodeState.LAGGING)
                .filter(node -> !node.equals(snapshot.primary()))
                .filter(node -> node.lag() != null
                        && node.lag().compareTo(settings.maxLag().multipliedBy(MAX_LAG_FACTOR)) <= 0)
                .sorted(Comparator.comparing(NodeStatus::suspected)
                        .thenComparing(node -> Objects.requireNonNull(node.lag())))
                .toList();
    }

    private static @Nullable Node anyReachable(List<NodeStatus> nodes) {
        for (NodeState state : new NodeState[] {NodeState.ONLINE, NodeState.LAGGING, NodeState.FENCED}) {
            for (NodeStatus node : nodes) {
                if (node.state() == state) {
                    return node.node();
                }
            }
        }
        return null;
    }
}
