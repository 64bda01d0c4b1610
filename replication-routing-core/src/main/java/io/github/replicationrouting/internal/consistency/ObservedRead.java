package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import org.jspecify.annotations.Nullable;

/**
 * The last read of a session on one node.
 *
 * @param node where; null where several nodes are not told apart
 * @param at when it had ended
 * @param position what it saw at most, null when not known
 * @param since since when the session reads there without a pause and without its position being known
 */
record ObservedRead(
        @Nullable String node, long at, @Nullable Position position, long since) {

    /** As a pause: the read goes on from no other one. */
    static final long BEGINS_ANEW = -1;

    /** A read whose position is known, or one after a pause. */
    ObservedRead(@Nullable String node, long at, @Nullable Position position) {
        this(node, at, position, at);
    }

    boolean isOn(@Nullable String other) {
        return node == null ? other == null : node.equals(other);
    }

    /**
     * What covers this read and another one on the same node: the later of both, because a server's data only grows.
     *
     * @param pause a longer one lets a session choose anew by itself
     */
    ObservedRead and(ObservedRead other, long pause) {
        long difference = other.at - at;
        if (difference < 0) {
            // Of overlapping reads the one that ended first may be noted last; it still tells of an attempt to move.
            return other.position == null ? this : new ObservedRead(node, at, position, later(since, other.since));
        }
        boolean goesOn = other.position == null && position == null && difference <= pause;
        return goesOn ? new ObservedRead(node, other.at, null, since) : other;
    }

    /** What covers this read and another one wherever they were. */
    ObservedRead anywhere(ObservedRead other) {
        return new ObservedRead(null, later(at, other.at), null);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
