package io.github.replicationrouting.internal.monitor.lag;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Detects once that a replica falls behind, before it is evicted: at half of the limit. It has recovered when it is
 * back at half of that. The rate is the slope of the least-squares line through the newest samples. Only for the
 * monitor's thread.
 */
public final class LagTrend {

    public enum Change {
        NONE,
        FALLS_BEHIND,
        RECOVERED
    }

    private static final Duration MEMORY = Duration.ofSeconds(10);
    private static final int MAX_SAMPLES = 200;

    private record Sample(long at, double lag) {}

    private final Duration warnAbove;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private boolean warned;

    public LagTrend(Duration maxLag) {
        this.warnAbove = maxLag.dividedBy(2);
    }

    /** Adds a lag that was just measured. */
    public Change add(Duration lag, long now) {
        while (!samples.isEmpty()
                && (now - samples.getFirst().at > MEMORY.toNanos() || samples.size() >= MAX_SAMPLES)) {
            samples.removeFirst();
        }
        samples.addLast(new Sample(now, lag.toNanos()));
        if (!warned && lag.compareTo(warnAbove) > 0) {
            warned = true;
            return Change.FALLS_BEHIND;
        }
        if (warned && lag.compareTo(warnAbove.dividedBy(2)) <= 0) {
            warned = false;
            return Change.RECOVERED;
        }
        return Change.NONE;
    }

    /**
     * Returns the seconds of lag gained per second: 1 for a replica that applies nothing, below 0 for one that catches
     * up.
     */
    public double rate() {
        if (samples.size() < 2) {
            return Double.NaN;
        }
        long origin = samples.getFirst().at;
        double meanAt = samples.stream()
                .mapToDouble(sample -> sample.at - origin)
                .average()
                .orElse(0);
        double meanLag = samples.stream().mapToDouble(Sample::lag).average().orElse(0);
        double covariance = 0;
        double variance = 0;
        for (Sample sample : samples) {
            double at = sample.at - origin - meanAt;
            covariance += at * (sample.lag - meanLag);
            variance += at * at;
        }
        return variance == 0 ? Double.NaN : covariance / variance;
    }
}
