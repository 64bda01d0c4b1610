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
    private final List<NodeStatus> writers;
    private final @Nullable String noWriterReason;
    private final @Nullable GroupView group;

    /**
     * Creates a snapshot with one node that takes writes, or none.
     *
     * @param nodes every node of the router, in the order of the configuration
     * @param primary the node that takes writes: one of {@code nodes}, or null where none may
     * @param noPrimaryReason why none may; null exactly when there is a primary
     */
    public TopologySnapshot(List<NodeStatus> nodes, @Nullable NodeStatus primary, @Nullable String noPrimaryReason) {
        this(nodes, primary, primary == null ? List.of() : List.of(primary), noPrimaryReason, null);
    }

    /**
     * Creates a snapshot.
     *
     * @param nodes every node of the router, in the order of the configuration
     * @param primary the node that takes all writes: one of {@code writers}, or null where none or several may
     * @param writers the nodes that take writes, in the order of the configuration
     * @param noWriterReason why no node takes writes; null exactly when one does
     * @param group the view of the group in which the nodes are used; null where they are in none
     */
    public TopologySnapshot(
            List<NodeStatus> nodes,
            @Nullable NodeStatus primary,
            List<NodeStatus> writers,
            @Nullable String noWriterReason,
            @Nullable GroupView group) {
        if (!nodes.containsAll(writers)) {
            throw new IllegalArgumentException("writers " + writers + " are not all among " + nodes);
        }
        if (primary != null && !writers.contains(primary)) {
            throw new IllegalArgumentException("primary " + primary.name() + " is not among " + writers);
        }
        this.nodes = List.copyOf(nodes);
        this.primary = primary;
        this.writers = List.copyOf(writers);
        this.noWriterReason = noWriterReason;
        this.group = group;
    }

    public List<NodeStatus> nodes() {
        return nodes;
    }

    /** Returns the node that takes all writes; null where none does, or several share them. */
    public @Nullable NodeStatus primary() {
        return primary;
    }

    /** Returns the nodes that take writes: the primary alone, or those that share the writes. */
    public List<NodeStatus> writers() {
        return writers;
    }

    /** Returns whether a node takes writes. */
    public boolean isWritable() {
        return !writers.isEmpty();
    }

    /** Returns why no node takes writes; null when one does. */
    public @Nullable String noPrimaryReason() {
        return noWriterReason;
    }

    /** Returns the view of the group in which the nodes are used; null where they are in none. */
    public @Nullable GroupView group() {
        return group;
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
