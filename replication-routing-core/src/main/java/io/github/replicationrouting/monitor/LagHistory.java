package io.github.replicationrouting.monitor;

import io.github.replicationrouting.position.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the primary was, and when. A replica that contains a position of the primary is at most as stale as the newest
 * time at which the primary was still seen there: measured with one clock, without writing anything, and the same for an
 * idle primary, a dead receiver and a stalled applier.
 *
 * <p>Bounded: when full, every second one of the older half goes. What is left still gives a bound, only a coarser one,
 * and the newer half stays as fine as it was sampled.
 */
final class LagHistory {

    private static final int CAPACITY = 128;

    private final List<Sample> samples = new ArrayList<>(CAPACITY);

    private record Sample(Position position, long firstSeen, long lastSeen) {}

    /**
     * Adds a position of the primary.
     *
     * @param position what the primary had executed, null where it cannot tell
     * @param at when it was asked
     */
    void add(@Nullable Position position, long at) {
        Sample latest = latest();
        if (position == null || position.isEmpty()) {
            // Everyone contains an empty set: after a reset nobody's lag is known.
            samples.clear();
        } else if (latest == null) {
            samples.add(new Sample(position, at, at));
        } else if (at - latest.lastSeen <= 0) {
            return;
        } else if (position.equals(latest.position)) {
            samples.set(samples.size() - 1, new Sample(latest.position, latest.firstSeen, at));
        } else if (position.contains(latest.position)) {
            makeRoom();
            samples.add(new Sample(position, at, at));
        } else {
            // Reset, restored, or another primary that lacks some: what was executed before proves nothing now.
            samples.clear();
            samples.add(new Sample(position, at, at));
        }
    }

    private void makeRoom() {
        if (samples.size() == CAPACITY) {
            for (int i = CAPACITY / 2 - 1; i > 0; i -= 2) {
                samples.remove(i);
            }
        }
    }

    boolean isEmpty() {
        return samples.isEmpty();
    }

    /** Whether a position can be held against these; not in an empty history. */
    boolean isComparableTo(Position position) {
        return !samples.isEmpty() && position.isComparableTo(samples.get(0).position);
    }

    /** When the oldest position was first seen. Not for an empty history. */
    long start() {
        return samples.get(0).firstSeen;
    }

    /** When the primary was last seen. Not for an empty history. */
    long end() {
        return samples.get(samples.size() - 1).lastSeen;
    }

    /** Whether a replica has come as far as any known position. */
    boolean reachedBy(@Nullable Position executed) {
        return executed != null && !samples.isEmpty() && executed.contains(samples.get(0).position);
    }

    /**
     * The lag of a replica.
     *
     * @param executed what it has executed; it reaches this history
     * @param now the time up to which to count
     * @return nanoseconds, zero when it contains the latest position
     */
    long lag(Position executed, long now) {
        int newest = newestContained(executed);
        return newest == samples.size() - 1 ? 0 : Math.max(0, now - samples.get(newest).lastSeen);
    }

    /**
     * When the primary was last seen at a position that a replica contains.
     *
     * @param executed what the replica has executed; it reaches this history
     */
    long asOf(Position executed) {
        return samples.get(newestContained(executed)).lastSeen;
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
