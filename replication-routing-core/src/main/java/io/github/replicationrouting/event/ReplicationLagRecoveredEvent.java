package io.github.replicationrouting.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Published when a replica has recovered after a {@link ReplicationLagWarningEvent}.
 *
 * @param router name of the router
 * @param node name of the replica
 * @param lag its staleness bound, null when unknown by now
 */
public record ReplicationLagRecoveredEvent(
        String router, String node, @Nullable Duration lag) {}
