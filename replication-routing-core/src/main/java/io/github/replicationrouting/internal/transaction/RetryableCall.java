package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RetryRefusal;
import org.jspecify.annotations.Nullable;

/**
 * A call that begins and ends a transaction, and that may be repeated. Used by one thread.
 *
 * @param <T> type of its result
 */
@FunctionalInterface
public interface RetryableCall<T extends @Nullable Object> {

    /** Makes one attempt. */
    T proceed() throws Throwable;

    /** Returns the name of the call for log messages. */
    default String name() {
        return "without a name";
    }

    /** Returns why the call itself must not be repeated, null if it may; called after a failure. */
    default @Nullable RetryRefusal refusal() {
        return null;
    }
}
