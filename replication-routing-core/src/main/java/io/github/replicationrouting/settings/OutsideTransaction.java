package io.github.replicationrouting.settings;

/** Target of statements outside any transaction. */
public enum OutsideTransaction {
    /** To the primary. */
    PRIMARY,
    /** To a replica, like a read-only transaction. */
    REPLICA
}
