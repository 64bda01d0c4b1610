package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that may serve reads, those of the application's own zone preferred. A zone with too little capacity spills
 * over: its share of all reads is {@value #OVERPROVISIONING} times the fraction of its declared weight that is usable,
 * at most 1, and the other zones serve the rest. The local zone thus serves all reads until more than 28% of its weight
 * is unusable (down, lagging, suspected or in slow start), and its remaining nodes are not overloaded.
 *
 * <p>Source: the overprovisioning factor of Envoy's load balancing, by which a locality spills over to others.
 * Immutable.
 */
final class ZoneAwareCandidates {

    private static final double OVERPROVISIONING = 1.4;

    private final Candidates local;
    private final Candidates remote;
    private final double localShare;
    private final Predicate<NodeStatus> isLocal;
    private final List<NodeStatus> nodes;

    private ZoneAwareCandidates(Candidates local, Candidates remote, double localShare, Predicate<NodeStatus> isLocal) {
        this.local = local;
        this.remote = remote;
        this.localShare = localShare;
        this.isLocal = isLocal;
        this.nodes =
                Stream.concat(local.nodes().stream(), remote.nodes().stream()).toList();
    }

    /**
     * Creates candidates.
     *
     * @param usable the nodes that may serve reads
     * @param snapshot all nodes; the primary does not count towards the capacity of its zone
     * @param zone the application's zone, null for none
     */
    static ZoneAwareCandidates of(List<NodeStatus> usable, TopologySnapshot snapshot, @Nullable String zone) {
        Predicate<NodeStatus> isLocal =
                node -> zone != null && zone.equals(node.node().spec().zone());
        Candidates local = Candidates.of(usable.stream().filter(isLocal).toList());
        if (local.isEmpty()) {
            return new ZoneAwareCandidates(local, Candidates.of(usable), 0, isLocal);
        }
        int declared = snapshot.nodes().stream()
                .filter(isLocal.and(node -> !node.equals(snapshot.primary())))
                .mapToInt(node -> node.node().spec().weight())
                .sum();
        Candidates remote =
                Candidates.of(usable.stream().filter(isLocal.negate()).toList());
        double share = OVERPROVISIONING * local.totalWeight() / declared;
        return new ZoneAwareCandidates(local, remote, remote.isEmpty() || share > 1 ? 1 : share, isLocal);
    }

    /** Returns all nodes, those of the local zone first. */
    List<NodeStatus> nodes() {
        return nodes;
    }

    boolean isEmpty() {
        return local.isEmpty() && remote.isEmpty();
    }

    /** Returns whether a node receives reads; false if its zone is held in reserve. */
    boolean reaches(NodeStatus node) {
        return localShare < 1 || isLocal.test(node);
    }

    /** Returns the candidates of the next read: those of the local zone, or the others. */
    Candidates next() {
        boolean isLocalRead = localShare == 1
                || (localShare > 0 && ThreadLocalRandom.current().nextDouble() < localShare);
        return isLocalRead ? local : remote;
    }
}
