package io.github.replicationrouting.autoconfigure.health;

import io.github.replicationrouting.autoconfigure.Labels;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * {@link AbstractHealthIndicator Health indicator} of a router: UP while any node can serve reads or writes or, when
 * writes are required, while a node accepts writes. Reads the newest snapshot and contacts no server, so a dead node
 * never delays it.
 */
final class RouterHealthIndicator extends AbstractHealthIndicator {

    private final Supplier<TopologySnapshot> topology;
    private final BooleanSupplier readable;
    private final boolean requireWritable;
    private final boolean severalWritable;

    /**
     * @param readable whether a read would find an eligible node now
     * @param severalWritable whether several nodes may be writable, so that one that is not the primary serves reads
     */
    RouterHealthIndicator(
            Supplier<TopologySnapshot> topology,
            BooleanSupplier readable,
            boolean requireWritable,
            boolean severalWritable) {
        this.severalWritable = severalWritable;
        this.topology = topology;
        this.readable = readable;
        this.requireWritable = requireWritable;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        TopologySnapshot snapshot = topology.get();
        List<NodeStatus> replicas = snapshot.nodes().stream()
                .filter(node -> isReplica(node, snapshot.primary()))
                .toList();
        long online = replicas.stream()
                .filter(replica -> replica.state() == NodeState.ONLINE)
                .count();
        boolean writable = snapshot.isWritable();
        Map<String, String> states = new LinkedHashMap<>();
        snapshot.nodes().forEach(node -> states.put(node.name(), Labels.of(node.state())));
        boolean up = writable || (!requireWritable && (online > 0 || readable.getAsBoolean()));
        (up ? builder.up() : builder.down())
                .withDetail("writable", writable)
                .withDetail("replicas", online + "/" + replicas.size())
                .withDetail("nodes", states);
    }

    private boolean isReplica(NodeStatus node, @Nullable NodeStatus primary) {
        return severalWritable ? primary == null || !node.name().equals(primary.name()) : node.role() != Role.PRIMARY;
    }
}
