package io.github.replicationrouting.settings;

import java.time.Duration;

/**
 * How nodes are probed and judged.
 *
 * @param interval time between probes of a node, give or take a fifth
 * @param timeout how long a probe waits for an answer
 * @param failureThreshold probes in a row that fail before a node is down
 * @param lagProbe how lag is measured
 * @param maxLag a replica above it is evicted
 * @param readmitLag an evicted replica comes back at or below it
 * @param slowStart how long a node that comes in after the start gets less than its share; zero for not at all
 */
public record MonitorSettings(
        Duration interval,
        Duration timeout,
        int failureThreshold,
        LagProbe lagProbe,
        Duration maxLag,
        Duration readmitLag,
        Duration slowStart) {

    private static final Duration MAX_WINDOW = Duration.ofSeconds(10);

    /** @throws IllegalArgumentException when a value makes no sense, alone or beside another */
    public MonitorSettings {
        requirePositive("interval", interval);
        requirePositive("timeout", timeout);
        requirePositive("max-lag", maxLag);
        requirePositive("readmit-lag", readmitLag);
        if (slowStart.isNegative()) {
            throw new IllegalArgumentException("slow-start must not be negative, was " + slowStart);
        }
        if (failureThreshold < 1) {
            throw new IllegalArgumentException("failure-threshold must be at least 1, was " + failureThreshold);
        }
        if (readmitLag.compareTo(maxLag) > 0) {
            throw new IllegalArgumentException("readmit-lag " + readmitLag + " must not be above max-lag " + maxLag);
        }
    }

    /**
     * The defaults: every 500 ms, at most 1 s, down after two failures, evicted above 5 s and readmitted below half, warm
     * after 30 s.
     */
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

    /** How long a node that was evicted stays out at least: lag, too, takes its time to rise. */
    public Duration evictionWindow() {
        return maxLag.compareTo(MAX_WINDOW) < 0 ? maxLag : MAX_WINDOW;
    }

    /** How long it takes at most until a node that does not answer is down, the jitter of the interval included. */
    public Duration detectionTime() {
        return interval.multipliedBy(failureThreshold)
                .multipliedBy(6)
                .dividedBy(5)
                .plus(timeout);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be at least one millisecond, was " + value);
        }
    }
}
