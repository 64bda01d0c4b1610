package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.routing.WorkRecord;
import io.github.replicationrouting.transaction.RerunGuard;
import io.github.replicationrouting.transaction.RerunRefusal;
import org.jspecify.annotations.Nullable;

/** Where no JPA provider tells which entities it changed: reads change none, and writes are not run again. */
final class UnknownEntitiesGuard implements RerunGuard {

    @Override
    public @Nullable RerunRefusal refusal() {
        WorkRecord record = WorkRecord.current();
        return record == null || record.lostNode() != null ? null : RerunRefusal.ENTITIES;
    }
}
