package io.github.replicationrouting;

import java.sql.SQLFeatureNotSupportedException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a read-only transaction, or a connection on which only reads are served, executes a write or requests a
 * lock that only the primary grants. Nothing of the statement was executed. A retry is refused again: begin the
 * transaction without {@code readOnly = true}.
 *
 * <p>SQLState 25006 and error code 1792, whether the server, the driver or the router refused the statement; the
 * exception of the server or driver is the cause. A subtype of {@code SQLFeatureNotSupportedException} because Spring
 * translates that to {@code InvalidDataAccessApiUsageException}, which is not retried.
 */
public final class ReadOnlyAccessException extends SQLFeatureNotSupportedException {

    private static final long serialVersionUID = 1L;

    private static final String READ_ONLY_TRANSACTION = "25006";
    private static final int ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION = 1792;

    /**
     * Creates an exception with SQLState 25006 and error code 1792.
     *
     * @param message names the node and the action to take
     * @param cause the exception of the server or driver, null if the router refused the statement
     */
    public ReadOnlyAccessException(String message, @Nullable Throwable cause) {
        super(message, READ_ONLY_TRANSACTION, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, cause);
    }
}
