package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.View;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of one node, one after the other, have shown of its writes and of its view of the group. Immutable.
 *
 * @param activity how many transactions were first executed on it
 * @param viewSeenAt when the first answer with its present view came, monotonic time in nanoseconds; null without a view
 */
public record MemberHistory(
        WriteActivity activity, @Nullable Long viewSeenAt) {

    /** Nothing has been seen yet. */
    public static final MemberHistory NONE = new MemberHistory(WriteActivity.NONE, null);

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
                view == null ? null : isSame ? viewSeenAt : Long.valueOf(now.arrivedAt()));
    }

    private static @Nullable View view(@Nullable Answer answer) {
        GroupMembership group = answer == null ? null : answer.observation().group();
        return group == null ? null : group.view();
    }
}
