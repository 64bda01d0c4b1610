package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of one node. Everything that can happen to a node is one of a few signals, and where each of them leads is
 * the table of {@link Signal}. Not thread-safe.
 *
 * <p>To leave is quick, to come back takes patience, so that a node at a limit does not flap. Who was evicted comes back
 * after {@value #READMISSION_PROBES} good probes in a row, and not within one window of its eviction. Who is evicted
 * again within {@value #MAX_WINDOWS} windows of coming back must first be good for two windows without a break, and the
 * time after that for {@value #MAX_WINDOWS} (growing as Envoy's outlier ejection does). So an oscillating node changes
 * its state once in a window at most, but for an eviction, which never waits; and soon not at all until it has calmed
 * down.
 */
public final class NodeStateMachine {

    /** Good probes in a row before a node that was out is used again. */
    public static final int READMISSION_PROBES = 2;

    public static final int MAX_WINDOWS = 4;

    private enum Phase {
        /** Nothing is held against it. */
        NEW(NodeState.UNKNOWN, Trust.TRUSTED),
        ONLINE(NodeState.ONLINE, Trust.TRUSTED),
        /** Has been out, and has not yet earned its return. */
        UNPROVEN(NodeState.UNKNOWN, Trust.EVICTED),
        LAGGING(NodeState.LAGGING, Trust.EVICTED),
        DOWN(NodeState.DOWN, Trust.EVICTED),
        FENCED(NodeState.FENCED, Trust.EVICTED),
        DRAINING(NodeState.DRAINING, Trust.DRAINED),
        DRAINED(NodeState.DRAINED, Trust.DRAINED);

        private final NodeState state;
        private final Trust trust;

        Phase(NodeState state, Trust trust) {
            this.state = state;
            this.trust = trust;
        }
    }

    private enum Trust {
        /** Serves as soon as it can. */
        TRUSTED,
        /** Out of use, and has to earn its return. */
        EVICTED,
        /** Out of use because somebody wants it so. */
        DRAINED
    }

    /** What happens to a node, and where it leads from each trust; null for nowhere. */
    public enum Signal {
        /** It is the primary. */
        PRIMARY(Phase.ONLINE, Phase.ONLINE, Phase.ONLINE),
        /** It does not answer, or serves nobody. */
        LOST(Phase.DOWN, Phase.DOWN, null),
        /** It is writable, and is not the primary. */
        RIVAL(Phase.FENCED, Phase.FENCED, null),
        /** Its role or its lag cannot be told. */
        UNDECIDED(Phase.NEW, Phase.UNPROVEN, null),
        /** A replica above the limit for eviction. */
        STALE(Phase.LAGGING, Phase.LAGGING, null),
        /** A replica between the two limits. */
        WITHIN(Phase.ONLINE, Phase.LAGGING, null),
        /** A replica below the limit for readmission, or one whose lag is not judged: stays out for now. */
        FRESH(Phase.ONLINE, null, null),
        /** Fresh for long enough. */
        PROVEN(Phase.ONLINE, Phase.ONLINE, null),
        /** Somebody wants it to take no new work. */
        DRAIN(Phase.DRAINING, Phase.DRAINING, null),
        /** Nothing runs on it any more. */
        IDLE(null, null, Phase.DRAINED),
        /** Somebody wants it back: the next look shows whether it can serve. */
        UNDRAIN(null, null, Phase.NEW);

        private final @Nullable Phase fromTrusted;
        private final @Nullable Phase fromEvicted;
        private final @Nullable Phase fromDrained;

        Signal(@Nullable Phase fromTrusted, @Nullable Phase fromEvicted, @Nullable Phase fromDrained) {
            this.fromTrusted = fromTrusted;
            this.fromEvicted = fromEvicted;
            this.fromDrained = fromDrained;
        }

        @Nullable
        Phase from(Trust trust) {
            return switch (trust) {
                case TRUSTED -> fromTrusted;
                case EVICTED -> fromEvicted;
                case DRAINED -> fromDrained;
            };
        }
    }

    private final Duration window;

    private Phase phase;
    private int freshProbes;
    private long freshSince;

    /** How many windows the last eviction costs, 0 before the first. */
    private int windows;

    private long evictedAt;
    private long readmittedAt;

    /**
     * @param window how long to wait before a node that was evicted comes back
     * @param unproven whether the node has to earn its use, as if it had been out
     */
    public NodeStateMachine(Duration window, boolean unproven) {
        this.window = window;
        this.phase = unproven ? Phase.UNPROVEN : Phase.NEW;
    }

    public NodeState state() {
        return phase.state;
    }

    /** Whether it was taken out of use by hand. */
    public boolean isDrained() {
        return phase.trust == Trust.DRAINED;
    }

    /** Why a node that is fresh is still out, in words. */
    public String recovery(long now) {
        if (freshProbes < READMISSION_PROBES) {
            return "recovering: " + freshProbes + " of " + READMISSION_PROBES + " good probes";
        }
        return windows <= 1
                ? "recovering: evicted " + DurationFormat.of(Duration.ofNanos(now - evictedAt)) + " ago, back after "
                        + DurationFormat.of(window)
                : "recovering: evicted again and again, good for "
                        + DurationFormat.of(Duration.ofNanos(now - freshSince)) + " of "
                        + DurationFormat.of(Duration.ofNanos(sentence()));
    }

    /**
     * Takes in what a look at the node showed.
     *
     * @param newProbe whether the node itself was just looked at, as opposed to what is around it having changed
     * @param now monotonic time in nanoseconds
     * @param needed whether too few nodes serve, so that a first eviction is forgiven sooner
     */
    public void on(Signal signal, boolean newProbe, long now, boolean needed) {
        if (signal != Signal.FRESH) {
            freshProbes = 0;
        } else if (newProbe && freshProbes++ == 0) {
            freshSince = now;
        }
        move(signal == Signal.FRESH && isProven(now, needed) ? Signal.PROVEN : signal, now);
    }

    /** Takes in what somebody wants, or that nothing runs on the node any more. */
    public void on(Signal signal, long now) {
        move(signal, now);
    }

    private boolean isProven(long now, boolean needed) {
        if (freshProbes < READMISSION_PROBES) {
            return false;
        }
        return windows <= 1
                ? windows == 0 || needed || now - evictedAt >= window.toNanos()
                : now - freshSince >= sentence();
    }

    private void move(Signal signal, long now) {
        Phase next = signal.from(phase.trust);
        if (next == null || next == phase) {
            return;
        }
        if (phase == Phase.ONLINE && (next == Phase.LAGGING || next == Phase.DOWN)) {
            boolean again = windows > 0 && now - readmittedAt < MAX_WINDOWS * window.toNanos();
            windows = again ? Math.min(MAX_WINDOWS, 2 * windows) : 1;
            evictedAt = now;
        } else if (next == Phase.ONLINE) {
            readmittedAt = now;
        }
        phase = next;
    }

    private long sentence() {
        return windows * window.toNanos();
    }
}
