package io.github.replicationrouting.internal.monitor.errors;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.topology.ConnectionAttemptListener;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the pool of one node can open connections. It shows what probes do not, because they have connections, and
 * perhaps an account, of their own: a pool's account that the server refuses, or a network path that only carries what
 * is connected already. After {@value #MAX_FAILURES} failures in a row the pool is failing, so that new reads leave the
 * node. After a while the node gets a few reads as a trial, which ends with the next attempt, or after as long again when
 * the pool needs no new connection.
 *
 * <p>Overload, such as too many connections, is no failure. It prevents no attempt: a pool always tries to fill itself.
 * Attempts are taken in on any thread; the state changes on the monitor's thread.
 */
public final class PoolHealth implements ConnectionAttemptListener {

    public enum State {
        /** The pool opens connections, or needs none. */
        HEALTHY,
        /** The pool cannot open connections. */
        FAILING,
        /** The pool could not open connections a while ago, and is tried. */
        ON_TRIAL
    }

    static final int MAX_FAILURES = 5;

    private final Duration wait;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile Runnable listener = () -> {};

    private volatile State state = State.HEALTHY;
    private long since;
    private int failuresBeforeTrial;

    /** @param wait how long a failing pool is left alone, and how long a trial takes at most */
    PoolHealth(Duration wait) {
        this.wait = wait;
    }

    /** Sets what is called, on the thread of the attempt, when the state may have to change. */
    public void onAttemptThatMatters(Runnable listener) {
        this.listener = listener;
    }

    @Override
    public void attempted(@Nullable Exception failure) {
        if (failure == null) {
            failures.set(0);
        } else if (!ErrorAttribution.accuses(failure, Dialects.standard()::classify)
                || failures.incrementAndGet() < MAX_FAILURES) {
            return;
        }
        if (state != (failure == null ? State.HEALTHY : State.FAILING)) {
            listener.run();
        }
    }

    /**
     * Moves the state on. On the monitor's thread.
     *
     * @param now monotonic time in nanoseconds
     * @param answers whether the node answers probes; while it does not, a trial would prove nothing
     */
    public void update(long now, boolean answers) {
        int count = failures.get();
        boolean waited = now - since >= wait.toNanos();
        switch (state) {
            case HEALTHY -> {
                if (count >= MAX_FAILURES) {
                    enter(State.FAILING, now);
                }
            }
            case FAILING -> {
                if (count < MAX_FAILURES) {
                    enter(State.HEALTHY, now);
                } else if (waited && answers) {
                    failuresBeforeTrial = count;
                    enter(State.ON_TRIAL, now);
                }
            }
            case ON_TRIAL -> {
                if (count > failuresBeforeTrial) {
                    enter(State.FAILING, now);
                } else if (count < failuresBeforeTrial || waited) {
                    failures.set(0);
                    enter(State.HEALTHY, now);
                }
            }
        }
    }

    private void enter(State next, long now) {
        state = next;
        since = now;
    }

    public State state() {
        return state;
    }
}
