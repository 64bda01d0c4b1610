package io.github.replicationrouting.internal.monitor.errors;

import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Whether an error that the application has met speaks against the node. */
public final class ErrorAttribution {

    private static final int MAX_LINKS = 16;

    private ErrorAttribution() {}

    /** Returns whether the error speaks against the node, as opposed to its load, its role, or the application itself. */
    public static boolean accuses(Throwable cause, ReplicationDialect dialect) {
        if (isPoolExhausted(cause)) {
            return false;
        }
        return switch (kind(cause, dialect)) {
            case CONNECTION_LOST, NODE_UNFIT, SCHEMA, OTHER -> true;
            case OVERLOAD, READ_ONLY_SERVER, READ_ONLY_TRANSACTION, ROLLED_BACK -> false;
        };
    }

    /** Pools wrap the exception of the driver in one with a state of their own: the innermost kind counts. */
    private static ErrorKind kind(Throwable cause, ReplicationDialect dialect) {
        ErrorKind innermost = ErrorKind.OTHER;
        int links = 0;
        for (Throwable link = cause; link != null && links < MAX_LINKS; link = link.getCause(), links++) {
            ErrorKind kind = link instanceof SQLException sql ? dialect.classify(sql) : ErrorKind.OTHER;
            if (kind != ErrorKind.OTHER) {
                innermost = kind;
            }
        }
        return innermost;
    }

    private static boolean isPoolExhausted(@Nullable Throwable cause) {
        return cause instanceof SQLTransientConnectionException pool
                && pool.getCause() == null
                && pool.getNextException() == null;
    }
}
