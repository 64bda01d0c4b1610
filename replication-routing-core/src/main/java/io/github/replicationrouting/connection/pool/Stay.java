package io.github.replicationrouting.connection.pool;

/** Why somebody waits for a node: only while the node is what it was chosen for. Thread-safe; does not block. */
@FunctionalInterface
public interface Stay {

    /** Waits whatever becomes of the node. */
    Stay WHATEVER_HAPPENS = () -> false;

    /** Whether the node has left the rotation since it was chosen, so that waiting for it is pointless. */
    boolean isOver();
}
