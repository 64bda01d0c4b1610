package io.github.replicationrouting.position;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A GTID position of MariaDB: per replication domain the last transaction, as {@code domain-server-sequence}. Sequences
 * of a domain only grow, so one position contains another when no sequence of it is smaller. Immutable.
 */
public final class MariaDbGtidPosition implements Position {

    /** The position before any transaction. */
    public static final MariaDbGtidPosition EMPTY = new MariaDbGtidPosition(new TreeMap<>());

    private static final long MAX_ID = 0xFFFF_FFFFL;

    /** Last transaction by domain. */
    private final SortedMap<Long, Gtid> last;

    private MariaDbGtidPosition(SortedMap<Long, Gtid> last) {
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
        TreeMap<Long, Gtid> last = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            Gtid gtid = gtid(part.strip(), text);
            if (last.put(gtid.domain, gtid) != null) {
                throw malformed("domain " + gtid.domain + " appears twice", text);
            }
        }
        return new MariaDbGtidPosition(last);
    }

    private static Gtid gtid(String part, String text) {
        int first = part.indexOf('-');
        int second = part.indexOf('-', first + 1);
        if (first < 1 || second < 0) {
            throw malformed("expected domain-server-sequence", text);
        }
        try {
            return new Gtid(
                    id(part.substring(0, first)),
                    id(part.substring(first + 1, second)),
                    digits(part.substring(second + 1)));
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
    public boolean contains(Position other) {
        if (!(other instanceof MariaDbGtidPosition position)) {
            return false;
        }
        for (Gtid wanted : position.last.values()) {
            if (!reaches(wanted)) {
                return false;
            }
        }
        return true;
    }

    private boolean reaches(Gtid wanted) {
        Gtid mine = last.get(wanted.domain);
        return mine != null && Long.compareUnsigned(mine.sequence, wanted.sequence) >= 0;
    }

    @Override
    public boolean isEmpty() {
        return last.isEmpty();
    }

    /** The smallest position that contains both. */
    public MariaDbGtidPosition union(MariaDbGtidPosition other) {
        TreeMap<Long, Gtid> all = new TreeMap<>(last);
        for (Gtid gtid : other.last.values()) {
            if (!reaches(gtid)) {
                all.put(gtid.domain, gtid);
            }
        }
        return new MariaDbGtidPosition(all);
    }

    /** The domains in which the other position has not come as far as this one. */
    public MariaDbGtidPosition subtract(MariaDbGtidPosition other) {
        TreeMap<Long, Gtid> rest = new TreeMap<>();
        for (Map.Entry<Long, Gtid> entry : last.entrySet()) {
            if (!other.reaches(entry.getValue())) {
                rest.put(entry.getKey(), entry.getValue());
            }
        }
        return new MariaDbGtidPosition(rest);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MariaDbGtidPosition position && last.equals(position.last);
    }

    @Override
    public int hashCode() {
        return last.hashCode();
    }

    /** The text form that the server prints, by domain. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Gtid gtid : last.values()) {
            text.append(text.isEmpty() ? "" : ",")
                    .append(gtid.domain)
                    .append('-')
                    .append(gtid.server)
                    .append('-')
                    .append(Long.toUnsignedString(gtid.sequence));
        }
        return text.toString();
    }

    private record Gtid(long domain, long server, long sequence) {}
}
