package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;

/**
 * How long a node usually takes to answer, and from when on an answer is remarkably late: the smoothed round trip and
 * its mean deviation, as TCP tells a lost packet (V. Jacobson, Congestion Avoidance and Control, 1988; RFC 6298), twice
 * over. Only for the monitor's thread.
 */
public final class RoundTripTime {

    private static final int OF_TIMEOUT = 4;

    private long smoothed = -1;
    private long deviation;

    public void add(long nanos) {
        if (smoothed < 0) {
            smoothed = nanos;
            deviation = nanos / 2;
        } else {
            deviation += (Math.abs(nanos - smoothed) - deviation) / 4;
            smoothed += (nanos - smoothed) / 8;
        }
    }

    /** When to wonder: at the earliest after a quarter of the time limit, at the latest with it. */
    public Duration late(Duration timeout) {
        long least = timeout.toNanos() / OF_TIMEOUT;
        long unusual = smoothed < 0 ? timeout.toNanos() : 2 * (smoothed + 4 * deviation);
        return Duration.ofNanos(Math.min(timeout.toNanos(), Math.max(least, unusual)));
    }
}
