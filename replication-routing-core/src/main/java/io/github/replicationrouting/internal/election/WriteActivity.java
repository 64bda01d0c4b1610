package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.GroupMembership;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The number of transactions that were first executed on one node, as its answers show it: whichever instance sent them, so that
 * all instances see the same. Immutable. Times are monotonic, in nanoseconds.
 *
 * @param samples what the newest answers showed, the oldest first
 */
public record WriteActivity(List<Sample> samples) {

    /** Nothing has been seen yet. */
    public static final WriteActivity NONE = new WriteActivity(List.of());

    /** Limits the memory where a node is probed far more often than usual. */
    private static final int MAX_SAMPLES = 64;

    /**
     * @param at when the answer came
     * @param total transactions since the first answer
     */
    public record Sample(long at, long total) {}

    public WriteActivity {
        samples = List.copyOf(samples);
    }

    /**
     * Returns the activity with one more answer. After a time without answers it begins anew: the next one does not show
     * when the node was written to.
     *
     * @param keep how long samples are kept
     */
    public WriteActivity after(@Nullable Answer before, Answer now, Duration keep) {
        if (before == null || samples.isEmpty() || isOlder(samples.get(samples.size() - 1), now, keep)) {
            return new WriteActivity(List.of(new Sample(now.arrivedAt(), 0)));
        }
        long total = samples.get(samples.size() - 1).total + written(before, now);
        List<Sample> kept = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            // The newest one that is older than the window shows what was written since.
            boolean isNext = i + 1 < samples.size() && isOlder(samples.get(i + 1), now, keep);
            if (!isNext && samples.size() - i < MAX_SAMPLES) {
                kept.add(samples.get(i));
            }
        }
        kept.add(new Sample(now.arrivedAt(), total));
        return new WriteActivity(kept);
    }

    private static boolean isOlder(Sample sample, Answer now, Duration keep) {
        return now.arrivedAt() - sample.at >= keep.toNanos();
    }

    private static long written(Answer before, Answer now) {
        GroupMembership groupBefore = before.observation().group();
        GroupMembership group = now.observation().group();
        Long countBefore = groupBefore == null ? null : groupBefore.localWrites();
        Long count = group == null ? null : group.localWrites();
        if (count != null) {
            // A server that has joined anew counts from zero.
            return countBefore == null ? 0 : count >= countBefore ? count - countBefore : count;
        }
        Position ownBefore = before.ownTransactions();
        Position own = now.ownTransactions();
        if (group != null || own == null || ownBefore == null || !own.isComparableTo(ownBefore)) {
            return 0;
        }
        return own.countMissingIn(ownBefore).orElse(own.equals(ownBefore) ? 0 : 1);
    }

    /**
     * Returns the number of transactions that the newest answers within a time have shown.
     *
     * @param since what was executed before that moment does not count; null for no limit
     */
    long within(Duration window, @Nullable Long since) {
        List<Sample> counted = since == null ? samples : samplesFrom(since);
        if (counted.isEmpty()) {
            return 0;
        }
        Sample newest = counted.get(counted.size() - 1);
        Sample base = counted.get(0);
        for (Sample sample : counted) {
            if (newest.at - sample.at >= window.toNanos()) {
                base = sample;
            }
        }
        return newest.total - base.total;
    }

    private List<Sample> samplesFrom(long moment) {
        return samples.stream().filter(sample -> sample.at - moment >= 0).toList();
    }

    /** Returns whether the node has been observed for a time, so that it is known whether it is written to. */
    boolean covers(Duration time) {
        return !samples.isEmpty() && samples.get(samples.size() - 1).at - samples.get(0).at >= time.toNanos();
    }
}
