package io.github.replicationrouting.topology;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of all nodes at one moment. Immutable; compared by identity, so that what is derived from one can be cached
 * with it.
 */
public final class TopologySnapshot {

    private final List<NodeStatus> nodes;
    private final @Nullable NodeStatus primary;
    private final @Nullable String noPrimaryReason;

    /**
     * @param nodes every node of the router, in the order of the configuration
     * @param primary the node that takes writes: one of {@code nodes}, or null where none may
     * @param noPrimaryReason why none may; null exactly when there is a primary
     */
    public TopologySnapshot(List<NodeStatus> nodes, @Nullable NodeStatus primary, @Nullable String noPrimaryReason) {
        if (primary != null && !nodes.contains(primary)) {
            throw new IllegalArgumentException("primary " + primary.name() + " is not among " + nodes);
        }
        this.nodes = List.copyOf(nodes);
        this.primary = primary;
        this.noPrimaryReason = noPrimaryReason;
    }

    public List<NodeStatus> nodes() {
        return nodes;
    }

    /** Returns the node that takes writes, or null. */
    public @Nullable NodeStatus primary() {
        return primary;
    }

    /** Returns why there is no primary, or null. */
    public @Nullable String noPrimaryReason() {
        return noPrimaryReason;
    }

    /** Returns the status of the named node, or null. */
    public @Nullable NodeStatus node(String name) {
        for (NodeStatus node : nodes) {
            if (node.name().equals(name)) {
                return node;
            }
        }
        return null;
    }
}
