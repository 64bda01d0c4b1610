package io.github.replicationrouting;

/**
 * How a statement accesses the data. The {@linkplain #label() labels} appear in metrics and in responses of the
 * actuator endpoint, and never change.
 */
public enum Access {
    /** A read-only transaction: a replica may serve it. */
    READ("read"),
    /** A transaction that may write: only the primary serves it. */
    WRITE("write"),
    /** A statement outside any transaction: {@code reads.outside-transaction} determines where it goes. */
    OUTSIDE_TRANSACTION("outside-transaction"),
    /** Database metadata outside any transaction: any reachable node may serve it while there is no primary. */
    METADATA("metadata");

    private final String label;

    Access(String label) {
        this.label = label;
    }

    /** Returns the label used in metrics and responses, such as {@code read}. */
    public String label() {
        return label;
    }
}
