package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of one node. Everything that can happen to a node is one of a few signals, and where each of them leads is
 * the table of {@link Signal}. Not thread-safe.
 *
 * <p>Eviction is immediate and readmission is slow, so that a node at a limit does not flap. An evicted node is
 * readmitted after {@value #READMISSION_PROBES} good probes in a row, and not within one window of its eviction. A node
 * that is evicted again within {@value #MAX_WINDOWS} windows of its readmission must first be good for two windows
 * without a break, and the time after that for {@value #MAX_WINDOWS} (growing as Envoy's outlier ejection does). So an
 * oscillating node changes its state once per window at most, apart from evictions, which never wait; and soon not at
 * all until it has become stable.
 */
public final class NodeStateMachine {

    /** Good probes in a row before a node that was evicted is readmitted. */
    public static final int READMISSION_PROBES = 2;

    public static final int MAX_WINDOWS = 4;

    private enum Phase {
        /** Nothing speaks against it. */
        NEW(NodeState.UNKNOWN, Trust.TRUSTED),
        ONLINE(NodeState.ONLINE, Trust.TRUSTED),
        /** Was evicted, and has not proven itself yet. */
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
        /** Out of use, and has to prove itself before it is readmitted. */
        EVICTED,
        /** Out of use by request of an operator. */
        DRAINED
    }

    /** What happens to a node, and the phase to which it leads by how far the node is trusted; null for no change. */
    public enum Signal {
        /** It is the primary. */
        PRIMARY(Phase.ONLINE, Phase.ONLINE, Phase.ONLINE),
        /** It does not answer, or refuses to serve. */
        LOST(Phase.DOWN, Phase.DOWN, null),
        /** It is writable, and is not the primary. */
        RIVAL(Phase.FENCED, Phase.FENCED, null),
        /** Its role or its lag is not known. */
        UNDECIDED(Phase.NEW, Phase.UNPROVEN, null),
        /** A replica above the limit for eviction. */
        STALE(Phase.LAGGING, Phase.LAGGING, null),
        /** A replica between the two limits. */
        WITHIN(Phase.ONLINE, Phase.LAGGING, null),
        /** A replica below the limit for readmission, or one whose lag is not evaluated: not readmitted yet. */
        FRESH(Phase.ONLINE, null, null),
        /** Fresh for long enough. */
        PROVEN(Phase.ONLINE, Phase.ONLINE, null),
        /** An operator drains it. */
        DRAIN(Phase.DRAINING, Phase.DRAINING, null),
        /** Nothing is in flight on it any more. */
        IDLE(null, null, Phase.DRAINED),
        /** An operator wants it back: the next probe shows whether it can serve. */
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

    /** How many windows the node has to be good after its last eviction; 0 before the first. */
    private int windows;

    private long evictedAt;
    private long readmittedAt;

    /**
     * @param window how long to wait before a node that was evicted is readmitted
     * @param unproven whether the node has to prove itself, as if it had been evicted
     */
    public NodeStateMachine(Duration window, boolean unproven) {
        this.window = window;
        this.phase = unproven ? Phase.UNPROVEN : Phase.NEW;
    }

    public NodeState state() {
        return phase.state;
    }

    /** Whether it is draining or drained. */
    public boolean isDrained() {
        return phase.trust == Trust.DRAINED;
    }

    /** Returns why a node that is fresh is not readmitted yet, as text. */
    String recovery(long now) {
        if (freshProbes < READMISSION_PROBES) {
            return "recovering: " + freshProbes + " of " + READMISSION_PROBES + " good probes";
        }
        return windows <= 1
                ? "recovering: evicted " + DurationFormat.of(Duration.ofNanos(now - evictedAt))
                        + " ago, readmitted after " + DurationFormat.of(window)
                : "recovering: evicted repeatedly, good for "
                        + DurationFormat.of(Duration.ofNanos(now - freshSince)) + " of "
                        + DurationFormat.of(Duration.ofNanos(probation()));
    }

    /**
     * Takes in what the evaluation of the node has shown.
     *
     * @param newProbe whether the node itself was just probed, as opposed to what is around it having changed
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

    /** Takes in what an operator requests, or that nothing is in flight on the node any more. */
    public void on(Signal signal, long now) {
        move(signal, now);
    }

    private boolean isProven(long now, boolean needed) {
        if (freshProbes < READMISSION_PROBES) {
            return false;
        }
        return windows <= 1
                ? windows == 0 || needed || now - evictedAt >= window.toNanos()
                : now - freshSince >= probation();
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

    private long probation() {
        return windows * window.toNanos();
    }
}
