package io.github.replicationrouting.spi;

import java.util.Locale;

/** What an error of a server or driver says beyond the failure of one statement. */
public enum ErrorKind {
    /** The connection is lost. */
    CONNECTION_LOST,
    /** The node is leaving or unfit for work. */
    NODE_UNFIT,
    /** A write met a read-only server. */
    READ_ONLY_SERVER,
    /** A write met a read-only transaction. */
    READ_ONLY_TRANSACTION,
    /** Too many connections: overload, not death. */
    OVERLOAD,
    /** The server rolled the transaction back; it may be run again as a whole. */
    ROLLED_BACK,
    /** A table, column, routine or privilege that the statement names is not there: by mistake, or on this node only. */
    SCHEMA,
    /** Nothing but the failure itself. */
    OTHER;

    /** The word in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the node is lost to the work that met it. */
    public boolean isLoss() {
        return this == CONNECTION_LOST || this == NODE_UNFIT;
    }
}
