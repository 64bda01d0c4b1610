package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.internal.election.RoleHistory;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the monitor remembers of one node. Everything but the atomic fields belongs to the monitor's thread. */
final class NodeRecord {

    /** Without a reason to ask sooner, the state of replication is asked for this often. */
    private static final int PROBES_BETWEEN_REPLICATION = 10;

    /** A grant given later shows only on a new connection; while writes wait for it that has to be soon. */
    private static final Duration RENEW_WITHOUT_GRANT = Duration.ofMinutes(5);

    private static final Duration RENEW_WITHOUT_PRIMARY = Duration.ofSeconds(2);

    /** How long after a second statement that hung only the first is sent. */
    private static final int PROBES_AFTER_HANG = 20;

    final Node node;
    final Prober prober;
    final NodeStateMachine machine;
    final BreakerWatch breaker;

    final RoundTripTime responseTime = new RoundTripTime();
    final LagTrend trend;

    /** A request to look at once is on its way. */
    final AtomicBoolean lookRequested = new AtomicBoolean();

    /** A complaint of the application is on its way. */
    final AtomicBoolean accused = new AtomicBoolean();

    /** What was already warned about. */
    final Set<String> warned = new HashSet<>();

    NodeStatus status;

    @Nullable
    Observation observation;

    Replication replication = new Replication.NotAsked();
    Lag lag = new Lag.Unknown("not probed yet");

    private final EndpointLag servers = new EndpointLag();

    /** Last lag by the replica's own status, and when it was true. */
    private @Nullable Duration statusLag;

    private long statusLagAt;

    /** When the newest answer that counts was asked for. */
    long answeredAt;

    /** When it had come. */
    long arrivedAt;

    /** What it had executed when its source turned out to lack part of it; null when nothing is held against it. */
    @Nullable
    Position ahead;

    int failures;

    @Nullable
    ProbeFailure failure;

    boolean alive;

    /** When it was last told that no probe is let in, and whether the end of that is worth telling. */
    long unseenToldAt;

    boolean tellsUnseen;

    /** Why the newest probe was not let in, so that what was seen before stands; null while probes are let in. */
    @Nullable
    ProbeFailure refusal;

    /** When it was last given up. */
    long lostAt;

    /** Whether the commits of this primary wait for a replica; null where that is not known. */
    @Nullable
    Boolean semiSynchronous;

    /** What its answers have shown of its role. */
    RoleHistory roles = RoleHistory.NONE;

    /** Why it may be unfit although nothing is proven, in words; null when nothing speaks against it. */
    @Nullable
    String suspicion;

    private long suspectedAt;

    /** The errors that no other node answers with, by their keys. */
    private final Map<String, Difference> differences = new LinkedHashMap<>();

    /**
     * An error that no other node answers with.
     *
     * @param until when reads leave this node for it
     */
    private record Difference(int code, long until) {}

    /** When it last came into use, and whether it still gets less for that. */
    long enteredAt;

    boolean warmsUp;

    /** Looks at its load in a row that found nothing running, while it drains. */
    int idleLooks;

    int unanswered;
    int inFlight;
    boolean lookedAt;
    boolean removed;
    long notBefore;
    long requestedLookAt;
    private int sinceReplication;

    /** Whether the newest answer told the state of replication. */
    private boolean toldReplication;

    private long deniedAt;

    /** @param joinsLate whether the others are already in use, so that this one has to show first that it is fit */
    NodeRecord(
            Node node,
            Prober prober,
            CircuitBreaker breaker,
            Duration window,
            Duration maxLag,
            long now,
            boolean joinsLate) {
        this.trend = new LagTrend(maxLag);
        this.breaker = new BreakerWatch(breaker, now);
        this.machine = new NodeStateMachine(window, joinsLate);
        this.node = node;
        this.prober = prober;
        this.status = NodeStatus.unknown(node);
        this.answeredAt = now - 1;
        this.notBefore = now;
        this.unseenToldAt = now - Duration.ofDays(1).toNanos();
        this.requestedLookAt = now - Duration.ofDays(1).toNanos();
    }

    String name() {
        return node.name();
    }

    void suspect(String why, long now) {
        suspicion = why;
        suspectedAt = now;
    }

    void differs(SchemaErrors.SchemaError error, long until) {
        differences.remove(error.key());
        differences.put(error.key(), new Difference(error.code(), until));
    }

    void isNoDifference(SchemaErrors.SchemaError error) {
        differences.remove(error.key());
    }

