package io.github.replicationrouting.internal.monitor.lag;

import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The positions of the primary over time. A replica that contains a position of the primary is at most as stale as the
 * newest time at which the primary was still seen there: measured with one clock, without writing anything, and the
 * same for an idle primary, a dead receiver and a stalled applier.
 *
 * <p>Bounded: samples are removed where the gap that this leaves is small beside its age, so that a lag is shown too
 * high by a hundredth at most, and beyond what has to be exact by a tenth. The remaining samples always give an upper
 * bound. Of large positions fewer samples are kept.
 */
public final class LagHistory {

    private static final double TOLERANCE = 0.01;
    private static final double TOLERANCE_BEYOND = 0.1;

    /** Samples between two thinnings, each of which goes through all samples. */
    private static final int BETWEEN_THINNINGS = 64;

    private static final int MIN_SAMPLES = 2 * BETWEEN_THINNINGS;

    /** An hour of samples, one each half second, needs about half of it. */
    private static final int MAX_SAMPLES = 1536;

    /** Numbers in all positions together, some ten megabytes. */
    private static final int MAX_NUMBERS = 1_000_000;

    /** Older than any limit: the first sample of a busy primary does not show since when it is settled. */
    private static final long UNKNOWN_AGE = Duration.ofDays(1).toNanos();

    private final long exactFor;
    private List<Sample> samples = new ArrayList<>();
    private int thinnedAt = BETWEEN_THINNINGS;

    /**
     * What the primary had sent, but not executed, at its newest sample; null for nothing, or where that is not known.
     */
    private @Nullable Position sent;

    /** What it had sent at an earlier one, and has not executed since. */
    private @Nullable Position pending;

    private long pendingAt;

    /** When it had sent no more than it has executed by its newest sample. */
    private long settledAt;

    /** @param settledAt what any server showed before is part of the position */
    private record Sample(Position position, long firstSeen, long lastSeen, long settledAt) {}

    /** @param exactFor up to which age a lag has to be exact */
    public LagHistory(Duration exactFor) {
        this.exactFor = exactFor.toNanos();
    }

    /**
     * Adds a position of the primary.
     *
     * @param position what the primary had executed, null where it is not known
     * @param sent what its replicas may show by then, because it sends before it executes; null where that is not known
     * @param at when it was asked
     */
    public void add(@Nullable Position position, @Nullable Position sent, long at) {
        Sample latest = latest();
        if (position == null || position.isEmpty()) {
            // Every server contains an empty set: after a reset no lag is known.
            samples.clear();
        } else if (latest == null) {
            begin(position, sent, at);
        } else if (at - latest.lastSeen <= 0) {
            return;
        } else if (position.equals(latest.position)) {
            settle(position, sent, at);
            samples.set(samples.size() - 1, new Sample(latest.position, latest.firstSeen, at, settledAt));
        } else if (position.contains(latest.position)) {
            settle(position, sent, at);
            samples.add(new Sample(position, at, at, settledAt));
            if (samples.size() >= thinnedAt) {
                thin(at);
            }
        } else {
            // Reset, restored, or another primary that lacks some: what was executed before proves nothing now.
            samples.clear();
            begin(position, sent, at);
        }
    }

    private void begin(Position position, @Nullable Position sent, long at) {
        pending = null;
        settledAt = at - UNKNOWN_AGE;
        settle(position, sent, at);
        samples.add(new Sample(position, at, at, settledAt));
    }

    private void settle(Position position, @Nullable Position newlySent, long at) {
        if (newlySent != null && position.contains(newlySent)) {
            sent = null;
            pending = null;
            settledAt = at;
            return;
        }
        sent = newlySent;
        if (pending != null && position.contains(pending)) {
            settledAt = pendingAt;
            pending = null;
        }
        if (pending == null) {
            pending = newlySent;
            pendingAt = at;
        }
    }

    private void thin(long now) {
        int capacity = capacity();
        double factor = 1;
        do {
            samples = thinned(now, factor);
            factor *= 2;
        } while (samples.size() > capacity - BETWEEN_THINNINGS);
        thinnedAt = samples.size() + BETWEEN_THINNINGS;
    }

    private int capacity() {
        int size = Math.max(1, samples.get(samples.size() - 1).position.size());
        return Math.max(MIN_SAMPLES, Math.min(MAX_SAMPLES, MAX_NUMBERS / size));
    }

    /** The oldest and the newest stay. */
    private List<Sample> thinned(long now, double factor) {
        List<Sample> kept = new ArrayList<>(samples.size());
        Sample last = samples.get(0);
        kept.add(last);
        for (int i = 1; i < samples.size() - 1; i++) {
            Sample next = samples.get(i + 1);
            double age = now - next.firstSeen;
            double tolerated = factor * age * (age > exactFor ? TOLERANCE_BEYOND : TOLERANCE);
            if (next.firstSeen - last.lastSeen > tolerated) {
                last = samples.get(i);
                kept.add(last);
            }
        }
        kept.add(samples.get(samples.size() - 1));
        return kept;
    }

    /** Returns whether a position contains the newest sample's; true where there is none. */
    public boolean isContinuedBy(@Nullable Position position) {
        Sample latest = latest();
        return latest == null || (position != null && position.contains(latest.position));
    }

    public boolean isEmpty() {
        return samples.isEmpty();
    }

    /** Whether a position can be compared with these; never in an empty history. */
    public boolean isComparableTo(Position position) {
        return !samples.isEmpty() && position.isComparableTo(samples.get(0).position);
    }

    /** Returns when the oldest position was first seen. The history must not be empty. */
    public long start() {
        return samples.get(0).firstSeen;
    }

    /** Returns when the primary was last seen. The history must not be empty. */
    public long end() {
        return samples.get(samples.size() - 1).lastSeen;
    }

    /** Whether a replica has come as far as any known position. */
    public boolean reachedBy(@Nullable Position executed) {
        return executed != null && !samples.isEmpty() && executed.contains(samples.get(0).position);
    }

    /**
     * Returns the lag of a replica.
     *
     * @param executed what it has executed; it reaches this history
     * @param now the time up to which to count
     * @return nanoseconds, zero when it contains the latest position
     */
    public long lag(Position executed, long now) {
        int newest = newestContained(executed);
        return newest == samples.size() - 1 ? 0 : Math.max(0, now - samples.get(newest).lastSeen);
    }

    /**
     * Returns up to when a replica has all that any server had shown.
     *
     * @param executed what the replica has executed; it reaches this history
     */
    public long asOf(Position executed) {
        int newest = newestContained(executed);
        boolean hasAll = newest == samples.size() - 1 && sent != null && executed.contains(sent);
        return hasAll ? end() : samples.get(newest).settledAt;
    }

    private int newestContained(Position executed) {
        int newest = samples.size() - 1;
        if (executed.contains(samples.get(newest).position)) {
            return newest;
        }
        // Positions only grow, so that the contained ones come first.
        int low = 0;
        int high = newest;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (executed.contains(samples.get(middle).position)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private @Nullable Sample latest() {
        return samples.isEmpty() ? null : samples.get(samples.size() - 1);
    }
}
