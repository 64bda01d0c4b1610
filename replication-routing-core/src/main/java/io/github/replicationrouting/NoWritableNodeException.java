package io.github.replicationrouting;

import java.sql.SQLTransientConnectionException;

/**
 * Thrown when no node may accept a write. Nothing was sent to any server, so the transaction can be retried; it
 * succeeds as soon as there is a primary. Before a write fails with this exception, it has waited for a primary for up
 * to {@code replication.routing.writes.hold}. SQLState 08001.
 */
public class NoWritableNodeException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with SQLState 08001.
     *
     * @param message lists the nodes that were considered, why each was refused, and the action to take
     */
    public NoWritableNodeException(String message) {
        super(message, "08001");
    }
}
