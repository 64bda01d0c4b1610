package io.github.replicationrouting.position;

import java.util.OptionalLong;

/**
 * What a server has executed, or a part of it. Immutable.
 *
 * <p>Positions of different kinds, and those of one kind that count by different servers, are not comparable: none
 * contains the other. An incomparable position is never taken for an empty one.
 */
public interface Position {

    /** Returns the kind of position as log lines show it, for example {@code gtid}. */
    String kind();

    /** Returns whether the two can be compared. */
    boolean isComparableTo(Position other);

    /** Returns whether everything in {@code other} has been executed here; false for one that is not comparable. */
    boolean contains(Position other);

    /** Returns how many numbers it takes to write it down, for those that keep many positions. */
    default int size() {
        return 1;
    }

    /** Returns whether nothing has been executed, as after a reset. */
    boolean isEmpty();

    /**
     * Returns the smallest position that contains both.
     *
     * @throws IllegalArgumentException when they are not comparable
     */
    Position union(Position other);

    /** Returns what is here and not in {@code other}: empty exactly when that contains this, and all of this if incomparable. */
    Position subtract(Position other);

    /**
     * Returns how many transactions are here and not in {@code other}: zero exactly when that contains this, empty where the kind
     * cannot count or the two are not comparable.
     */
    OptionalLong countMissingIn(Position other);

    /**
     * Returns whether there is something here that can only have come from a source, and that the source does not have: it was
     * reset, restored, or lost its newest transactions in a crash, and where the two seem to agree they may not.
     *
     * @param source the source's position, asked for after this one had been answered
     * @param sourceId the id by which the source signs its transactions
     */
    boolean isAheadOf(Position source, String sourceId);

    /**
     * Returns the part that one server wrote, so far as the kind can tell; of a single server's log all or nothing.
     *
     * @param serverId the id by which that server signs its transactions
     */
    Position writtenBy(String serverId);
}
