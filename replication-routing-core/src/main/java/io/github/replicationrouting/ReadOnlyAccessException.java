package io.github.replicationrouting;

import java.sql.SQLFeatureNotSupportedException;
import org.jspecify.annotations.Nullable;

/**
 * A write, or a lock that only the primary can give, where only reads are served. Nothing of the statement was executed.
 * SQLState 25006 and error 1792, whether the server, the driver or the router refused it; what a server or driver said is
 * the cause. The same work will be refused again.
 *
 * <p>Of this JDBC type because Spring translates it to {@code InvalidDataAccessApiUsageException}.
 */
public final class ReadOnlyAccessException extends SQLFeatureNotSupportedException {

    private static final long serialVersionUID = 1L;

    private static final String READ_ONLY_TRANSACTION = "25006";
    private static final int ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION = 1792;

    /** The message names the node and says how to mend it; {@code cause} is what the server or driver said, if any did. */
    public ReadOnlyAccessException(String message, @Nullable Throwable cause) {
        super(message, READ_ONLY_TRANSACTION, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, cause);
    }
}
