package io.github.replicationrouting.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A replica that was warned of has recovered.
 *
 * @param router name of the router
 * @param node name of the replica
 * @param lag its staleness bound, null when unknown by now
 */
public record ReplicationLagRecoveredEvent(
        String router, String node, @Nullable Duration lag) {}
