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
 * Nodes that may serve reads, those of the application's own zone first. A zone that is short spills over: of all reads
 * the own zone gets {@value #OVERPROVISIONING} times the part of its declared weight that is usable now, at most all,
 * and the other zones get the rest. So the zone keeps everything until more than 28% of it is gone (down, behind,
 * suspected, or warming up), and what remains of it is not overrun.
 *
 * <p>Source: the locality weighted load balancing of Envoy, with its overprovisioning factor. Immutable.
 */
final class ZoneAwareCandidates {

    static final double OVERPROVISIONING = 1.4;

    private final Candidates near;
    private final Candidates far;
    private final double nearPart;
    private final Predicate<NodeStatus> isNear;
    private final List<NodeStatus> nodes;

    private ZoneAwareCandidates(Candidates near, Candidates far, double nearPart, Predicate<NodeStatus> isNear) {
        this.near = near;
        this.far = far;
        this.nearPart = nearPart;
        this.isNear = isNear;
        this.nodes = Stream.concat(near.nodes().stream(), far.nodes().stream()).toList();
    }

    /**
     * @param usable the nodes that may serve now
     * @param snapshot all nodes: the primary does not count to what its zone has for reads
     * @param zone the application's zone, null for none
     */
    static ZoneAwareCandidates over(List<NodeStatus> usable, TopologySnapshot snapshot, @Nullable String zone) {
        Predicate<NodeStatus> isNear =
                node -> zone != null && zone.equals(node.node().spec().zone());
        Candidates near = Candidates.of(usable.stream().filter(isNear).toList());
        if (near.isEmpty()) {
            return new ZoneAwareCandidates(near, Candidates.of(usable), 0, isNear);
        }
        int declared = snapshot.nodes().stream()
                .filter(isNear.and(node -> !node.equals(snapshot.primary())))
                .mapToInt(node -> node.node().spec().weight())
                .sum();
        Candidates far = Candidates.of(usable.stream().filter(isNear.negate()).toList());
        double part = OVERPROVISIONING * near.totalWeight() / declared;
        return new ZoneAwareCandidates(near, far, far.isEmpty() || part > 1 ? 1 : part, isNear);
    }

    /** All of them, the near ones first. */
    List<NodeStatus> nodes() {
        return nodes;
    }

    boolean isEmpty() {
        return near.isEmpty() && far.isEmpty();
    }

    /** Whether a node of these gets any reads, or its zone is kept in reserve. */
    boolean reaches(NodeStatus node) {
        return nearPart < 1 || isNear.test(node);
    }

    /** Those among which the next read is to choose. */
    Candidates next() {
        boolean stays =
                nearPart == 1 || (nearPart > 0 && ThreadLocalRandom.current().nextDouble() < nearPart);
        return stays ? near : far;
    }
}
