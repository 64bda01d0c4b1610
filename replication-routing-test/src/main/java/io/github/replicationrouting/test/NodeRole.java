package io.github.replicationrouting.test;

/**
 * The role that a server reports.
 */
public enum NodeRole {

    /** Accepts writes. */
    PRIMARY,

    /** Is read-only. */
    REPLICA
}
