package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;

/**
 * How long a node usually takes to answer, and when an answer is unusually late: after twice the time that TCP waits
 * before it retransmits, by the smoothed round trip and its mean deviation (V. Jacobson, Congestion Avoidance and
 * Control, 1988; RFC 6298). Only for the monitor's thread.
 */
public final class RoundTripTime {

    private static final int MIN_FRACTION_OF_TIMEOUT = 4;

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

    /** Returns when an answer is late: at the earliest after a quarter of the timeout, at the latest with it. */
    public Duration late(Duration timeout) {
        long earliest = timeout.toNanos() / MIN_FRACTION_OF_TIMEOUT;
        long unusual = smoothed < 0 ? timeout.toNanos() : 2 * (smoothed + 4 * deviation);
        return Duration.ofNanos(Math.min(timeout.toNanos(), Math.max(earliest, unusual)));
    }
}
