package io.github.replicationrouting.internal.monitor.node;

import java.time.Duration;

/** The ramp of the reads of one node that has come into use. */
public final class SlowStart {

    private final Duration length;
    private long enteredAt;
    private boolean ramps;

    SlowStart(Duration length) {
        this.length = length;
    }

    /**
     * Notes that the node has come into use.
     *
     * @param ramps whether it gets less at first; not where all nodes come into use together
     */
    public void enter(long now, boolean ramps) {
        enteredAt = now;
        this.ramps = ramps && !length.isZero();
    }

    /** The part of its reads that the node gets: from 0 to 1 in a straight line. */
    double share(long now) {
        return ramps ? Math.min(1, (now - enteredAt) / (double) length.toNanos()) : 1;
    }
}
