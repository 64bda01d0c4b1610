package io.github.replicationrouting.settings;

/** Who serves reads when no replica is alive and fresh enough. */
public enum WhenNoneEligible {
    /** The primary. */
    PRIMARY,
    /** The least lagged replica up to ten times the limit, then the primary. */
    LEAST_LAGGED,
    /** Nobody: the read fails. */
    FAIL
}
