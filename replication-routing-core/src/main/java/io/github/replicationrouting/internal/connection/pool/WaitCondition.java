package io.github.replicationrouting.internal.connection.pool;

/** Why somebody waits for a node: only while the node is what it was chosen for. Thread-safe; does not block. */
@FunctionalInterface
public interface WaitCondition {

    /** Waits whatever becomes of the node. */
    WaitCondition WHATEVER_HAPPENS = () -> false;

    /** Whether the node has left the rotation since it was chosen, so that waiting for it is pointless. */
    boolean isOver();
}
