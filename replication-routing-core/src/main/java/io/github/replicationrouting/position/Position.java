package io.github.replicationrouting.position;

/** What a server has executed. Immutable. Positions of different kinds are not comparable: none contains the other. */
public interface Position {

    /** Whether everything in {@code other} has been executed here; false for a position of another kind. */
    boolean contains(Position other);

    /** Whether nothing has been executed, as after a reset. */
    boolean isEmpty();
}
