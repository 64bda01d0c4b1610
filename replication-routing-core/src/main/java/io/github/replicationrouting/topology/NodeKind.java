package io.github.replicationrouting.topology;

/** What a node's URL leads to. */
public enum NodeKind {
    /** One database server. */
    SERVER,
    /** A load balancer or DNS name with several servers behind it. */
    ENDPOINT
}
