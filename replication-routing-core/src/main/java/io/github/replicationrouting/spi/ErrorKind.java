package io.github.replicationrouting.spi;

import java.util.Locale;

/** What an error of a server or driver means beyond the failure of one statement. */
public enum ErrorKind {
    /** The connection is lost. */
    CONNECTION_LOST,
    /** The server shuts down, leaves its group, or refuses work for the time being. */
    NODE_UNFIT,
    /** A write reached a read-only server. */
    READ_ONLY_SERVER,
    /** A write reached a read-only transaction. */
    READ_ONLY_TRANSACTION,
    /** The server has too many connections: it is overloaded, not lost. */
    OVERLOAD,
    /** The server rolled the transaction back; it may be retried as a whole. */
    ROLLED_BACK,
    /**
     * The server is not in its group, or in a part of it without a majority, and refused the call without executing it.
     * Nothing was committed, also where the call was COMMIT.
     */
    NOT_IN_GROUP,
    /** The server lost its group during a COMMIT: whether it was committed is not known. */
    COMMIT_IN_DOUBT,
    /**
     * The server refused a COMMIT because of its group. If it has lost the group meanwhile, other members may have
     * committed the transaction: it is not known, unless {@link ReplicationDialect#kindOfRefusedCommit} shows it.
     */
    COMMIT_REFUSED,
    /** A table, column, routine or privilege that the statement needs is missing: everywhere, or on this node only. */
    SCHEMA,
    /** Nothing beyond the failure of the statement. */
    OTHER;

    /** Returns the label used in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns whether a transaction whose COMMIT met the error may be committed all the same. */
    public boolean isInDoubt() {
        return this == COMMIT_IN_DOUBT || this == COMMIT_REFUSED;
    }

    /** Returns whether the work that met the error has lost its node. */
    public boolean isLoss() {
        return switch (this) {
            case CONNECTION_LOST, NODE_UNFIT, NOT_IN_GROUP, COMMIT_IN_DOUBT, COMMIT_REFUSED -> true;
            default -> false;
        };
    }
}
