package io.github.replicationrouting;

import java.sql.SQLTransientConnectionException;

/**
 * Thrown when no node may serve a read. Nothing was sent to any server, so the read can be retried; it succeeds as soon
 * as a node is eligible again. SQLState 08001.
 */
public final class NoReadableNodeException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with SQLState 08001.
     *
     * @param message lists the nodes that were considered, why each was refused, and the action to take
     */
    public NoReadableNodeException(String message) {
        super(message, "08001");
    }
}
