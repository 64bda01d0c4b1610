package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;
import io.github.replicationrouting.dialect.ReplicationChannel;
import io.github.replicationrouting.dialect.ReplicationChannel.Receiver;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What the monitor remembers of one node. Everything but {@link #suspected} belongs to the monitor's thread. */
final class NodeWatch {

    /** Without a reason to ask sooner, the state of replication is asked for this often. */
    private static final int PROBES_BETWEEN_REPLICATION = 10;

    /** A grant given later shows only on a new connection. */
    private static final Duration RENEW_WITHOUT_GRANT = Duration.ofMinutes(5);

    /** How long after a second statement that hung only the first is sent. */
    private static final int PROBES_AFTER_HANG = 20;

    final Node node;
    final Prober prober;
    final NodeStateMachine machine = new NodeStateMachine();

    /** A request to look at once is on its way. */
    final AtomicBoolean suspected = new AtomicBoolean();

    /** What was already warned about. */
    final Set<String> warned = new HashSet<>();

    NodeStatus status;

    @Nullable
    Observation observation;

    Replication replication = new Replication.NotAsked();
    Lag lag = new Lag.Unknown("not probed yet");

    /** Last lag by the replica's own status, and when it was true. */
    private @Nullable Duration statusLag;

    private long statusLagAt;

    /** When the newest answer that counts was asked for. */
    long answeredAt;

    int failures;

    @Nullable
    ProbeFailure failure;

    boolean alive;

    int unanswered;
    int inFlight;
    boolean lookedAt;
    long notBefore;
    long lastLookNow;
    private int sinceReplication;
    private long deniedAt;

    NodeWatch(Node node, Prober prober, long now) {
        this.node = node;
        this.prober = prober;
        this.status = NodeStatus.unknown(node);
        this.answeredAt = now - 1;
        this.notBefore = now;
        this.lastLookNow = now - Duration.ofDays(1).toNanos();
    }

    String name() {
        return node.name();
    }

    /** Whether the next probe also asks for replication: not when nothing could have changed, for it costs a statement. */
    boolean asksReplication(boolean unsettled) {
        if (replication instanceof Replication.NotPermitted) {
            return false;
        }
        return sinceReplication >= 0 && (unsettled || sinceReplication >= PROBES_BETWEEN_REPLICATION);
    }

    boolean renewsConnection(long now) {
        return replication instanceof Replication.NotPermitted && now - deniedAt > RENEW_WITHOUT_GRANT.toNanos();
    }

    void replicationHung() {
        sinceReplication = -PROBES_AFTER_HANG;
    }

    /** Takes in what the server says of its replication; what nobody asked for leaves what is known. */
    void learn(Replication answer, long at) {
        if (answer instanceof Replication.NotAsked) {
            sinceReplication++;
            return;
        }
        sinceReplication = 0;
        replication = answer;
        if (answer instanceof Replication.NotPermitted) {
            deniedAt = at;
        }
        Duration behind = behind(channels());
        if (behind != null) {
            statusLag = behind;
            statusLagAt = at;
        }
    }

    List<ReplicationChannel> channels() {
        return replication instanceof Replication.Channels known ? known.channels() : List.of();
    }

    /** The channel furthest behind, or null if one of them cannot tell. */
    private static @Nullable Duration behind(List<ReplicationChannel> channels) {
        Duration most = null;
        for (ReplicationChannel channel : channels) {
            Duration behind = channel.behind();
            if (behind == null || channel.receiver() != Receiver.ON || !channel.applierRunning()) {
                return null;
            }
            most = most == null || behind.compareTo(most) > 0 ? behind : most;
        }
        return most;
    }

    /** Lag by the replica's own status. Where it cannot tell any more, what it last told grows with time. */
    Lag statusLag(long now) {
        if (replication instanceof Replication.NotPermitted denied) {
            return new Lag.Unknown("lag unknown without " + denied.grant());
        }
        Duration told = statusLag;
        if (told == null) {
            String trouble = trouble();
            return new Lag.Unknown("lag unknown" + (trouble.isEmpty() ? "" : ": " + trouble));
        }
        return new Lag.Known(statusLagAt == answeredAt ? told : told.plusNanos(Math.max(0, now - statusLagAt)));
    }

    /** What hinders replication, in words; empty when nothing does, or nothing is known of it. */
    String trouble() {
        List<String> troubles = new ArrayList<>();
        for (ReplicationChannel channel : channels()) {
            String of = channel.name().isEmpty() ? "" : " of channel " + channel.name();
            String error = channel.errorCode() == 0 ? "" : " (error " + channel.errorCode() + ")";
            if (!channel.applierRunning()) {
                troubles.add("applier stopped" + of + error);
            }
            if (channel.receiver() == Receiver.OFF) {
                troubles.add("receiver stopped" + of + error);
            } else if (channel.receiver() == Receiver.CONNECTING) {
                troubles.add("receiver does not reach its source" + of + error);
            }
            if (!channel.delay().isZero()) {
                troubles.add("delayed by " + Words.of(channel.delay()) + " on purpose" + of);
            }
        }
        return String.join(", ", troubles);
    }
}
