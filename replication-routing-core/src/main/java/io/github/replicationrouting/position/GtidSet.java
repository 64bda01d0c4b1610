package io.github.replicationrouting.position;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of MySQL's global transaction ids: per source (a UUID, from MySQL 8.3 on with an optional tag) the numbers of
 * the transactions that were executed.
 *
 * <p>Each source's numbers are kept as sorted, disjoint, non-adjacent intervals in one flat array of first and last
 * numbers, and the sources are sorted. Every operation is therefore one walk along two arrays, without an allocation
 * per interval. Comparing in the client is several times faster than the server's {@code GTID_SUBSET} and costs no
 * statement. Immutable.
 */
public final class GtidSet implements Position {

    /** The set without any transaction. */
    public static final GtidSet EMPTY = new GtidSet(new String[0], new long[0][]);

    private static final int UUID_LENGTH = 36;

    /** A UUID, or {@code uuid:tag}: equal lengths of the UUIDs make the tags of one UUID neighbours. */
    private final String[] sources;

    private final long[][] intervals;

    private GtidSet(String[] sources, long[][] intervals) {
        this.sources = sources;
        this.intervals = intervals;
    }

    /**
     * Reads a set as MySQL prints or accepts it, for example {@code 3e11fa47-...:1-5:7:tag:1-3}. Intervals may come in
     * any order and may overlap; blanks and line breaks may stand between the parts.
     *
     * @throws IllegalArgumentException when the text is anything else
     */
    public static GtidSet parse(String text) {
        return new Parser(text).parse();
    }

    @Override
    public String kind() {
        return "gtid";
    }

