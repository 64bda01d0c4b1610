package io.github.replicationrouting.internal.routing;

/** How the next statement wants to use the data. The labels are the same in metrics and answers, and never change. */
public enum Access {
    /** Read-only: a replica may serve it. */
    READ("read"),
    /** May write: only the primary serves it. */
    WRITE("write"),
    /** A statement in no transaction: goes where {@code reads.outside-transaction} says. */
    OUTSIDE_TRANSACTION("outside-transaction"),
    /** Questions about the database itself in no transaction: any reachable node will do while there is no primary. */
    METADATA("metadata");

    private final String label;

    Access(String label) {
        this.label = label;
    }

    /** The word used outside of Java. */
    public String label() {
        return label;
    }
}
