package io.github.replicationrouting.settings;

import java.time.Duration;

/**
 * Settings of the probes, and of the lag at which a replica is evicted and readmitted.
 *
 * @param interval time between two probes of a node, with 20% jitter
 * @param timeout time limit of a probe
 * @param failureThreshold number of consecutive failed probes after which a node is down
 * @param lagProbe way in which lag is measured
 * @param maxLag lag above which a replica is evicted
 * @param readmitLag lag at or below which an evicted replica is readmitted
 * @param slowStart time over which a joining or recovering node ramps up to its full share of reads; zero disables the
 *     ramp
 */
public record MonitorSettings(
        Duration interval,
        Duration timeout,
        int failureThreshold,
        LagProbe lagProbe,
        Duration maxLag,
        Duration readmitLag,
        Duration slowStart) {

    /** @throws InvalidSettingsException when a value is out of range, alone or beside another */
    public MonitorSettings {
        new ValueCheck()
                .positive("monitor.interval", interval)
                .positive("monitor.timeout", timeout)
                .positive("monitor.failure-threshold", failureThreshold)
                .positive("reads.max-lag", maxLag)
                .positive("reads.readmit-lag", readmitLag)
                .notAbove("reads.max-lag", maxLag, "reads.readmit-lag", readmitLag)
                .notNegative("reads.slow-start", slowStart)
                .throwIfAny();
    }

    /** Returns the default settings. */
    public static MonitorSettings defaults() {
        return new MonitorSettings(
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                2,
                LagProbe.AUTO,
                Duration.ofSeconds(5),
                Duration.ofMillis(2_500),
                Duration.ofSeconds(30));
    }
}
