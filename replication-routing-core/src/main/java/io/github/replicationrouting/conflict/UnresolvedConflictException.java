package io.github.replicationrouting.conflict;

import org.springframework.dao.ConcurrencyFailureException;

/**
 * Thrown when a change conflicts with those of others and no resolution could be stored: all attempts lost a conflict,
 * the row was deleted, or the {@link ConflictResolver} cannot decide. Nothing of the change is stored. The usual answer
 * is to load the present state, and to let the user decide.
 */
public final class UnresolvedConflictException extends ConcurrencyFailureException {

    private static final long serialVersionUID = 1L;

    /** @param message why the conflict could not be resolved */
    public UnresolvedConflictException(String message) {
        super(message);
    }

    /**
     * @param message why the conflict could not be resolved
     * @param cause the last conflict
     */
    public UnresolvedConflictException(String message, Throwable cause) {
        super(message, cause);
    }
}
