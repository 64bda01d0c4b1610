package io.github.replicationrouting.position;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that a server of MariaDB has, by the server that wrote it: {@code gtid_binlog_state}, with {@code gtid_slave_pos} for
 * what was replicated and not logged. It distinguishes what {@link MariaDbGtidPosition} cannot: two servers that have gone on
 * from one position each on its own. A server that was restored from a backup does not list servers that wrote before the
 * backup, and so seems to lack what they wrote. Immutable.
 */
public final class MariaDbGtidState implements Position {

    /** The server that wrote, and its domain. */
    private record Origin(long domain, long server) implements Comparable<Origin> {

        @Override
        public int compareTo(Origin other) {
            int byDomain = Long.compare(domain, other.domain);
            return byDomain != 0 ? byDomain : Long.compare(server, other.server);
        }
    }

    /** The last sequence number (unsigned) of each. */
    private final SortedMap<Origin, Long> last;

    private MariaDbGtidState(SortedMap<Origin, Long> last) {
        this.last = last;
    }

    /**
     * Reads what the server prints.
     *
     * @param binlogState {@code gtid_binlog_state}, for example {@code 0-1-42,0-2-57}; empty where it writes no binary log
     * @param replicated {@code gtid_slave_pos}
     * @throws IllegalArgumentException when the text is anything else
     */
    public static MariaDbGtidState parse(String binlogState, MariaDbGtidPosition replicated) {
        SortedMap<Origin, Long> last = new TreeMap<>();
        add(last, replicated);
        for (String gtid : binlogState.split(",", -1)) {
            if (!gtid.isBlank()) {
                add(last, MariaDbGtidPosition.parse(gtid));
            }
        }
        return new MariaDbGtidState(last);
    }

    private static void add(SortedMap<Origin, Long> last, MariaDbGtidPosition position) {
        position.forEach((domain, server, sequence) ->
                last.merge(new Origin(domain, server), sequence, (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b));
    }

    @Override
    public String kind() {
        return "gtid";
    }

    @Override
    public boolean isComparableTo(Position other) {
        return other instanceof MariaDbGtidState;
    }

    @Override
    public boolean contains(Position other) {
        return other instanceof MariaDbGtidState state
                && state.last.entrySet().stream().allMatch(entry -> reaches(entry.getKey(), entry.getValue()));
    }

    private boolean reaches(Origin origin, long sequence) {
        Long mine = last.get(origin);
        return mine != null && Long.compareUnsigned(mine, sequence) >= 0;
    }

    @Override
    public boolean isEmpty() {
        return last.isEmpty();
    }

    @Override
    public MariaDbGtidState union(Position other) {
        if (!(other instanceof MariaDbGtidState state)) {
            throw new IllegalArgumentException("not comparable: " + this + " and " + other);
        }
        SortedMap<Origin, Long> all = new TreeMap<>(last);
        state.last.forEach(
                (origin, sequence) -> all.merge(origin, sequence, (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b));
        return new MariaDbGtidState(all);
    }

    /** Returns the servers of which the other state has not as much. */
    @Override
    public MariaDbGtidState subtract(Position other) {
        if (!(other instanceof MariaDbGtidState state)) {
            return this;
        }
        SortedMap<Origin, Long> rest = new TreeMap<>();
        last.forEach((origin, sequence) -> {
            if (!state.reaches(origin, sequence)) {
                rest.put(origin, sequence);
            }
        });
        return new MariaDbGtidState(rest);
    }

    /** Returns an upper bound: servers take turns in one sequence. */
    @Override
    public OptionalLong countMissingIn(Position other) {
        if (!(other instanceof MariaDbGtidState state)) {
            return OptionalLong.empty();
        }
        long missing = 0;
        for (Map.Entry<Origin, Long> entry : last.entrySet()) {
            if (!state.reaches(entry.getKey(), entry.getValue())) {
                long from = Objects.requireNonNullElse(state.last.get(entry.getKey()), 0L);
                missing = SaturatingMath.add(missing, SaturatingMath.ofUnsigned(entry.getValue() - from));
            }
        }
        return OptionalLong.of(missing);
    }

    @Override
    public boolean isAheadOf(Position source, String sourceId) {
        return source instanceof MariaDbGtidState && !source.contains(writtenBy(sourceId));
    }

    @Override
    public MariaDbGtidState writtenBy(String serverId) {
        SortedMap<Origin, Long> part = new TreeMap<>();
        last.forEach((origin, sequence) -> {
            if (Long.toString(origin.server).equals(serverId)) {
                part.put(origin, sequence);
            }
        });
        return new MariaDbGtidState(part);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MariaDbGtidState state && last.equals(state.last);
    }

    @Override
    public int hashCode() {
        return last.hashCode();
    }

    /** Returns the text form that the server prints, by domain and server. */
    @Override
    public String toString() {
        return last.entrySet().stream()
                .map(entry -> entry.getKey().domain + "-" + entry.getKey().server + "-"
                        + Long.toUnsignedString(entry.getValue()))
                .collect(Collectors.joining(","));
    }
}
