package io.github.replicationrouting;

/** A transaction that is run again was given an object that is not what its first run was given; it must not commit. */
public final class ModifiedByPreviousAttemptException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public ModifiedByPreviousAttemptException(String type) {
        super("An object of " + type
                + " was changed by an earlier run of this transaction: what is done to it would be done"
                + " twice. Change it outside of the method that begins the transaction, or load it inside.");
    }
}
