package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance knows about one node. Immutable.
 *
 * @param spec the node as declared
 * @param alive whether it answers now
 * @param lastAnswer its last answer; null before the first
 * @param roles what its earlier answers showed
 * @param absence why it does not answer, as text; null while it does
 * @param member what its earlier answers showed of its group and its writes
 * @param drained whether an operator has taken it out of use
 */
public record NodeView(
        NodeSpec spec,
        boolean alive,
        @Nullable Answer lastAnswer,
        RoleHistory roles,
        @Nullable String absence,
        MemberHistory member,
        boolean drained) {

    /** Creates the view of a node that is in use, and of whose writes nothing is known. */
    public NodeView(
            NodeSpec spec, boolean alive, @Nullable Answer lastAnswer, RoleHistory roles, @Nullable String absence) {
        this(spec, alive, lastAnswer, roles, absence, MemberHistory.NONE, false);
    }

    /**
     * One answer of a node.
     *
     * @param sentAt when the probe was about to be sent, monotonic time in nanoseconds: the answer is at least this new
     * @param arrivedAt when the answer had come: the answer is at most this new
     * @param observation role and position
     * @param replication the newest known state of replication
     * @param replicationIsCurrent whether this answer showed it, or the account may not see it
     */
    public record Answer(
            long sentAt,
            long arrivedAt,
            Observation observation,
            Replication replication,
            boolean replicationIsCurrent) {

        List<ReplicationChannel> channels() {
            return replication instanceof Replication.Channels known ? known.channels() : List.of();
        }

        /** Returns what the server itself wrote, null where that is not known. */
        @Nullable
        Position ownTransactions() {
            Position history = observation.history();
            return history == null ? null : history.writtenBy(observation.serverId());
        }

        /** Returns whether a receiver is connected to its source, so that the server replicates. */
        boolean isReceiving() {
            return channels().stream().anyMatch(channel -> channel.receiver() == Receiver.ON);
        }
    }

    String name() {
        return spec.name();
    }

    /** Returns the last answer of a node that answers; null of one that does not. */
    @Nullable
    Answer currentAnswer() {
        return alive ? lastAnswer : null;
    }

    boolean isWritable() {
        return alive && lastAnswer != null && lastAnswer.observation().writable();
    }

    boolean isServer() {
        return spec.kind() == NodeKind.SERVER;
    }

    boolean isDeclared(DeclaredRole role) {
        return spec.declaredRole() == role;
    }

    /** Returns the id by which its server was last known, null before the first answer. */
    @Nullable
    String serverId() {
        return lastAnswer == null ? null : lastAnswer.observation().serverId();
    }

    List<ReplicationChannel> channels() {
        return lastAnswer == null ? List.of() : lastAnswer.channels();
    }

    /** Returns whether it is known from where the node replicates, or that it does not. */
    boolean showsReplication() {
        return lastAnswer != null && lastAnswer.replication() instanceof Replication.Channels;
    }

    /** Returns a channel's source, as the replica addresses it. */
    static String address(ReplicationChannel channel) {
        return channel.host() + ":" + channel.port();
    }

    /** Returns whether it has written within a time, or has not been observed for that long, so that it may have. */
    boolean mayBeWriting(Duration time) {
        Answer newest = lastAnswer;
        return newest != null && (isWithin(time, roles.seenSince(), newest) || hasWrittenWithin(time));
    }

    private static boolean isWithin(Duration time, @Nullable Long moment, Answer newest) {
        return moment != null && newest.arrivedAt() - moment < time.toNanos();
    }

    /** Returns whether it has been observed for that long and has neither written nor changed its role. */
    boolean isQuiet(Duration time) {
        return lastAnswer != null && !mayBeWriting(time) && !isWithin(time, roles.changedAt(), lastAnswer);
    }

    /** Returns whether it was seen to write within a time. */
    boolean hasWrittenWithin(Duration time) {
        Answer newest = lastAnswer;
        return newest != null && isWithin(time, roles.wroteAt(), newest);
    }

    /** Returns whether it was seen to write after a moment. */
    boolean hasWrittenSince(long moment) {
        Long wroteAt = roles.wroteAt();
        return wroteAt != null && wroteAt - moment > 0;
    }

    /** Returns whether it has a source, or is read-only where the account may not see its source. */
    boolean hasBecomeReplica() {
        Answer answer = currentAnswer();
        return answer != null
                && (!answer.channels().isEmpty()
                        || (answer.observation().readOnly()
                                && answer.replication() instanceof Replication.NotPermitted));
    }
}
