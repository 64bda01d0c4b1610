package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.NodeKind;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Warns about settings of writes that are valid, but have no effect together with the others. */
final class WriteWarnings {

    private static final String PREFIX = ReplicationRoutingProperties.PREFIX + ".";

    private final Consumer<String> warnings;

    WriteWarnings(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /**
     * Checks properties and nodes that have no errors.
     *
     * @param findsNodes whether nodes besides the declared ones are found
     */
    void check(ReplicationRoutingProperties properties, List<DeclaredNode> nodes, boolean findsNodes) {
        TopologyKind topology = properties.getTopology();
        WritePolicy policy = properties.getWrites().getPolicy();
        preference(properties.getWrites().isFailback(), nodes, whyNoPreference(topology, policy));
        divergence(properties.getWrites().isAllowDivergence(), topology, policy);
        if (topology == TopologyKind.MULTI_PRIMARY && !findsNodes) {
            oneServer(nodes);
        }
    }

    /** Returns why no node is preferred for writes; empty where one is. */
    private static String whyNoPreference(TopologyKind topology, WritePolicy policy) {
        if (topology == TopologyKind.PRIMARY_REPLICA) {
            return "with " + PREFIX + "topology '" + Labels.of(topology)
                    + "' the servers decide which node is the primary";
        }
        return policy == WritePolicy.ROUND_ROBIN || policy == WritePolicy.LEAST_IN_FLIGHT
                ? "with " + PREFIX + "writes.policy '" + Labels.of(policy) + "' all nodes take writes alike"
                : "";
    }

    private void preference(boolean failback, List<DeclaredNode> nodes, String whyNot) {
        if (whyNot.isEmpty()) {
            return;
        }
        String preferred = nodes.stream()
                .filter(node -> node.settings().getPriority() != 0)
                .map(node -> node.key("priority"))
                .collect(Collectors.joining(", "));
        if (!preferred.isEmpty()) {
            warnings.accept(preferred + " has no effect: " + whyNot);
        }
        if (failback) {
            warnings.accept(PREFIX + "writes.failback has no effect: " + whyNot);
        }
    }

    private void divergence(boolean allowed, TopologyKind topology, WritePolicy policy) {
        if (allowed && topology == TopologyKind.PRIMARY_REPLICA) {
            warnings.accept(PREFIX + "writes.allow-divergence has no effect: with " + PREFIX + "topology '"
                    + Labels.of(topology) + "' the primary takes all writes");
        } else if (allowed && policy == WritePolicy.SINGLE) {
            warnings.accept(PREFIX + "writes.allow-divergence has no effect: with " + PREFIX + "writes.policy '"
                    + Labels.of(policy) + "' one node takes all writes");
        }
    }

    private void oneServer(List<DeclaredNode> nodes) {
        if (nodes.size() == 1 && nodes.get(0).settings().getKind() == NodeKind.SERVER) {
            warnings.accept(PREFIX + "topology is '" + Labels.of(TopologyKind.MULTI_PRIMARY) + "', but '"
                    + nodes.get(0).name() + "' is the only node: name the other members of its group under " + PREFIX
                    + "nodes, or set " + PREFIX + "discovery.enabled");
        }
    }
}
