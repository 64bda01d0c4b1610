package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.spi.NodeSelector;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the router decides.
 *
 * @param selector chooses among eligible replicas
 * @param outsideTransaction where statements outside any transaction go
 * @param whenNoneEligible who serves reads when no replica is eligible
 * @param maxLag a replica above it is evicted; bounds {@link WhenNoneEligible#LEAST_LAGGED}
 * @param zone the application's zone, whose nodes are preferred for reads; null for none
 * @param longestWait how long a read waits on a replica for what its session must see
 * @param probeInterval the time between two probes of a node
 */
public record RouterSettings(
        NodeSelector selector,
        OutsideTransaction outsideTransaction,
        WhenNoneEligible whenNoneEligible,
        Duration maxLag,
        @Nullable String zone,
        Duration longestWait,
        Duration probeInterval) {

    /** Settings of a router whose reads wait for nothing. */
    public RouterSettings(
            NodeSelector selector,
            OutsideTransaction outsideTransaction,
            WhenNoneEligible whenNoneEligible,
            Duration maxLag,
            @Nullable String zone) {
        this(selector, outsideTransaction, whenNoneEligible, maxLag, zone, Duration.ZERO, Duration.ZERO);
    }
}
