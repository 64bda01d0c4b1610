package io.github.replicationrouting.settings;

/** Target of reads while no replica is eligible. */
public enum WhenNoneEligible {
    /** To the primary. */
    PRIMARY,
    /** To the least lagged replica, up to ten times {@code reads.max-lag}, then to the primary. */
    LEAST_LAGGED,
    /** None: the read fails. */
    FAIL
}
