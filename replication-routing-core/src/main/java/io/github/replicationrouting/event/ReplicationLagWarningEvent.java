package io.github.replicationrouting.event;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Published once when the lag of a replica is above half of {@code max-lag}: before the replica is evicted, unless its
 * lag has jumped.
 *
 * @param router name of the router
 * @param node name of the replica
 * @param lag its staleness bound, null when unknown by now
 * @param rate the trend, in seconds of lag gained per second: 1 for a replica that applies nothing, below 0 for one
 *     that catches up; NaN while it is not known
 */
public record ReplicationLagWarningEvent(
        String router, String node, @Nullable Duration lag, double rate) {}
