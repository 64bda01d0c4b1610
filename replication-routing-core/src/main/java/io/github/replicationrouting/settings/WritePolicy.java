package io.github.replicationrouting.settings;

/** Way in which the node of a write is chosen where several nodes are writable. */
public enum WritePolicy {
    /** One node for all writes of all instances, as long as it is fit. */
    SINGLE,
    /** Each writable node in turn. */
    ROUND_ROBIN,
    /** Of two writable nodes drawn at random, the one with fewer connections in flight. */
    LEAST_IN_FLIGHT,
    /** The same node for the same key, and one node for all writes without a key. */
    AFFINITY
}
