package io.github.replicationrouting.internal.connection.physical;

import java.sql.SQLNonTransientConnectionException;

/** A call on a physical connection that is closed, or lost to its holder; drivers use its SQLState 08003 for more. */
public final class ClosedConnectionException extends SQLNonTransientConnectionException {

    private static final long serialVersionUID = 1L;

    ClosedConnectionException() {
        super("The connection is closed", "08003");
    }
}
