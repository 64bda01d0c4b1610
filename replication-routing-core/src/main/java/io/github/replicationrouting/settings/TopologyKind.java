package io.github.replicationrouting.settings;

/** Way in which the nodes of a router replicate. */
public enum TopologyKind {
    /** One node is writable at a time, the others replicate from it. */
    PRIMARY_REPLICA,
    /** Several nodes are writable: a Galera cluster, a replication group in multi-primary mode, or a ring. */
    MULTI_PRIMARY
}
