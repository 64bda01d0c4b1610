package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.spi.WriterSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of one node, one after the other, have shown of its writes, of its view of the group, and of the
 * settings in which it must differ from others. Immutable.
 *
 * @param activity how many transactions were first executed on it
 * @param viewSeenAt when the first answer with its present view came, monotonic time in nanoseconds; null without a view
 * @param settings the newest settings that its server has shown; null while they are not known
 */
public record MemberHistory(
        WriteActivity activity,
        @Nullable Long viewSeenAt,
        @Nullable WriterSettings settings) {

    /** Nothing has been seen yet. */
    public static final MemberHistory NONE = new MemberHistory(WriteActivity.NONE, null, null);

    /**
     * Returns the history with one more answer.
     *
     * @param keep for how long writes are remembered
     */
    public MemberHistory after(@Nullable Answer before, Answer now, Duration keep) {
        View view = view(now);
        boolean isSame = view != null && viewSeenAt != null && view.equals(view(before));
        return new MemberHistory(
                activity.after(before, now, keep),
                view == null ? null : isSame ? viewSeenAt : Long.valueOf(now.arrivedAt()),
                isSameServer(before, now) ? settings : null);
    }

    private static boolean isSameServer(@Nullable Answer before, Answer now) {
        return before != null
                && before.observation().serverId().equals(now.observation().serverId());
    }

    /** Returns the history with the settings that the server has just shown. */
    public MemberHistory with(WriterSettings shown) {
        return new MemberHistory(activity, viewSeenAt, shown);
    }

    private static @Nullable View view(@Nullable Answer answer) {
        GroupMembership group = answer == null ? null : answer.observation().group();
        return group == null ? null : group.view();
    }
}
