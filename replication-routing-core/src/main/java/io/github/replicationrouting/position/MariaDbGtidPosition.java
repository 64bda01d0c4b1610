package io.github.replicationrouting.position;

import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A GTID position of MariaDB: per replication domain the last transaction, as {@code domain-server-sequence}. Sequences
 * of a domain only grow, so one position contains another when no sequence of it is smaller. One sequence from two
 * servers is two histories: neither contains the other. Immutable.
 */
public final class MariaDbGtidPosition implements Position {

    /** The position before any transaction. */
    public static final MariaDbGtidPosition EMPTY = new MariaDbGtidPosition(new long[0]);

    private static final long MAX_ID = 0xFFFF_FFFFL;

    /** Numbers for each domain: the domain, the server, the sequence (unsigned). */
    private static final int WIDTH = 3;

    private static final int SERVER = 1;
    private static final int SEQUENCE = 2;

    /** By domain. */
    private final long[] last;

    private MariaDbGtidPosition(long[] last) {
        this.last = last;
    }

    /**
     * Reads a position as the server prints it, for example {@code 0-1-42,1-2-7}.
     *
     * @throws IllegalArgumentException when the text is anything else, or names a domain twice
     */
    public static MariaDbGtidPosition parse(String text) {
        if (text.isBlank()) {
            return EMPTY;
        }
        String[] parts = text.split(",", -1);
        long[][] gtids = new long[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            gtids[i] = gtid(parts[i].strip(), text);
        }
        Arrays.sort(gtids, (a, b) -> Long.compare(a[0], b[0]));
        long[] last = new long[gtids.length * WIDTH];
        for (int i = 0; i < gtids.length; i++) {
            if (i > 0 && gtids[i][0] == gtids[i - 1][0]) {
                throw malformed("domain " + gtids[i][0] + " appears twice", text);
            }
            System.arraycopy(gtids[i], 0, last, i * WIDTH, WIDTH);
        }
        return new MariaDbGtidPosition(last);
    }

    private static long[] gtid(String part, String text) {
        int first = part.indexOf('-');
        int second = part.indexOf('-', first + 1);
        if (first < 1 || second < 0) {
            throw malformed("expected domain-server-sequence", text);
        }
        try {
            return new long[] {
                id(part.substring(0, first)), id(part.substring(first + 1, second)), digits(part.substring(second + 1))
            };
        } catch (NumberFormatException e) {
            throw malformed("not a number, or out of range", text);
        }
    }

    private static long id(String digits) {
        long id = digits(digits);
        if (Long.compareUnsigned(id, MAX_ID) > 0) {
            throw new NumberFormatException();
        }
        return id;
    }

