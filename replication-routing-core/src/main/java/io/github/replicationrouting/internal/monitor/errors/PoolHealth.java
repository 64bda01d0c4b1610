package io.github.replicationrouting.internal.monitor.errors;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.topology.ConnectionAttemptListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Whether the pool of one node can open connections. It shows what probes do not, because they have connections, and
 * perhaps an account, of their own: a pool's account that the server refuses, or a network path that only carries what
 * is connected already. A pool is failing when at least half of its newest {@value #WINDOW} attempts have failed, from
 * the {@value #MIN_ATTEMPTS}th on: also one that fails only now and then makes transactions wait. New reads leave the
 * node. After a while the node gets a few reads as a trial, which ends with the next attempt, or after as long again
 * when the pool needs no new connection.
 *
 * <p>Overload, such as too many connections, is no failure, and does not count as an attempt. No attempt is prevented:
 * a pool always tries to fill itself. Attempts are taken in on any thread; the state changes on the monitor's thread.
 */
public final class PoolHealth implements ConnectionAttemptListener {

    public enum State {
        /** The pool opens connections, or needs none. */
        HEALTHY,
        /** The pool fails to open connections. */
        FAILING,
        /** The pool failed to open connections a while ago, and is tried. */
        ON_TRIAL
    }

    static final int WINDOW = 10;
    static final int MIN_ATTEMPTS = 5;

    private final Duration wait;
    private volatile Runnable listener = () -> {};

    /** The newest attempts in this state, true for a failure. Guarded by this. */
    private final Deque<Boolean> failures = new ArrayDeque<>(WINDOW);

    /** Changed under the lock only. */
    private volatile State state = State.HEALTHY;

    private long since;

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
        boolean counts = failure == null || ErrorAttribution.accuses(failure, Dialects.standard()::classify);
        if (counts && add(failure != null)) {
            listener.run();
        }
    }

    /** Adds an attempt, and returns whether the state may have to change. */
    private synchronized boolean add(boolean failed) {
        if (state == State.FAILING) {
            return false;
        }
        if (failures.size() == WINDOW) {
            failures.removeFirst();
        }
        failures.addLast(failed);
        return state == State.ON_TRIAL || isFailing();
    }

    private boolean isFailing() {
        long failed = failures.stream().filter(each -> each).count();
        return failures.size() >= MIN_ATTEMPTS && 2 * failed >= failures.size();
    }

    /**
     * Updates the state. On the monitor's thread.
     *
     * @param now monotonic time in nanoseconds
     * @param answers whether the node answers probes; while it does not, a trial would prove nothing
     */
    public synchronized void update(long now, boolean answers) {
        boolean waited = now - since >= wait.toNanos();
        switch (state) {
            case HEALTHY -> {
                if (isFailing()) {
                    enter(State.FAILING, now);
                }
            }
            case FAILING -> {
                if (waited && answers) {
                    enter(State.ON_TRIAL, now);
                }
            }
            case ON_TRIAL -> {
                if (!failures.isEmpty()) {
                    enter(failures.getFirst() ? State.FAILING : State.HEALTHY, now);
                } else if (waited) {
                    enter(State.HEALTHY, now);
                }
            }
        }
    }

    private void enter(State next, long now) {
        state = next;
        since = now;
        failures.clear();
    }

    public State state() {
        return state;
    }
}
