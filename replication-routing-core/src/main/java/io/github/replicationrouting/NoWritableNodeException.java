package io.github.replicationrouting;

import java.sql.SQLTransientConnectionException;

/** No node may take a write now. Nothing was sent to any server. SQLState 08001. */
public class NoWritableNodeException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /** The message says which nodes were considered, why each was refused, and how to mend it. */
    public NoWritableNodeException(String message) {
        super(message, "08001");
    }

    /** The same refusal with something more to say of it. */
    public NoWritableNodeException with(String explanation) {
        return new NoWritableNodeException(getMessage() + " " + explanation);
    }
}
