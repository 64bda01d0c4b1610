package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import java.time.Duration;

/**
 * Settings of an election among the members of a group. Immutable.
 *
 * @param topology way in which the nodes replicate
 * @param policy way in which the node of a write is chosen
 * @param failback whether writes return to the preferred node as soon as it is fit
 * @param allowDivergence whether several servers may be written to that detect no conflict
 * @param interval time between two probes
 */
public record GroupSettings(
        TopologyKind topology, WritePolicy policy, boolean failback, boolean allowDivergence, Duration interval) {

    /** Returns the settings of a router. */
    public static GroupSettings of(TopologyKind topology, WriteSettings writes, MonitorSettings monitor) {
        return new GroupSettings(
                topology, writes.policy(), writes.failback(), writes.allowDivergence(), monitor.interval());
    }

    /** Returns the time over which the writes to each node are compared: two intervals, and what they may vary. */
    public Duration window() {
        return interval.multipliedBy(5).dividedBy(2);
    }

    boolean isMultiPrimary() {
        return topology == TopologyKind.MULTI_PRIMARY;
    }
}
