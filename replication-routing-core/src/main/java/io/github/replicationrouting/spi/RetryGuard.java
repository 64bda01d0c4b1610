package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/** Knows what around a transaction may forbid another run of it. Thread-safe. */
public interface RetryGuard {

    /** What forbids it from the beginning; asked before the first run of each transaction, so at once answered. */
    default @Nullable RetryRefusal refusalAtStart() {
        return null;
    }

    /** What forbids it now; asked after a failure. */
    default @Nullable RetryRefusal refusal() {
        return null;
    }

    /** Makes what is around the transaction ready for the next run. What it throws forbids that run. */
    default void beforeRetry() {}
}
