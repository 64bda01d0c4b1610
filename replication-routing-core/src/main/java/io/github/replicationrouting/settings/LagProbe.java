package io.github.replicationrouting.settings;

/** Way in which the lag of a replica is measured. */
public enum LagProbe {
    /** By position where both servers have a comparable one, else by the replica's status. */
    AUTO,
    /** By position only; without GTIDs, this needs a grant and a second statement in each probe. */
    POSITION,
    /** By the replica's own status, in whole seconds; needs a grant and a second statement in each probe. */
    STATUS,
    /** Not at all: lag stays unknown and evicts no replica. */
    NONE
}
