package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of one node, one after the other, have shown of its role. Immutable. Times are monotonic, in
 * nanoseconds.
 *
 * <p>A promotion is a change within one run of the server, from read-only to writable, or the removal of its configured
 * source. A restart is none: after it a server is what its configuration file says.
 *
 * @param promotedAt when the last promotion was seen; null where none was, or the node is no longer writable
 * @param changedAt when the newest change of role or source was seen; null before the first
 * @param unchangedAt when the answer before that change was asked for: the change came later
 * @param repointedAt when the node was first seen with the source that it has now, after it had another one or none; null
 *     where it has the source that it had from the beginning
 * @param seenSince when the first answer came; null before it
 * @param wroteAt when the node was last seen to have written a transaction itself since its answer before; null where it was
 *     not
 */
public record RoleHistory(
        @Nullable Long promotedAt,
        @Nullable Long changedAt,
        @Nullable Long unchangedAt,
        @Nullable Long repointedAt,
        @Nullable Long seenSince,
        @Nullable Long wroteAt) {

    /** Nothing has been seen yet. */
    public static final RoleHistory NONE = new RoleHistory(null, null, null, null, null, null);

    /** The steps of a promotion follow each other; a node that goes on receiving for longer has not been promoted. */
    private static final Duration PROMOTION_STEPS = Duration.ofSeconds(5);

    /** Returns the history with one more answer. */
    public RoleHistory after(@Nullable Answer before, Answer now) {
        if (before == null) {
            return new RoleHistory(null, null, null, null, now.arrivedAt(), null);
        }
        boolean sameRun = isSameRun(before, now);
        boolean writableBefore = before.observation().writable();
        boolean writable = now.observation().writable();
        boolean sourceChanged = isSourceChanged(before, now);
        boolean sourceRemoved = sourceChanged && now.channels().isEmpty();
        boolean changed = writableBefore != writable || sourceChanged || !isSameServer(before, now);

        Long promoted = promotedAt;
        if (!writable || !sameRun || (sourceChanged && !sourceRemoved)) {
            promoted = null;
        }
        if (writable && sameRun && (before.observation().readOnly() || sourceRemoved)) {
            promoted = now.arrivedAt();
        }
        if (promoted != null && now.isReceiving() && now.sentAt() - promoted > PROMOTION_STEPS.toNanos()) {
            promoted = null;
        }
        return new RoleHistory(
                promoted,
                changed ? Long.valueOf(now.arrivedAt()) : changedAt,
                changed ? Long.valueOf(before.sentAt()) : unchangedAt,
                sourceChanged ? (sourceRemoved ? null : Long.valueOf(now.arrivedAt())) : repointedAt,
                seenSince,
                sameRun && hasWritten(before, now) ? Long.valueOf(now.arrivedAt()) : wroteAt);
    }

    private static boolean hasWritten(Answer before, Answer now) {
        return !Objects.equals(before.ownTransactions(), now.ownTransactions());
    }

    /** Returns whether its role or source may have changed after one moment and before another. */
    boolean hasChangedBetween(long after, long before) {
        return changedAt != null && unchangedAt != null && changedAt - after > 0 && unchangedAt - before < 0;
    }

    private static boolean isSameServer(Answer before, Answer now) {
        return before.observation().serverId().equals(now.observation().serverId());
    }

    /**
     * Returns whether the server cannot have restarted between the two answers. Servers subtract two clock readings of whole seconds
     * and so may show one second too many.
     */
    private static boolean isSameRun(Answer before, Answer now) {
        Duration uptime = now.observation().uptime();
        boolean restarted =
                uptime != null && now.arrivedAt() - uptime.minusSeconds(1).toNanos() - before.sentAt() > 0;
        return isSameServer(before, now) && !restarted;
    }

    /** Returns whether another source is configured, or another server stands behind the same address. */
    private static boolean isSourceChanged(Answer before, Answer now) {
        if (!(before.replication() instanceof Replication.Channels)
                || !(now.replication() instanceof Replication.Channels)) {
            return false;
        }
        Set<String> idsBefore = ids(before);
        Set<String> ids = ids(now);
        return !addresses(before).equals(addresses(now))
                || (!idsBefore.isEmpty() && !ids.isEmpty() && !idsBefore.equals(ids));
    }

    private static Set<String> addresses(Answer answer) {
        return answer.channels().stream()
                .map(channel -> channel.host() + ":" + channel.port())
                .collect(Collectors.toSet());
    }

    /** Returns the ids of the sources that have been reached. */
    private static Set<String> ids(Answer answer) {
        return answer.channels().stream()
                .map(ReplicationChannel::sourceId)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }
}
