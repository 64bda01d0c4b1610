package io.github.replicationrouting.topology;

/** What stands behind a node's URL. */
public enum NodeKind {
    /** One database server. */
    SERVER,
    /** A load balancer or DNS name with several servers behind it. */
    ENDPOINT
}
