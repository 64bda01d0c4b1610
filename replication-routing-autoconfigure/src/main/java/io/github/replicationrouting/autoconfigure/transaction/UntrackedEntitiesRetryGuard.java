package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import org.jspecify.annotations.Nullable;

/**
 * Refuses retries of writes with a JPA provider that does not report which entities it changed. Reads change none and
 * are retried.
 */
final class UntrackedEntitiesRetryGuard implements RetryGuard {

    @Override
    public @Nullable RetryRefusal refusal() {
        RetryContext context = RetryContext.current();
        return context == null || context.lostNode() != null ? null : RetryRefusal.ENTITIES;
    }
}
