package io.github.replicationrouting.spi;

import org.jspecify.annotations.Nullable;

/**
 * Guards state around a transaction that a rollback does not restore, such as a persistence context or a web response:
 * it may refuse a retry, or restore the state before one. Thread-safe.
 */
public interface RetryGuard {

    /**
     * Returns why the transaction that begins must not be retried, null if it may be. Called before the first attempt
     * of every transaction that could be retried, so it must return quickly.
     */
    default @Nullable RetryRefusal refusalAtStart() {
        return null;
    }

    /** Returns why the transaction must not be retried now, null if it may be. Called after a failure. */
    default @Nullable RetryRefusal refusal() {
        return null;
    }

    /** Restores the state before a retry. An exception that it throws prevents the retry. */
    default void beforeRetry() {}
}
