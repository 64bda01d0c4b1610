package io.github.replicationrouting.topology;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A moving average of times that rises immediately and falls slowly. A sample above the average replaces it (the peak);
 * one below it counts by the time since the last one, {@code average = average * w + sample * (1 - w)} with {@code w =
 * exp(-elapsed / decay)}. Without samples it decays towards zero.
 *
 * <p>Source: Finagle's {@code PeakEwma} (Twitter, com.twitter.finagle.loadbalancer), with its decay of 10 seconds.
 * Unlike there, one sample raises the average at most tenfold (or to 10 ms): statements differ more than calls of one
 * service, and one sample of a minute must not cost a node a minute of traffic, while a node that has become slow is
 * known after two or three statements. Thread-safe and lock-free.
 */
final class PeakEwma {

    private static final double DECAY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final double MAX_RISE = 10;
    private static final double FLOOR_NANOS = Duration.ofMillis(1).toNanos();

    private final LongSupplier clock;
    private final AtomicReference<@Nullable Average> average = new AtomicReference<>();

    private record Average(double nanos, long at) {}

    /** @param clock monotonic time in nanoseconds */
    PeakEwma(LongSupplier clock) {
        this.clock = clock;
    }

    /** Adds a sample. */
    void add(long nanos) {
        long now = clock.getAsLong();
        Average before;
        Average after;
        do {
            before = average.get();
            after = before == null ? new Average(bounded(nanos, 0), now) : next(before, nanos, now);
        } while (!average.compareAndSet(before, after));
    }

    /** Returns the average now, in nanoseconds; 0 before the first sample. */
    double nanos() {
        Average known = average.get();
        return known == null ? 0 : known.nanos * weight(known, clock.getAsLong());
    }

    private static Average next(Average before, long sample, long now) {
        if (sample >= before.nanos) {
            return new Average(bounded(sample, before.nanos), now);
        }
        double weight = weight(before, now);
        return new Average(before.nanos * weight + sample * (1 - weight), now);
    }

    private static double bounded(long sample, double before) {
        return Math.min((double) sample, MAX_RISE * Math.max(before, FLOOR_NANOS));
    }

    /** Threads may overtake each other: then no time has passed. */
    private static double weight(Average before, long now) {
        return Math.exp(-Math.max(0, now - before.at) / DECAY_NANOS);
    }
}
