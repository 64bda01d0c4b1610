package io.github.replicationrouting;

/**
 * Thrown when a retry passes an object to JPA or Spring Data that a previous attempt of the same transaction has
 * changed. The transaction is not committed, because it would apply the change twice.
 */
public final class ModifiedByPreviousAttemptException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /** @param type name of the object's class */
    public ModifiedByPreviousAttemptException(String type) {
        super("An object of " + type
                + " was changed by an earlier attempt of this transaction, so a retry would apply the change twice."
                + " Change the object outside the method that begins the transaction, or load it inside.");
    }
}
