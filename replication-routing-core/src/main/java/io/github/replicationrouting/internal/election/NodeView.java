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
 * What an instance knows of one node. Immutable.
 *
 * @param spec the node as declared
 * @param alive whether it answers now
 * @param lastAnswer its last answer; null before the first
 * @param roles what its earlier answers showed
 * @param absence why it does not answer, in words; null while it does
 */
public record NodeView(
        NodeSpec spec,
        boolean alive,
        @Nullable Answer lastAnswer,
        RoleHistory roles,
        @Nullable String absence) {

    /**
     * One answer of a node.
     *
     * @param sentAt when the probe was about to be sent, monotonic time in nanoseconds: the answer is at least this new
     * @param arrivedAt when the answer had come: the answer is at most this new
     * @param observation role and position
     * @param replication the newest known state of replication
     * @param replicationIsCurrent whether this answer told it, or the account may not see it
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

        /** What the server itself wrote, null where that is not known. */
        @Nullable
        Position ownTransactions() {
            Position history = observation.history();
            return history == null ? null : history.writtenBy(observation.serverId());
        }

        /** Whether a receiver is connected to its source, so that the server replicates. */
        boolean isReceiving() {
            return channels().stream().anyMatch(channel -> channel.receiver() == Receiver.ON);
        }
    }

    String name() {
        return spec.name();
    }

    /** The last answer of a node that answers; null of one that does not. */
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

    /** The id by which its server was last known, null before the first answer. */
    @Nullable
    String serverId() {
        return lastAnswer == null ? null : lastAnswer.observation().serverId();
    }

    List<ReplicationChannel> channels() {
        return lastAnswer == null ? List.of() : lastAnswer.channels();
    }

    /** Whether it is known from where the node replicates, or that it does not. */
    boolean showsReplication() {
        return lastAnswer != null && lastAnswer.replication() instanceof Replication.Channels;
    }

    /** A channel's source, as the replica addresses it. */
    static String address(ReplicationChannel channel) {
        return channel.host() + ":" + channel.port();
    }

    /** Whether it has written within the last moments; until it has been watched for so long, it may have. */
    boolean mayBeWriting(Duration moments) {
        Answer newest = lastAnswer;
        return newest != null && (isWithin(moments, roles.seenSince(), newest) || hasWrittenWithin(moments));
    }

    private static boolean isWithin(Duration moments, @Nullable Long moment, Answer newest) {
        return moment != null && newest.arrivedAt() - moment < moments.toNanos();
    }

    /** Whether it has been watched for so long and has neither written nor changed its role. */
    boolean isQuiet(Duration moments) {
        return lastAnswer != null && !mayBeWriting(moments) && !isWithin(moments, roles.changedAt(), lastAnswer);
    }

    /** Whether it was seen to write within the last moments. */
    boolean hasWrittenWithin(Duration moments) {
        Answer newest = lastAnswer;
        return newest != null && isWithin(moments, roles.wroteAt(), newest);
    }

    /** Whether it was seen to write after a moment. */
    boolean hasWrittenSince(long moment) {
        Long wroteAt = roles.wroteAt();
        return wroteAt != null && wroteAt - moment > 0;
    }

    /** Whether it has a source, or is read-only where the account may not see a source. */
    boolean hasBecomeReplica() {
        Answer answer = currentAnswer();
        return answer != null
                && (!answer.channels().isEmpty()
                        || (answer.observation().readOnly()
                                && answer.replication() instanceof Replication.NotPermitted));
    }
}
