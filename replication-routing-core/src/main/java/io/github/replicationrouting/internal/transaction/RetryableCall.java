package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.RetryRefusal;
import org.jspecify.annotations.Nullable;

/**
 * A call that runs in a transaction and may be made again. Used by one thread.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface RetryableCall<T extends @Nullable Object> {

    /** Makes the call. */
    T proceed() throws Throwable;

    /** A name for it in logs. */
    default String name() {
        return "an unnamed transaction";
    }

    /** What about the call itself forbids to make it twice; asked after a failure. */
    default @Nullable RetryRefusal refusal() {
        return null;
    }
}
