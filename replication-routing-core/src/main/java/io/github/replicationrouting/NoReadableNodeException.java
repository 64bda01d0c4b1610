package io.github.replicationrouting;

import java.sql.SQLTransientConnectionException;

/** No node may serve a read now. Nothing was sent to any server. SQLState 08001. */
public final class NoReadableNodeException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /** The message says which nodes were considered, why each was refused, and how to mend it. */
    public NoReadableNodeException(String message) {
        super(message, "08001");
    }
}
