package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.probe.RoundTripTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** The probes of one node that are under way, and when the next may start. Changed by the scheduler of probes alone. */
public final class ProbeActivity {

    private static final Duration LONG_AGO = Duration.ofDays(1);

    private final RoundTripTime roundTripTime = new RoundTripTime();

    /** Whether a request for a probe is on its way to the monitor's thread. */
    private final AtomicBoolean requested = new AtomicBoolean();

    private int inFlight;
    private int unsettled;
    private long notBefore;
    private long requestServedAt;

    ProbeActivity(long now) {
        this.notBefore = now;
        this.requestServedAt = now - LONG_AGO.toNanos();
    }

    public RoundTripTime roundTripTime() {
        return roundTripTime;
    }

    /** Requests a probe, from any thread; returns false where a request is on its way already. */
    public boolean request() {
        return requested.compareAndSet(false, true);
    }

    /** Notes that the requested probe starts now. */
    public void serveRequest(long now) {
        requested.set(false);
        requestServedAt = now;
    }

    /** When a requested probe last started. */
    public long requestServedAt() {
        return requestServedAt;
    }

    /** Whether a probe may start now. */
    public boolean mayStart(long now) {
        return now - notBefore >= 0;
    }

    public void pauseUntil(long moment) {
        notBefore = moment;
    }

    public void started() {
        inFlight++;
        unsettled++;
    }

    /** Notes that a probe is over for the prober; its connection is free again. */
    public void returned() {
        inFlight--;
    }

    /** Notes that the outcome of a probe is known: it has answered, failed, or run out of time. */
    public void settled() {
        unsettled--;
    }

    /** Probes that occupy a connection, including those that have run out of time. */
    public int inFlight() {
        return inFlight;
    }

    /** Whether the outcome of a probe is still to come. */
    public boolean isAwaited() {
        return unsettled > 0;
    }
}
