package io.github.replicationrouting.autoconfigure.endpoint;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} to show the nodes of the router and explain its decisions, and to drain nodes. Reads the
 * newest snapshot and contacts no server.
 */
@Endpoint(id = "replicationrouting", defaultAccess = org.springframework.boot.actuate.endpoint.Access.READ_ONLY)
public final class ReplicationRoutingEndpoint {

    private final String topology;
    private final @Nullable String policy;
    private final ReplicationRouting routing;

    /** @param topology {@code primary-replica} or {@code multi-primary} */
    public ReplicationRoutingEndpoint(String topology, ReplicationRouting routing) {
        this(topology, null, routing);
    }

    /**
     * @param topology {@code primary-replica} or {@code multi-primary}
     * @param policy policy of writes, such as {@code single}; null where the primary takes all writes
     */
    public ReplicationRoutingEndpoint(String topology, @Nullable String policy, ReplicationRouting routing) {
        this.topology = topology;
        this.policy = policy;
        this.routing = routing;
    }

    /**
     * Returns the router with all nodes.
     *
     * @param explain intent to explain, such as {@code read}; null for none
     * @throws IllegalArgumentException when there is no such intent
     */
    @ReadOperation
    public RouterDescriptor router(@Nullable String explain) {
        return RouterDescriptor.of(
                topology,
                policy,
                routing.snapshot(),
                routing.incompletePromotion(),
                explain == null
                        ? null
                        : ExplanationDescriptor.of(routing.dataSource().explain(access(explain))));
    }

    /**
     * Returns one node.
     *
     * @throws UnknownNodeException when there is no node of this name
     */
    @ReadOperation
    public NodeDescriptor node(@Selector String node) {
        TopologySnapshot snapshot = routing.snapshot();
        NodeStatus status = snapshot.node(node);
        if (status == null) {
            throw new UnknownNodeException("There is no node " + node + "; there are "
                    + snapshot.nodes().stream().map(NodeStatus::name).collect(Collectors.joining(", ")));
        }
        return NodeDescriptor.of(status);
    }

    /**
     * Drains a node, or ends its drain.
     *
     * @param action {@code drain} or {@code undrain}
     * @return the node after the change
     * @throws UnknownNodeException when there is no node of this name
     * @throws IllegalArgumentException when there is no such action
     * @throws IllegalStateException when the node is the primary, which cannot be drained
     */
    @WriteOperation
    public NodeDescriptor change(@Selector String node, @Nullable String action) {
        node(node);
        switch (String.valueOf(action)) {
            case "drain" -> routing.drain(node);
            case "undrain" -> routing.undrain(node);
            default -> throw new IllegalArgumentException("action must be drain or undrain, but is '" + action + "'");
        }
        return node(node);
    }

    private static Access access(String label) {
        return Stream.of(Access.values())
                .filter(access -> access.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("explain must be one of "
                        + Stream.of(Access.values()).map(Access::label).collect(Collectors.joining(", "))
                        + ", but is '" + label + "'"));
    }

    /** Thrown when no node has the requested name. */
    static final class UnknownNodeException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        UnknownNodeException(String message) {
            super(message);
        }
    }
}
