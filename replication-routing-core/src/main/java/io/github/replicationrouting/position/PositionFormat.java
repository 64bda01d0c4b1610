package io.github.replicationrouting.position;

/** The text of positions in messages. */
public final class PositionFormat {

    /** Positions with many intervals are of no use in a message. */
    private static final int MAX_LENGTH = 160;

    private PositionFormat() {}

    /** Returns a position as the server writes it, truncated where it is long. */
    public static String of(Position position) {
        String text = position.toString();
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "...";
    }
}
