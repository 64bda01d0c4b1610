package io.github.replicationrouting.topology;

/** What the configuration promises about a node's role. */
public enum DeclaredRole {
    /** Nothing is promised; the role is observed. */
    AUTO,
    /**
     * Meant to be the primary. Weaker than what the servers show: an observed promotion of another node outranks it.
     */
    PRIMARY,
    /** Never written to, and serves reads even where it shows no replication of its own. */
    REPLICA
}