    /** Why its schema speaks against it now, in words; null when nothing does. */
    @Nullable
    String difference(long now) {
        differences.values().removeIf(past -> now - past.until >= 0);
        Difference newest = null;
        for (Difference difference : differences.values()) {
            newest = difference;
        }
        return newest == null
                ? null
                : "it alone answers statements with error " + newest.code + ", as where its schema differs";
    }

    /** A good answer ends a suspicion, unless it is older. */
    void trust(long answeredAt) {
        if (answeredAt - suspectedAt >= 0) {
            suspicion = null;
        }
    }

    /** Whether the next probe also asks for replication: not when nothing could have changed, for it costs a statement. */
    boolean asksReplication(boolean unsettled) {
        if (replication instanceof Replication.NotPermitted) {
            return false;
        }
        return sinceReplication >= 0 && (unsettled || sinceReplication >= PROBES_BETWEEN_REPLICATION);
    }

    boolean isEndpoint() {
        return node.spec().kind() == NodeKind.ENDPOINT;
    }

    /** Takes in the lag that the last answer showed; of an endpoint, that of the server which gave it. */
    void shown(Lag last) {
        Observation seen = observation;
        lag = isEndpoint() && seen != null ? servers.met(seen.serverId(), last, answeredAt) : last;
    }

    /** Behind an endpoint only a new connection may lead to another server. */
    boolean renewsConnection(long now, boolean withoutPrimary) {
        if (isEndpoint()) {
            return true;
        }
        Duration wait = withoutPrimary ? RENEW_WITHOUT_PRIMARY : RENEW_WITHOUT_GRANT;
        return replication instanceof Replication.NotPermitted && now - deniedAt > wait.toNanos();
    }

    /**
     * Takes in whether its commits wait for a replica.
     *
     * @return whether that has changed; what is first learnt of a primary is no change
     */
    boolean noteSemiSynchronous(Observation now) {
        if (!now.writable()) {
            semiSynchronous = null;
            return false;
        }
        Boolean before = semiSynchronous;
        if (now.semiSynchronous() != null) {
            semiSynchronous = now.semiSynchronous();
        }
        return before != null && !before.equals(semiSynchronous);
    }

    /** Whether its newest answer also told whom it follows, or it never will. */
    private boolean hasJustToldReplication() {
        return replication instanceof Replication.NotPermitted || toldReplication;
    }

    /** Whether it lives, and has told whom it follows with its newest answer, which was asked for after a moment. */
    boolean hasToldReplicationSince(long moment) {
        return alive && toldReplication && answeredAt - moment >= 0;
    }

    void lose(long now) {
        if (alive) {
            lostAt = now;
        }
        alive = false;
    }

    /** What its newest answer showed, null before the first. */
    @Nullable
    Answer sighting() {
        return observation == null
                ? null
                : new Answer(answeredAt, arrivedAt, observation, replication, hasJustToldReplication());
    }

    /** Whether the server answers, but lets no probe look. */
    boolean isUnseen() {
        return refusal != null;
    }

    /** Whether a second statement hung so short a time ago that it would hang again, on whatever connection. */
    boolean isReplicationHung() {
        return sinceReplication < 0;
    }

    void replicationHung() {
        sinceReplication = -PROBES_AFTER_HANG;
    }

    /** Takes in what the server says of its replication; what nobody asked for leaves what is known. */
    void learn(Replication answer, long at) {
        toldReplication = !(answer instanceof Replication.NotAsked);
        if (!toldReplication) {
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
        boolean current = statusLagAt == answeredAt && !isUnseen();
        return new Lag.Known(current ? told : told.plusNanos(Math.max(0, now - statusLagAt)));
    }

    /** By the replica's own status, whose whole seconds hide up to one more. */
    Freshness reportedFreshness() {
        Duration told = statusLag;
        return told == null || replication instanceof Replication.NotPermitted
                ? Freshness.UNKNOWN
                : Freshness.reportedAsOf(statusLagAt - told.plusSeconds(1).toNanos());
    }

    /** The filters of its replication, in words; empty when it has none, or nothing is known of it. */
    String filters() {
        return channels().stream()
                .flatMap(channel -> channel.filters().stream())
                .distinct()
                .collect(Collectors.joining(", "));
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
                troubles.add("delayed by " + DurationFormat.of(channel.delay()) + " on purpose" + of);
            }
        }
        return String.join(", ", troubles);
    }
}
