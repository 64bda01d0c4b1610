package io.github.replicationrouting.settings;

/** What a session may rely on when it reads from replicas. */
public enum ConsistencyMode {
    /** It sees its own commits, and never goes back behind what it saw. */
    SESSION,
    /** It sees whatever a replica that is fresh enough has. */
    EVENTUAL
}
