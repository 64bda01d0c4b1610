package io.github.replicationrouting.routing;

/** Why a node was chosen. The labels are the same in logs, metrics and answers, and never change. */
public enum DecisionReason {
    /** A replica that is alive and fresh enough. */
    REPLICA_SELECTED("replica-selected"),
    /** No replica may serve: the primary does. */
    NO_ELIGIBLE_REPLICA("no-eligible-replica"),
    /** No replica is fresh enough: the least lagged one serves. */
    LEAST_LAGGED("least-lagged"),
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

    /** The word used outside of Java. */
    public String label() {
        return label;
    }
}
