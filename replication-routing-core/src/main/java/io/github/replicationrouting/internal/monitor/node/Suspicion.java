package io.github.replicationrouting.internal.monitor.node;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Why one node may be unfit although nothing is proven, until its next good answer. */
public final class Suspicion {

    /** Whether a report of the application is on its way to the monitor's thread. */
    private final AtomicBoolean reported = new AtomicBoolean();

    private @Nullable String reason;
    private long since;

    /** Notes a report of the application, from any thread; returns false where one is on its way already. */
    public boolean report() {
        return reported.compareAndSet(false, true);
    }

    /** Notes that the report has reached the monitor's thread. */
    public void reportTaken() {
        reported.set(false);
    }

    public void raise(String why, long now) {
        reason = why;
        since = now;
    }

    /** Ends the suspicion by a good answer, unless that was asked for before. */
    public void endBy(long answeredAt) {
        if (answeredAt - since >= 0) {
            reason = null;
        }
    }

    /** Why the node is suspected, as text; null while it is not. */
    public @Nullable String reason() {
        return reason;
    }
}
