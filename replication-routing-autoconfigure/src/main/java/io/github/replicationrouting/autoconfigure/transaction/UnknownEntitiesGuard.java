package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RetryGuard;
import io.github.replicationrouting.spi.RetryRefusal;
import org.jspecify.annotations.Nullable;

/** Where no JPA provider tells which entities it changed: reads change none, and writes are not run again. */
final class UnknownEntitiesGuard implements RetryGuard {

    @Override
    public @Nullable RetryRefusal refusal() {
        RetryContext record = RetryContext.current();
        return record == null || record.lostNode() != null ? null : RetryRefusal.ENTITIES;
    }
}
