package io.github.replicationrouting.settings;

/** Where reads go when no replica is eligible. */
public enum WhenNoneEligible {
    /** To the primary. */
    PRIMARY,
    /** To the least lagged replica, up to ten times the limit, then to the primary. */
    LEAST_LAGGED,
    /** Nowhere: the read fails. */
    FAIL
}
