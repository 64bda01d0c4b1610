package io.github.replicationrouting.dialect;

/** How much a probe asks. */
public enum ObservationDepth {
    /** Role and position: one statement that needs no privilege. */
    BASIC,
    /** The state of replication as well: a second statement, which may need a grant. */
    WITH_REPLICATION
}
