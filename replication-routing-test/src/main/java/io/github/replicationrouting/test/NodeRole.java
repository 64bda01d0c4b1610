package io.github.replicationrouting.test;

/**
 * What a node is now, as the server itself says.
 */
public enum NodeRole {

    /** Takes writes. */
    PRIMARY,

    /** Is read-only. */
    REPLICA
}
