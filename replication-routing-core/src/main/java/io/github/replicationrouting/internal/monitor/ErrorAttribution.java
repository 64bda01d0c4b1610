package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.spi.ErrorKind;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an error that the application met says of the node. */
final class ErrorAttribution {

    private static final int MAX_LINKS = 16;

    private ErrorAttribution() {}

    /** Whether it speaks against the node, as opposed to its load, its role, or the application itself. */
    static boolean accuses(Throwable cause, Function<SQLException, ErrorKind> classifier) {
        if (isPoolUsedUp(cause)) {
            return false;
        }
        return switch (kind(cause, classifier)) {
            case CONNECTION_LOST, NODE_UNFIT, SCHEMA, OTHER -> true;
            case OVERLOAD, READ_ONLY_SERVER, READ_ONLY_TRANSACTION, ROLLED_BACK -> false;
        };
    }

    /** Pools wrap what the driver said in a state of their own: the innermost word counts. */
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

    private static boolean isPoolUsedUp(@Nullable Throwable cause) {
        return cause instanceof SQLTransientConnectionException pool
                && pool.getCause() == null
                && pool.getNextException() == null;
    }
}