    private static long digits(String text) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c < '0' || c > '9')) {
            throw new NumberFormatException();
        }
        return Long.parseUnsignedLong(text);
    }

    private static IllegalArgumentException malformed(String what, String text) {
        return new IllegalArgumentException("malformed GTID position: " + what + " in \""
                + (text.length() <= 120 ? text : text.substring(0, 120) + "...") + '"');
    }

    @Override
    public String kind() {
        return "gtid";
    }

    @Override
    public boolean isComparableTo(Position other) {
        return other instanceof MariaDbGtidPosition;
    }

    @Override
    public boolean contains(Position other) {
        if (!(other instanceof MariaDbGtidPosition position)) {
            return false;
        }
        for (int at = 0; at < position.last.length; at += WIDTH) {
            if (!reaches(position, at)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether this has come as far as another position in one of its domains. */
    private boolean reaches(MariaDbGtidPosition other, int at) {
        int mine = find(other.last[at]);
        if (mine < 0) {
            return false;
        }
        int order = Long.compareUnsigned(last[mine + SEQUENCE], other.last[at + SEQUENCE]);
        return order > 0 || (order == 0 && last[mine + SERVER] == other.last[at + SERVER]);
    }

    /** Returns the index of a domain, or -1. There are few. */
    private int find(long domain) {
        for (int at = 0; at < last.length; at += WIDTH) {
            if (last[at] == domain) {
                return at;
            }
        }
        return -1;
    }

    @Override
    public boolean isEmpty() {
        return last.length == 0;
    }

    /**
     * Returns the smallest position that contains both. Where two servers wrote one sequence nothing does, and this one's stays.
     */
    @Override
    public MariaDbGtidPosition union(Position other) {
        if (!(other instanceof MariaDbGtidPosition position)) {
            throw new IllegalArgumentException("not comparable: " + this + " and " + other);
        }
        if (contains(position)) {
            return this;
        }
        long[] all = new long[last.length + position.last.length];
        int size = 0;
        for (int i = 0, j = 0; i < last.length || j < position.last.length; ) {
            boolean both = i < last.length && j < position.last.length && last[i] == position.last[j];
            boolean mine = both
                    ? Long.compareUnsigned(last[i + SEQUENCE], position.last[j + SEQUENCE]) >= 0
                    : j == position.last.length || (i < last.length && last[i] < position.last[j]);
            size = mine ? copy(i, all, size) : position.copy(j, all, size);
            i += mine || both ? WIDTH : 0;
            j += !mine || both ? WIDTH : 0;
        }
        return new MariaDbGtidPosition(Arrays.copyOf(all, size));
    }

    /** Returns the domains in which the other position has not come as far as this one. */
    @Override
    public MariaDbGtidPosition subtract(Position other) {
        if (!(other instanceof MariaDbGtidPosition position)) {
            return this;
        }
        long[] rest = new long[last.length];
        int size = 0;
        for (int at = 0; at < last.length; at += WIDTH) {
            if (!position.reaches(this, at)) {
                size = copy(at, rest, size);
            }
        }
        return size == 0 ? EMPTY : new MariaDbGtidPosition(Arrays.copyOf(rest, size));
    }

    private int copy(int at, long[] target, int size) {
        System.arraycopy(last, at, target, size, WIDTH);
        return size + WIDTH;
    }

    /** Returns an upper bound: a sequence may have gaps. */
    @Override
    public OptionalLong countMissingIn(Position other) {
        if (!(other instanceof MariaDbGtidPosition position)) {
            return OptionalLong.empty();
        }
        long missing = 0;
        for (int at = 0; at < last.length; at += WIDTH) {
            if (!position.reaches(this, at)) {
                int theirs = position.find(last[at]);
                long from = theirs < 0 ? 0 : position.last[theirs + SEQUENCE];
                long further = last[at + SEQUENCE] - from;
                // No further, and yet not reached: one sequence from two servers.
                missing = SaturatingMath.add(missing, further == 0 ? 1 : SaturatingMath.ofUnsigned(further));
            }
        }
        return OptionalLong.of(missing);
    }

    /**
     * All servers of a domain write one sequence, so being further in a common domain is enough. A source that has written
     * nothing at all lacks whatever there is: it may have been reset just now.
     */
    @Override
    public boolean isAheadOf(Position source, String sourceId) {
        if (!(source instanceof MariaDbGtidPosition position)) {
            return false;
        }
        for (int at = 0; at < last.length; at += WIDTH) {
            if ((position.isEmpty() || position.find(last[at]) >= 0) && !position.reaches(this, at)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the domains in which that server wrote last. */
    @Override
    public MariaDbGtidPosition writtenBy(String serverId) {
        long[] part = new long[last.length];
        int size = 0;
        for (int at = 0; at < last.length; at += WIDTH) {
            if (Long.toString(last[at + SERVER]).equals(serverId)) {
                size = copy(at, part, size);
            }
        }
        return size == 0 ? EMPTY : new MariaDbGtidPosition(Arrays.copyOf(part, size));
    }

    /** Takes the parts of one GTID. */
    interface Gtids {
        void take(long domain, long server, long sequence);
    }

    void forEach(Gtids gtids) {
        for (int at = 0; at < last.length; at += WIDTH) {
            gtids.take(last[at], last[at + SERVER], last[at + SEQUENCE]);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MariaDbGtidPosition position && Arrays.equals(last, position.last);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(last);
    }

    /** Returns the text form that the server prints, by domain. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < last.length; at += WIDTH) {
            text.append(text.isEmpty() ? "" : ",")
                    .append(last[at])
                    .append('-')
                    .append(last[at + SERVER])
                    .append('-')
                    .append(Long.toUnsignedString(last[at + SEQUENCE]));
        }
        return text.toString();
    }
}
