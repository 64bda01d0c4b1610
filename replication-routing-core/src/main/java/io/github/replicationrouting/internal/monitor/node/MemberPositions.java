package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the members of a group have together, as the reference for the lag of each: it contains what was committed on any
 * of them before the first of their newest answers was asked for, by any client. Not thread-safe.
 */
final class MemberPositions {

    /** How long members may lack what they had before; then the group was restored from an earlier state. */
    private static final Duration FORGET_MISSING = Duration.ofSeconds(10);

    /** How long members may take to apply what they have received of one that was lost. */
    private static final Duration FORGET_LOST = FORGET_MISSING;

    /** What they had together at the newest sample. */
    private @Nullable Position reached;

    /** When the newest answers of each were asked for that showed what it has. */
    private final Map<NodeRecord, Long> askedAt = new HashMap<>();

    /** Those that show it no more, by the time when that was noticed. */
    private final Map<NodeRecord, Long> lostSince = new HashMap<>();

    /** Since when they lack some of that; null while they have it. */
    private @Nullable Long missingSince;

    /**
     * What the members have.
     *
     * @param all what they have together
     * @param sent what any of them may show by now; null where that is not known
     * @param at when the first of their answers was asked for
     */
    record Sample(Position all, @Nullable Position sent, long at) {

        Sample notAfter(long other) {
            return at - other <= 0 ? this : new Sample(all, sent, other);
        }

        Sample and(Sample other) {
            Position both = sent != null && other.sent != null && sent.isComparableTo(other.sent)
                    ? sent.union(other.sent)
                    : null;
            return new Sample(all.union(other.all), both, at - other.at < 0 ? at : other.at);
        }
    }

    /** Returns a sample of the newest answers; null where they show none, or lack what the members had before. */
    @Nullable
    Sample sample(Iterable<NodeRecord> nodes, long now) {
        Sample together = null;
        Long lostAt = null;
        for (NodeRecord record : nodes) {
            Sample own = of(record);
            if (own == null) {
                lostAt = earlier(lostAt, lost(record, now));
            } else if (together == null || together.all.isComparableTo(own.all)) {
                together = together == null ? own : together.and(own);
                askedAt.put(record, own.at);
                lostSince.remove(record);
            }
        }
        if (together != null && lostAt != null) {
            together = together.notAfter(lostAt);
        }
        if (together == null || isMissing(together.all, now)) {
            return null;
        }
        reached = together.all;
        return together;
    }

    /**
     * Returns up to when it is known what a member had committed that was lost: the others have received what it
     * acknowledged after that, but need not have applied it. Null for none, and when they have had time enough.
     */
    private @Nullable Long lost(NodeRecord record, long now) {
        Long last = askedAt.get(record);
        if (last == null) {
            return null;
        }
        Long since = lostSince.putIfAbsent(record, now);
        if (since == null || now - since < FORGET_LOST.toNanos()) {
            return last;
        }
        askedAt.remove(record);
        lostSince.remove(record);
        return null;
    }

    private static @Nullable Long earlier(@Nullable Long a, @Nullable Long b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a - b < 0 ? a : b;
    }

    private static @Nullable Sample of(NodeRecord record) {
        Observation seen = record.observation();
        if (seen == null || !record.isAlive() || record.isEndpoint()) {
            return null;
        }
        GroupMembership group = seen.group();
        boolean isSource = group == null ? seen.writable() : group.readable();
        Position has = isSource ? everything(seen) : null;
        return has == null ? null : new Sample(has, seen.sent(), record.answer().sentAt());
    }

    /** Returns whether the one that had more was lost, and the others have still to apply it. */
    private boolean isMissing(Position all, long now) {
        Position before = reached;
        if (before == null || !all.isComparableTo(before) || all.contains(before)) {
            missingSince = null;
            return false;
        }
        Long since = missingSince;
        if (since == null) {
            missingSince = now;
            return true;
        }
        return now - since < FORGET_MISSING.toNanos();
    }

    /** Returns what a server wrote and what it replicated, which a server in a ring may show in two positions. */
    static @Nullable Position everything(Observation seen) {
        Position written = seen.written();
        Position executed = seen.executed();
        if (written == null || executed == null || !written.isComparableTo(executed)) {
            return written == null ? executed : written;
        }
        return written.union(executed);
    }
}
