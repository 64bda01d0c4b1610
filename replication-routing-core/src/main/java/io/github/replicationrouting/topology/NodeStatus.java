package io.github.replicationrouting.topology;

import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One node in a snapshot.
 *
 * @param node the node and its live load
 * @param role the observed role
 * @param state whether it can be used
 * @param reason why it is not online, in words without secrets; null when it is
 * @param lag staleness bound of a replica at its last probe; null when unknown, zero for a primary
 * @param position what it had executed at its last probe, where the server can tell
 * @param server product and version, for example {@code MySQL 9.7.4}; null before the first answer
 */
public record NodeStatus(
        Node node,
        Role role,
        NodeState state,
        @Nullable String reason,
        @Nullable Duration lag,
        @Nullable Position position,
        @Nullable String server) {

    /** A node that has not answered yet. */
    public static NodeStatus unknown(Node node) {
        return new NodeStatus(node, Role.UNKNOWN, NodeState.UNKNOWN, "not probed yet", null, null, null);
    }

    public String name() {
        return node.name();
    }
}
