package io.github.replicationrouting.topology;

/** Whether a node can be used. */
public enum NodeState {
    /** Not probed yet, or its role is not known. */
    UNKNOWN,
    /** In use. */
    ONLINE,
    /** Alive, but behind the limit: serves no reads. */
    LAGGING,
    /** Does not answer. */
    DOWN,
    /** Claims to be writable beside the primary: serves nothing. */
    FENCED,
    /** Takes no new work by request of an operator, while what is in flight on it ends. */
    DRAINING,
    /** Has nothing in flight, and takes no new work until it is undrained. */
    DRAINED
}
