package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import org.jspecify.annotations.Nullable;

/** Whether one node answers probes. Changed by the outcome of each probe alone. */
public final class Liveness {

    private boolean probed;
    private boolean alive;
    private int failures;
    private @Nullable ProbeFailure failure;

    /** Why the server refused the newest probe, so that what was seen before stands; null while it accepts probes. */
    private @Nullable ProbeFailure refusal;

    private long lostAt;

    void answered() {
        probed = true;
        alive = true;
        failures = 0;
        failure = null;
        refusal = null;
    }

    /** Notes that the server answers, and lets no probe see more. */
    public void refused(ProbeFailure why) {
        probed = true;
        failures = 0;
        failure = null;
        refusal = why;
    }

    public void failed(ProbeFailure why) {
        probed = true;
        failures++;
        failure = why;
        refusal = null;
    }

    /** Notes that the node is down: it has failed often enough. */
    public void lost(long now) {
        if (alive) {
            lostAt = now;
        }
        alive = false;
    }

    /** Whether the outcome of a probe is known. */
    public boolean isProbed() {
        return probed;
    }

    public boolean isAlive() {
        return alive;
    }

    /** Probes in a row that have failed. */
    public int failures() {
        return failures;
    }

    /** Why the newest probe failed; null where it did not. */
    public @Nullable ProbeFailure failure() {
        return failure;
    }

    /** Why the server refused the newest probe; null where it did not. */
    public @Nullable ProbeFailure refusal() {
        return refusal;
    }

    /** When the node was last found to be down. */
    long lostAt() {
        return lostAt;
    }
}
