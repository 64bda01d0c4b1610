package io.github.replicationrouting;

import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the connection, or the server's group, was lost during COMMIT, so that it is unknown whether the
 * transaction was committed. The router never retries such a transaction, because its effects could then be applied
 * twice. Read the data that it wrote before retrying it, or make it idempotent. SQLState 08007.
 */
public final class CommitOutcomeUnknownException extends SQLNonTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with SQLState 08007.
     *
     * @param message names the node and the action to take
     * @param cause the driver's exception, null if there is none
     */
    public CommitOutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, "08007", cause);
    }
}