    @Override
    public boolean contains(Position other) {
        if (!(other instanceof GtidSet set)) {
            return false;
        }
        int mine = 0;
        for (int i = 0; i < set.sources.length; i++) {
            int order = -1;
            while (mine < sources.length && (order = sources[mine].compareTo(set.sources[i])) < 0) {
                mine++;
            }
            if (order != 0 || !covers(intervals[mine], set.intervals[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int size() {
        int size = 0;
        for (long[] numbers : intervals) {
            size += numbers.length;
        }
        return size;
    }

    @Override
    public boolean isEmpty() {
        return sources.length == 0;
    }

    @Override
    public boolean isComparableTo(Position other) {
        return other instanceof GtidSet;
    }

    /** Returns what is in this set, in the other, or in both. */
    @Override
    public GtidSet union(Position other) {
        if (!(other instanceof GtidSet set)) {
            throw new IllegalArgumentException("not comparable: " + this + " and " + other);
        }
        if (contains(set)) {
            return this;
        }
        if (isEmpty()) {
            return set;
        }
        Builder all = new Builder(sources.length + set.sources.length);
        for (int i = 0, j = 0; i < sources.length || j < set.sources.length; ) {
            int order = order(i, set, j);
            if (order < 0) {
                all.add(sources[i], intervals[i]);
            } else if (order > 0) {
                all.add(set.sources[j], set.intervals[j]);
            } else {
                all.add(sources[i], merge(intervals[i], set.intervals[j]));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return all.build();
    }

    /** Returns what is in this set and not in the other. */
    @Override
    public GtidSet subtract(Position other) {
        if (!(other instanceof GtidSet set) || set.isEmpty()) {
            return this;
        }
        Builder rest = new Builder(sources.length);
        for (int i = 0, j = 0; i < sources.length; ) {
            int order = order(i, set, j);
            if (order < 0) {
                rest.add(sources[i], intervals[i]);
            } else if (order == 0) {
                rest.add(sources[i], subtract(intervals[i], set.intervals[j]));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return rest.build();
    }

    /** Returns which of the two sets' sources comes first; one that has no more comes last. */
    private int order(int i, GtidSet other, int j) {
        return j == other.sources.length ? -1 : i == sources.length ? 1 : sources[i].compareTo(other.sources[j]);
    }

    /** Returns how many transactions there are, at most {@link Long#MAX_VALUE}. */
    public long count() {
        long count = 0;
        for (long[] numbers : intervals) {
            for (int n = 0; n < numbers.length; n += 2) {
                count = SaturatingMath.add(count, numbers[n + 1] - numbers[n] + 1);
            }
        }
        return count;
    }

    @Override
    public OptionalLong countMissingIn(Position other) {
        return isComparableTo(other) ? OptionalLong.of(subtract(other).count()) : OptionalLong.empty();
    }

    /** The source signs its transactions with its UUID, whatever the tag. */
    @Override
    public boolean isAheadOf(Position source, String sourceId) {
        if (!(source instanceof GtidSet set)) {
            return false;
        }
        for (int i = 0, j = 0; i < sources.length; i++) {
            if (sources[i].regionMatches(true, 0, sourceId, 0, UUID_LENGTH)) {
                while (j < set.sources.length && order(i, set, j) > 0) {
                    j++;
                }
                if (j == set.sources.length || order(i, set, j) < 0 || !covers(set.intervals[j], intervals[i])) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public GtidSet writtenBy(String serverId) {
        Builder part = new Builder(sources.length);
        for (int i = 0; i < sources.length; i++) {
            if (sources[i].regionMatches(true, 0, serverId, 0, UUID_LENGTH)) {
                part.add(sources[i], intervals[i]);
            }
        }
        return part.build();
    }

    /**
     * Returns whether each interval of {@code part} lies within one of {@code whole}: holds because neither has
     * neighbours.
     */
    private static boolean covers(long[] whole, long[] part) {
        int w = 0;
        for (int p = 0; p < part.length; p += 2) {
            while (w < whole.length && whole[w + 1] < part[p]) {
                w += 2;
            }
            if (w == whole.length || whole[w] > part[p] || whole[w + 1] < part[p + 1]) {
                return false;
            }
        }
        return true;
    }

    private static long[] merge(long[] a, long[] b) {
        long[] both = new long[a.length + b.length];
        int size = 0;
        for (int i = 0, j = 0; i < a.length || j < b.length; ) {
            boolean fromA = j == b.length || (i < a.length && a[i] <= b[j]);
            size = fromA ? append(both, size, a[i], a[i + 1]) : append(both, size, b[j], b[j + 1]);
            if (fromA) {
                i += 2;
            } else {
                j += 2;
            }
        }
        return Arrays.copyOf(both, size);
    }

    /** Appends an interval that starts at or after the last one, joined to it where they touch. */
    private static int append(long[] target, int size, long first, long last) {
        if (size > 0 && first <= target[size - 1] + 1) {
            target[size - 1] = Math.max(target[size - 1], last);
            return size;
        }
        target[size] = first;
        target[size + 1] = last;
        return size + 2;
    }

    private static long[] subtract(long[] from, long[] what) {
        // Each interval taken away splits at most one in two.
        long[] rest = new long[from.length + what.length];
        int size = 0;
        int w = 0;
        for (int f = 0; f < from.length; f += 2) {
            long first = from[f];
            long last = from[f + 1];
            while (w < what.length && what[w + 1] < first) {
                w += 2;
            }
            for (int next = w; next < what.length && what[next] <= last && first <= last; next += 2) {
                if (what[next] > first) {
                    rest[size++] = first;
                    rest[size++] = what[next] - 1;
                }
                first = what[next + 1] + 1;
            }
            if (first <= last) {
                rest[size++] = first;
                rest[size++] = last;
            }
        }
        return Arrays.copyOf(rest, size);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GtidSet set
                && Arrays.equals(sources, set.sources)
                && Arrays.deepEquals(intervals, set.intervals);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sources) + Arrays.deepHashCode(intervals);
    }

    /** Returns the text form that the server prints, without line breaks. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        String uuid = "";
        for (int i = 0; i < sources.length; i++) {
            String source = sources[i];
            if (!uuid.isEmpty() && source.startsWith(uuid)) {
                text.append(source, UUID_LENGTH, source.length());
            } else {
                text.append(i == 0 ? "" : ",").append(source);
                uuid = source.substring(0, UUID_LENGTH);
            }
            long[] numbers = intervals[i];
            for (int n = 0; n < numbers.length; n += 2) {
                text.append(':').append(numbers[n]);
                if (numbers[n + 1] > numbers[n]) {
                    text.append('-').append(numbers[n + 1]);
                }
            }
        }
        return text.toString();
    }

    /** Collects sources that come in order, without those that have no numbers. */
    private static final class Builder {

        private final String[] sources;
        private final long[][] intervals;
        private int size;

        Builder(int capacity) {
            sources = new String[capacity];
            intervals = new long[capacity][];
        }

        void add(String source, long[] numbers) {
            if (numbers.length > 0) {
                sources[size] = source;
                intervals[size++] = numbers;
            }
        }

        GtidSet build() {
            return size == 0 ? EMPTY : new GtidSet(Arrays.copyOf(sources, size), Arrays.copyOf(intervals, size));
        }
    }

    /** Collects intervals, and sorts only those of a source that did not come in order, as the server prints them. */
    private static final class Numbers {

        private long[] flat = new long[8];
        private int size;
        private boolean sorted = true;

        void add(long first, long last) {
            if (size + 2 > flat.length) {
                flat = Arrays.copyOf(flat, flat.length * 2);
            }
            if (sorted && (size == 0 || first >= flat[size - 2])) {
                size = append(flat, size, first, last);
            } else {
                sorted = false;
                flat[size++] = first;
                flat[size++] = last;
            }
        }

        long[] toArray() {
            return sorted ? Arrays.copyOf(flat, size) : sort(flat, 0, size);
        }

        private static long[] sort(long[] pairs, int from, int to) {
            if (to - from <= 2) {
                return Arrays.copyOfRange(pairs, from, to);
            }
            int middle = from + (to - from) / 4 * 2;
            return merge(sort(pairs, from, middle), sort(pairs, middle, to));
        }
    }

    private static final class Parser {

        private final String text;
        private final TreeMap<String, Numbers> found = new TreeMap<>();
        private int at;

        Parser(String text) {
            this.text = text;
        }

        GtidSet parse() {
            while (skipBlanks()) {
                if (peek() == ',') {
                    at++;
                } else {
                    readSource();
                }
            }
            Builder all = new Builder(found.size());
            found.forEach((source, numbers) -> all.add(source, numbers.toArray()));
            return all.build();
        }

        private void readSource() {
            String uuid = readUuid();
            Numbers numbers = numbersOf(uuid);
            while (skipBlanks() && peek() == ':') {
                at++;
                if (!skipBlanks()) {
                    throw malformed("expected a number or a tag");
                }
                if (isDigit(peek())) {
                    readInterval(numbers);
                } else {
                    numbers = numbersOf(uuid + ':' + readTag());
                }
            }
            if (skipBlanks() && peek() != ',') {
                throw malformed("expected a comma");
            }
        }

        private Numbers numbersOf(String source) {
            return found.computeIfAbsent(source, s -> new Numbers());
        }

        private String readUuid() {
            char[] uuid = new char[UUID_LENGTH];
            for (int i = 0; i < UUID_LENGTH; i++, at++) {
                char c = at < text.length() ? Character.toLowerCase(text.charAt(at)) : ' ';
                boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
                if (dash ? c != '-' : !isDigit(c) && (c < 'a' || c > 'f')) {
                    throw malformed("expected a UUID");
                }
                uuid[i] = c;
            }
            return new String(uuid);
        }

        private String readTag() {
            int start = at;
            while (at < text.length() && isTagPart(text.charAt(at), at > start)) {
                at++;
            }
            if (at == start || at - start > 32) {
                throw malformed("expected a number, or a tag of at most 32 characters");
            }
            return text.substring(start, at).toLowerCase(Locale.ROOT);
        }

        private void readInterval(Numbers numbers) {
            long first = readNumber();
            if (first == 0) {
                throw malformed("expected a number of at least 1");
            }
            long last = first;
            if (skipBlanks() && peek() == '-') {
                at++;
                if (!skipBlanks()) {
                    throw malformed("expected a number");
                }
                last = readNumber();
            }
            // The server takes an interval that ends before it starts for an empty one.
            if (first <= last) {
                numbers.add(first, last);
            }
        }

        private long readNumber() {
            int start = at;
            long number = 0;
            while (at < text.length() && isDigit(text.charAt(at))) {
                int digit = text.charAt(at) - '0';
                if (number > (Long.MAX_VALUE - 1 - digit) / 10) {
                    throw malformed("number out of range");
                }
                number = number * 10 + digit;
                at++;
            }
            if (at == start) {
                throw malformed("expected a number");
            }
            return number;
        }

        private boolean skipBlanks() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length();
        }

        private char peek() {
            return text.charAt(at);
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }

        private static boolean isTagPart(char c, boolean digitsToo) {
            return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (digitsToo && isDigit(c));
        }

        private IllegalArgumentException malformed(String what) {
            return new IllegalArgumentException("malformed GTID set: " + what + " at character " + at + " of \""
                    + (text.length() <= 120 ? text : text.substring(0, 120) + "...") + '"');
        }
    }
}
