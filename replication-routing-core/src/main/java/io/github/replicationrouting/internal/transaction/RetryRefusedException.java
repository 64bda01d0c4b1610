package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RetryRefusal;

/** Explains why a failed transaction was not retried. Only added to its failure, as a suppressed exception. */
final class RetryRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RetryRefusedException(String reason, RetryRefusal refusal) {
        super("The transaction was not retried although " + reason + ": " + refusal.description(), null, false, false);
    }
}
