package io.github.replicationrouting.event;

import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.Role;
import org.jspecify.annotations.Nullable;

/**
 * Published when the state of a node has changed.
 *
 * @param router name of the router
 * @param node name of the node
 * @param role its role now
 * @param before the previous state
 * @param after the new state
 * @param reason why it is not online, without secrets; null when it is
 */
public record NodeStateChangedEvent(
        String router,
        String node,
        Role role,
        NodeState before,
        NodeState after,
        @Nullable String reason) {}
