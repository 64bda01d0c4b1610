package io.github.replicationrouting.settings;

/** How the lag of replicas is measured. */
public enum LagProbe {
    /** By position where both servers have one to compare, else by the replica's status. */
    AUTO,
    /** By position only: GTIDs, or places in the binary log, which need a grant and a second statement in each probe. */
    POSITION,
    /** By the replica's own status, in whole seconds. Needs a grant and a second statement in each probe. */
    STATUS,
    /** Not at all: lag stays unknown and evicts nobody. */
    NONE
}
