package io.github.replicationrouting;

/**
 * The reason for which the router chose a node. Where several nodes take writes, each of them counts as a replica for
 * reads, and one of them serves in place of the primary.
 *
 * <p>The {@linkplain #label() labels} appear in logs, in the tag {@code reason} of the metric
 * {@code replication.routing.decisions} and in responses of the actuator endpoint. They never change.
 */
public enum DecisionReason {
    /** A read on an eligible replica: online, and within {@code reads.max-lag}. */
    REPLICA_SELECTED("replica-selected"),
    /** A read on the primary, because no replica is eligible. */
    NO_ELIGIBLE_REPLICA("no-eligible-replica"),
    /** A read on the least lagged replica, because every replica exceeds {@code reads.max-lag}. */
    LEAST_LAGGED("least-lagged"),
    /** A read on a replica that contains what the session must see, while not every eligible replica does. */
    SESSION_REPLICA("session-replica"),
    /** A read on a replica that waits until the replica contains what the session must see. */
    SESSION_WAIT("session-wait"),
    /** A read on the primary, because no replica contains what the session must see. */
    SESSION_PRIMARY("session-primary"),
    /** A read on the primary, because no replica is as fresh as {@link MaxStaleness} or a hint requires. */
    MAX_STALENESS("max-staleness"),
    /** A read on the primary, as required by {@link UsePrimary} or {@link RoutingHints}. */
    HINT_PRIMARY("hint-primary"),
    /** Work on the primary through {@link RoutingDataSource#writer()}, such as a schema migration. */
    PINNED_WRITER("pinned-writer"),
    /** A transaction that may write, on the primary, or on the node that {@code writes.policy} chooses. */
    READ_WRITE("read-write"),
    /** A statement outside any transaction, on the node that {@code reads.outside-transaction} designates. */
    OUTSIDE_TRANSACTION("outside-transaction"),
    /** Metadata outside any transaction, on any reachable node, because there is no primary. */
    METADATA_WITHOUT_PRIMARY("metadata-without-primary"),
    /** Work on the node that was requested by name, through {@link RoutingDataSource#node(String)}. */
    NODE_REQUESTED("node-requested");

    private final String label;

    DecisionReason(String label) {
        this.label = label;
    }

    /** Returns whether the primary serves a read, for whatever reason. */
    public boolean isServedByPrimary() {
        return this == NO_ELIGIBLE_REPLICA || this == SESSION_PRIMARY || this == MAX_STALENESS || this == HINT_PRIMARY;
    }

    /** Returns whether the primary serves a read only until a replica can. */
    public boolean isFallbackToPrimary() {
        return this == NO_ELIGIBLE_REPLICA || this == SESSION_PRIMARY || this == MAX_STALENESS;
    }

    /** Returns whether the node serves a read only until a better one can, so that the next read is routed anew. */
    public boolean isProvisional() {
        return isServedByPrimary() || this == LEAST_LAGGED;
    }

    /** Returns the label used in logs, metrics and responses, such as {@code replica-selected}. */
    public String label() {
        return label;
    }
}
