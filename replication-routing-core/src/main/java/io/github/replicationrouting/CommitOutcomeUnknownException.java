package io.github.replicationrouting;

import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * The connection was lost while the server was being told to commit: whether it did, nobody here knows. The transaction
 * must not simply be run again, because it might then happen twice; look at the data first. SQLState 08007.
 */
public final class CommitOutcomeUnknownException extends SQLNonTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /** The message names the node and says what to do; {@code cause} is what the driver met. */
    public CommitOutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, "08007", cause);
    }
}
