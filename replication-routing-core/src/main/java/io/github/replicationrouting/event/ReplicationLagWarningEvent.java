package io.github.replicationrouting.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A replica has more than half of {@code max-lag}: told once, before it is evicted unless its lag has jumped.
 *
 * @param router name of the router
 * @param node name of the replica
 * @param lag its staleness bound, null when unknown by now
 * @param rate the trend, in seconds of lag gained in a second: 1 for a replica that applies nothing, below 0 for one
 *     that catches up; NaN when it cannot be told yet
 */
public record ReplicationLagWarningEvent(
        String router, String node, @Nullable Duration lag, double rate) {}
