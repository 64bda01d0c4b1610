package io.github.replicationrouting.internal.connection.pool;

/** Ends the wait of a thread for a node that is no longer what it was chosen for. Thread-safe; does not block. */
@FunctionalInterface
public interface WaitCondition {

    /** Waits whatever happens to the node. */
    WaitCondition UNCONDITIONAL = () -> false;

    /** Whether the node was evicted since it was chosen, so that waiting for it is pointless. */
    boolean isOver();
}
