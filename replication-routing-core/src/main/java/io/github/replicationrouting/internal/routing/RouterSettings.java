package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.NodeSelector;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Values that a routing decision depends on, taken from the settings of the router.
 *
 * @param selector strategy that chooses among eligible replicas
 * @param outsideTransaction where statements outside any transaction go
 * @param whenNoneEligible where reads go when no replica is eligible
 * @param maxLag lag above which a replica is evicted; ten times as much bounds {@link WhenNoneEligible#LEAST_LAGGED}
 * @param zone the application's zone, whose nodes are preferred for reads; null for none
 * @param maxWait time that a read waits on a replica for the position that its session requires
 * @param probeInterval time between two probes of a node
 * @param policy way in which one of several nodes that take writes is chosen
 */
public record RouterSettings(
        NodeSelector selector,
        OutsideTransaction outsideTransaction,
        WhenNoneEligible whenNoneEligible,
        Duration maxLag,
        @Nullable String zone,
        Duration maxWait,
        Duration probeInterval,
        WritePolicy policy) {

    /** Returns the part of a router's settings that decisions depend on. */
    public static RouterSettings of(
            ReadSettings reads,
            WriteSettings writes,
            ConsistencySettings consistency,
            MonitorSettings monitor,
            @Nullable String zone) {
        return new RouterSettings(
                reads.selector(),
                reads.outsideTransaction(),
                reads.whenNoneEligible(),
                monitor.maxLag(),
                zone,
                consistency.maxWait(),
                monitor.interval(),
                writes.policy());
    }
}
