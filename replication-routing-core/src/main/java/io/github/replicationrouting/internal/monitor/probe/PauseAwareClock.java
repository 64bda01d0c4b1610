package io.github.replicationrouting.internal.monitor.probe;

import java.time.Duration;

/**
 * The time during which this process could run. It stands still in a garbage collection, in a container without its
 * share of the processor, in a stopped process or a suspended laptop: whatever is measured with it blames no server for
 * one's own pauses. It is told by a beat, and a beat that comes late shows a pause. Only for the monitor's thread.
 */
public final class PauseAwareClock {

    public static final Duration BEAT = Duration.ofMillis(50);

    /** What a thread that is merely busy may be late. */
    private static final Duration TOLERANCE = Duration.ofMillis(50);

    private static final long MAX_BETWEEN_BEATS = BEAT.plus(TOLERANCE).toNanos();

    private long beatAt;
    private long atBeat;

    public PauseAwareClock(long now) {
        this.beatAt = now;
    }

    /** To be called every {@link #BEAT} while something is measured. */
    public void beat(long now) {
        atBeat = at(now);
        beatAt = now;
    }

    /** Own time in nanoseconds; only differences mean something. */
    public long at(long now) {
        return atBeat + Math.min(now - beatAt, MAX_BETWEEN_BEATS);
    }
}
