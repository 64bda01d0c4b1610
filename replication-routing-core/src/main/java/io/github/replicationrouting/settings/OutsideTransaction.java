package io.github.replicationrouting.settings;

/** Where statements outside any transaction go. */
public enum OutsideTransaction {
    /** To the primary. */
    PRIMARY,
    /** To a replica, like a read-only transaction. */
    REPLICA
}
