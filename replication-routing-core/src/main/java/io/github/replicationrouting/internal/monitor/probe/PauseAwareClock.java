package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;

/**
 * A clock of the time during which this process could run. It stands still in a garbage collection, in a container
 * without its share of the processor, in a stopped process or a suspended laptop: a time limit on it blames no server
 * for a pause of this process. It relies on regular ticks, and a tick that comes late shows a pause. Only for the
 * monitor's thread.
 */
public final class PauseAwareClock {

    public static final Duration TICK = Duration.ofMillis(50);

    /** What a thread that is merely busy may be late. */
    private static final Duration TOLERANCE = Duration.ofMillis(50);

    private static final long MAX_BETWEEN_TICKS = TICK.plus(TOLERANCE).toNanos();

    private long tickedAt;
    private long atTick;

    public PauseAwareClock(long now) {
        this.tickedAt = now;
    }

    /** Takes in a tick, which is due every {@link #TICK} while something is measured. */
    public void tick(long now) {
        atTick = at(now);
        tickedAt = now;
    }

    /** Returns the time of this clock in nanoseconds; only differences mean something. */
    public long at(long now) {
        return atTick + Math.min(now - tickedAt, MAX_BETWEEN_TICKS);
    }
}
