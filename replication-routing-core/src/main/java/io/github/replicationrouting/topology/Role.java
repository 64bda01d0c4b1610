package io.github.replicationrouting.topology;

/** What a node is now, as observed. */
public enum Role {
    /** Writable. */
    PRIMARY,
    /** Receives its data from another node. */
    REPLICA,
    /** Not known, or neither of the two. */
    UNKNOWN
}
