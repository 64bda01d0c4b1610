package io.github.replicationrouting.routing;

/** What the next statement asks for. */
public enum Intent {
    /** Read-only: a replica may serve it. */
    READ,
    /** May write: only the primary serves it. */
    WRITE,
    /** A statement in no transaction: goes where {@code reads.outside-transaction} says. */
    OUTSIDE_TRANSACTION,
    /** Questions about the database itself in no transaction: any reachable node will do while there is no primary. */
    METADATA
}
