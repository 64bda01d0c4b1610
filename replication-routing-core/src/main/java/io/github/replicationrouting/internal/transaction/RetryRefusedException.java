package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RetryRefusal;

/** Stands beside a failure, as a suppressed exception, and says why its transaction was not run again. */
final class RetryRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RetryRefusedException(String reason, RetryRefusal refusal) {
        super("Not run again, although " + reason + ": " + refusal.words(), null, false, false);
    }
}
