package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import org.jspecify.annotations.Nullable;

/**
 * The last read of a session on one node. Immutable. Times are those of {@link System#nanoTime()}.
 *
 * @param node name of the node, null for several nodes that are not distinguished
 * @param at time at which the read had ended
 * @param position position that contains everything that the read saw, null if unknown
 * @param since time since which the session has read on the node without a pause and without a known position
 */
record ObservedRead(
        @Nullable String node, long at, @Nullable Position position, long since) {

    /** As the maximum pause: the read continues no earlier one. */
    static final long BEGINS_ANEW = -1;

    /** Creates a read that continues no earlier one. */
    ObservedRead(@Nullable String node, long at, @Nullable Position position) {
        this(node, at, position, at);
    }

    boolean isOn(@Nullable String other) {
        return node == null ? other == null : node.equals(other);
    }

    /**
     * Returns a read that covers this one and another one on the same node: the later of both, because the data of a
     * server only grows.
     *
     * @param maxPause time, in nanoseconds, after which the other read does not continue this one
     */
    ObservedRead and(ObservedRead other, long maxPause) {
        long difference = other.at - at;
        if (difference < 0) {
            // Of overlapping reads the one that ended first may be recorded last; it still shows an attempt to move.
            return other.position == null ? this : new ObservedRead(node, at, position, later(since, other.since));
        }
        boolean continues = other.position == null && position == null && difference <= maxPause;
        return continues ? new ObservedRead(node, other.at, null, since) : other;
    }

    /** Returns a read that covers this one and another one, on no particular node. */
    ObservedRead anywhere(ObservedRead other) {
        return new ObservedRead(null, later(at, other.at), null);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
