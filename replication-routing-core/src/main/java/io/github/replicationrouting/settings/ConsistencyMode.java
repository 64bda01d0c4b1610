package io.github.replicationrouting.settings;

/** Consistency of the reads of a session. */
public enum ConsistencyMode {
    /** A session sees its own commits, and never an older state than it has seen before. */
    SESSION,
    /** A session sees the state of any replica that is fresh enough. */
    EVENTUAL
}
