package io.github.replicationrouting.internal.monitor.errors;

import io.github.replicationrouting.spi.ErrorKind;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Whether an error that the application has met speaks against the node. */
public final class ErrorAttribution {

    private static final int MAX_LINKS = 16;

    private ErrorAttribution() {}

    /**
     * Returns whether the error speaks against the node, as opposed to its load, its role, or the application itself.
     */
    public static boolean accuses(Throwable cause, Function<SQLException, ErrorKind> classifier) {
        if (isPoolExhausted(cause)) {
            return false;
        }
        return switch (kind(cause, classifier)) {
            case CONNECTION_LOST, NODE_UNFIT, NOT_IN_GROUP, COMMIT_IN_DOUBT, COMMIT_REFUSED, SCHEMA, OTHER -> true;
            case OVERLOAD, READ_ONLY_SERVER, READ_ONLY_TRANSACTION, ROLLED_BACK -> false;
        };
    }

    /** Pools wrap the exception of the driver in one with a state of their own: the innermost kind counts. */
    private static ErrorKind kind(Throwable cause, Function<SQLException, ErrorKind> classifier) {
        ErrorKind innermost = ErrorKind.OTHER;
        int links = 0;
        for (Throwable link = cause; link != null && links < MAX_LINKS; link = link.getCause(), links++) {
            ErrorKind kind = link instanceof SQLException sql ? classifier.apply(sql) : ErrorKind.OTHER;
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
