package io.github.replicationrouting.election;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;
import io.github.replicationrouting.dialect.ReplicationChannel;
import io.github.replicationrouting.dialect.ReplicationChannel.Receiver;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an instance knows of one node. Immutable.
 *
 * @param spec the node as declared
 * @param alive whether it answers now
 * @param seen its last answer, null before the first
 * @param roles what its earlier answers showed
 * @param absence why it does not answer, in words; null while it does
 */
public record NodeView(
        NodeSpec spec,
        boolean alive,
        @Nullable Sighting seen,
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
    public record Sighting(
            long sentAt,
            long arrivedAt,
            Observation observation,
            Replication replication,
            boolean replicationIsCurrent) {

        List<ReplicationChannel> channels() {
            return replication instanceof Replication.Channels known ? known.channels() : List.of();
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
    Sighting living() {
        return alive ? seen : null;
    }

    boolean isWritable() {
        return alive && seen != null && seen.observation().writable();
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
        return seen == null ? null : seen.observation().serverId();
    }

    List<ReplicationChannel> channels() {
        return seen == null ? List.of() : seen.channels();
    }

    /** Whether it is known from where the node replicates, or that it does not. */
    boolean showsReplication() {
        return seen != null && seen.replication() instanceof Replication.Channels;
    }

    /** The sources that are configured, as this node addresses them. */
    Set<String> sourceAddresses() {
        return channels().stream()
                .map(channel -> channel.host() + ":" + channel.port())
                .collect(Collectors.toSet());
    }

    /** Whether it is no primary now: read-only, or connected to a source. */
    boolean isSeenAsReplica() {
        Sighting living = living();
        return living != null && (living.observation().readOnly() || living.isReceiving());
    }

    /** Whether it has a source, or is read-only where the account may not see a source. */
    boolean hasBecomeReplica() {
        Sighting living = living();
        return living != null
                && (!living.channels().isEmpty()
                        || (living.observation().readOnly()
                                && living.replication() instanceof Replication.NotPermitted));
    }
}
