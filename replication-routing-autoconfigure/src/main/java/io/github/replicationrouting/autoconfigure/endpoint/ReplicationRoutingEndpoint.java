package io.github.replicationrouting.autoconfigure.endpoint;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.internal.routing.Access;
import io.github.replicationrouting.internal.routing.Intent;
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
 * Shows the nodes, why one is not used and what the router would do. Reads what is known; asks no server.
 */
@Endpoint(id = "replicationrouting", defaultAccess = org.springframework.boot.actuate.endpoint.Access.READ_ONLY)
public final class ReplicationRoutingEndpoint {

    private final String topology;
    private final ReplicationRouting routing;

    /** @param topology {@code primary-replica} or {@code multi-primary} */
    public ReplicationRoutingEndpoint(String topology, ReplicationRouting routing) {
        this.topology = topology;
        this.routing = routing;
    }

    /**
     * All nodes.
     *
     * @param explain an access, such as {@code read}, to be told what the router would do with it; or null
     * @throws IllegalArgumentException when there is no such access
     */
    @ReadOperation
    public RouterDescriptor router(@Nullable String explain) {
        return RouterDescriptor.of(
                topology,
                routing.topology().snapshot(),
                routing.incompletePromotion(),
                explain == null
                        ? null
                        : ExplanationDescriptor.of(routing.dataSource().explain(Intent.of(access(explain)))));
    }

    /**
     * One node.
     *
     * @throws UnknownNodeException when there is none of this name
     */
    @ReadOperation
    public NodeDescriptor node(@Selector String node) {
        TopologySnapshot snapshot = routing.topology().snapshot();
        NodeStatus status = snapshot.node(node);
        if (status == null) {
            throw new UnknownNodeException("There is no node " + node + "; there are "
                    + snapshot.nodes().stream().map(NodeStatus::name).collect(Collectors.joining(", ")));
        }
        return NodeDescriptor.of(status);
    }

    /**
     * Takes a node out of use, or lets it back in.
     *
     * @param action {@code drain} or {@code undrain}
     * @return the node as it is then
     * @throws UnknownNodeException when there is none of this name
     * @throws IllegalArgumentException when there is no such action
     * @throws IllegalStateException when the node is the primary, which is not drained
     */
    @WriteOperation
    public NodeDescriptor change(@Selector String node, @Nullable String action) {
        node(node);
        switch (String.valueOf(action)) {
            case "drain" -> routing.drain(node);
            case "undrain" -> routing.undrain(node);
            default -> throw new IllegalArgumentException("action: '" + action + "' is none of drain, undrain");
        }
        return node(node);
    }

    private static Access access(String label) {
        return Stream.of(Access.values())
                .filter(access -> access.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("explain: '" + label + "' is none of "
                        + Stream.of(Access.values()).map(Access::label).collect(Collectors.joining(", "))));
    }

    /** There is no node of the name that was asked for. */
    static final class UnknownNodeException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        UnknownNodeException(String message) {
            super(message);
        }
    }
}
