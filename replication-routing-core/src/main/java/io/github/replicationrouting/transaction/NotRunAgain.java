package io.github.replicationrouting.transaction;

/** Stands beside a failure, as a suppressed exception, and says why its transaction was not run again. */
final class NotRunAgain extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotRunAgain(String reason, RerunRefusal refusal) {
        super("Not run again, although " + reason + ": " + refusal.words(), null, false, false);
    }
}
