package io.github.replicationrouting;

/** Why a node was chosen. The labels are the same in logs, metrics and answers, and never change. */
public enum DecisionReason {
    /** A replica that is alive and fresh enough. */
    REPLICA_SELECTED("replica-selected"),
    /** No replica may serve: the primary does. */
    NO_ELIGIBLE_REPLICA("no-eligible-replica"),
    /** No replica is fresh enough: the least lagged one serves. */
    LEAST_LAGGED("least-lagged"),
    /** A replica that has what its session must see; not every one has. */
    SESSION_REPLICA("session-replica"),
    /** A replica that is waited on until it has what its session must see. */
    SESSION_WAIT("session-wait"),
    /** No replica has what its session must see: the primary serves. */
    SESSION_PRIMARY("session-primary"),
    /** No replica is as fresh as the work declares to need: the primary serves. */
    MAX_STALENESS("max-staleness"),
    /** The work asks for the primary. */
    HINT_PRIMARY("hint-primary"),
    /** The pinned writer, for migrations. */
    PINNED_WRITER("pinned-writer"),
    /** The transaction may write. */
    READ_WRITE("read-write"),
    /** The statement is in no transaction. */
    OUTSIDE_TRANSACTION("outside-transaction"),
    /** There is no primary, and the question is about the database itself. */
    METADATA_WITHOUT_PRIMARY("metadata-without-primary"),
    /** The connection was asked of this very node. */
    NODE_REQUESTED("node-requested");

    private final String label;

    DecisionReason(String label) {
        this.label = label;
    }

    /** Whether it means a read that the primary serves. */
    public boolean isServedByPrimary() {
        return this == NO_ELIGIBLE_REPLICA || this == SESSION_PRIMARY || this == MAX_STALENESS || this == HINT_PRIMARY;
    }

    /** Whether the primary serves a read only until a replica can. */
    public boolean isInPlaceOfReplica() {
        return this == NO_ELIGIBLE_REPLICA || this == SESSION_PRIMARY || this == MAX_STALENESS;
    }

    /** Whether it stands for a read that another node would rather serve. */
    public boolean isMakeshift() {
        return isServedByPrimary() || this == LEAST_LAGGED;
    }

    /** The word used outside of Java. */
    public String label() {
        return label;
    }
}
