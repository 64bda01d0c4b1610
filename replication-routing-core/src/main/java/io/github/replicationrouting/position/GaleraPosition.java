package io.github.replicationrouting.position;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a Galera cluster has committed: the number of the last write set, which all members count alike.
 * Positions of one cluster can be compared; after a bootstrap from another state the cluster has another id. Immutable.
 */
public final class GaleraPosition implements Position {

    private static final Pattern TEXT =
            Pattern.compile("([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}):(\\d{1,19})");

    private final String clusterId;
    private final long number;

    private GaleraPosition(String clusterId, long number) {
        this.clusterId = clusterId;
        this.number = number;
    }

    /**
     * @param clusterId UUID of the cluster's state ({@code wsrep_cluster_state_uuid})
     * @param number number of the last write set that is committed ({@code wsrep_last_committed}); zero for none
     * @throws IllegalArgumentException when the number is negative
     */
    public static GaleraPosition of(String clusterId, long number) {
        if (number < 0) {
            throw new IllegalArgumentException("malformed Galera position: negative number " + number);
        }
        return new GaleraPosition(clusterId, number);
    }

    /** Returns whether a text has the form of a Galera position. */
    public static boolean isPosition(String text) {
        return TEXT.matcher(text).matches();
    }

    /**
     * Parses what {@link #toString()} returns.
     *
     * @throws IllegalArgumentException when the text is no Galera position
     */
    public static GaleraPosition parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("malformed Galera position: expected a UUID, a colon and a number in \""
                    + (text.length() <= 120 ? text : text.substring(0, 120) + "...") + "\"");
        }
        try {
            return of(parts.group(1), Long.parseLong(parts.group(2)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "malformed Galera position: the number is too large in \"" + text + "\"", e);
        }
    }

    @Override
    public String kind() {
        return "galera";
    }

    @Override
    public boolean isComparableTo(Position other) {
        return other instanceof GaleraPosition position && clusterId.equalsIgnoreCase(position.clusterId);
    }

    @Override
    public boolean contains(Position other) {
        return isComparableTo(other) && number >= ((GaleraPosition) other).number;
    }

    @Override
    public boolean isEmpty() {
        return number == 0;
    }

    @Override
    public GaleraPosition union(Position other) {
        if (!isComparableTo(other)) {
            throw new IllegalArgumentException("not comparable: " + this + " and " + other);
        }
        GaleraPosition position = (GaleraPosition) other;
        return number >= position.number ? this : position;
    }

    /** Returns all of this where the other has not come as far: all members share one sequence. */
    @Override
    public GaleraPosition subtract(Position other) {
        return other.contains(this) ? new GaleraPosition(clusterId, 0) : this;
    }

    @Override
    public OptionalLong countMissingIn(Position other) {
        return isComparableTo(other)
                ? OptionalLong.of(Math.max(0, number - ((GaleraPosition) other).number))
                : OptionalLong.empty();
    }

    /** Returns false: a member has nothing that its cluster has not certified. */
    @Override
    public boolean isAheadOf(Position source, String sourceId) {
        return false;
    }

    /** Returns nothing: a write set does not show on which member it was executed first. */
    @Override
    public GaleraPosition writtenBy(String serverId) {
        return new GaleraPosition(clusterId, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaleraPosition position
                && clusterId.equalsIgnoreCase(position.clusterId)
                && number == position.number;
    }

    @Override
    public int hashCode() {
        return 31 * clusterId.toLowerCase(Locale.ROOT).hashCode() + Long.hashCode(number);
    }

    /** For example {@code 7f4e4a3e-...:1042}. */
    @Override
    public String toString() {
        return clusterId + ':' + number;
    }
}
