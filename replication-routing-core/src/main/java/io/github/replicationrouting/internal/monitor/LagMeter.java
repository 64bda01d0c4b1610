package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How far the replicas are behind: by position where there is one to compare, else by what they say themselves. */
final class LagMeter {

    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final MonitoredNodes members;
    private final MonitorSettings settings;
    private final MonitorScheduler timeline;
    private final LagHistory history;
    private long primarySeenAt;

    LagMeter(MonitoredNodes members, MonitorSettings settings, MonitorScheduler timeline) {
        this.members = members;
        this.settings = settings;
        this.timeline = timeline;
        this.history = new LagHistory(exactFor(settings.maxLag()));
        this.primarySeenAt = timeline.now();
    }

    /** Reads may ask for this much where no fresh replica is left, and operators look at more. */
    private static Duration exactFor(Duration maxLag) {
        Duration most = maxLag.multipliedBy(10);
        return most.compareTo(AN_HOUR) > 0 ? most : AN_HOUR;
    }

    /** Notes where the primary is, and tells whether this is the first sample of a history. */
    boolean samplePrimary() {
        NodeRecord primary = members.primary;
        if (primary == null || primary.observation == null) {
            return false;
        }
        primarySeenAt = primary.answeredAt;
        boolean wasEmpty = history.isEmpty();
        long start = wasEmpty ? 0 : history.start();
        history.add(primary.observation.written(), primary.observation.sent(), primary.answeredAt);
        return !history.isEmpty() && (wasEmpty || history.start() != start);
    }

    /** Before there is a history to compare with, a server that has executed something may well have replicated it. */
    boolean follows(@Nullable Position executed) {
        return history.isEmpty() ? executed != null && !executed.isEmpty() : history.reachedBy(executed);
    }

    /**
     * What a node has executed, in the terms in which the primary counts: its transactions, or else how far it is in the
     * primary's binary log. Null where there is nothing to compare, as for a replica of a replica, which knows its place
     * in another log.
     */
    @Nullable
    Position executed(NodeRecord watch) {
        Observation seen = watch.observation;
        if (seen == null || seen.executed() != null) {
            return seen == null ? null : seen.executed();
        }
        for (ReplicationChannel channel : watch.channels()) {
            Position place = channel.executed();
            if (place != null && (history.isEmpty() || history.isComparableTo(place))) {
                return place;
            }
        }
        return null;
    }

    /**
     * Looks whether a replica has what only its source can have given it, and what the source does not have: the source
     * was reset, or restored, or lost its end in a crash, and begins to use the same names for other transactions. From
     * then on the replica seems to contain them. Only an answer of the primary that was asked for after the replica's had
     * come proves it; and it is held against the replica until that executes something else.
     *
     * @return whether that has changed
     */
    boolean findsAhead(NodeRecord watch) {
        NodeRecord primary = members.primary;
        Position executed = executed(watch);
        if (primary == null || primary == watch || primary.observation == null || executed == null) {
            return false;
        }
        Position source = primary.observation.sent();
        boolean before = watch.ahead != null;
        if (!executed.equals(watch.ahead)) {
            boolean ahead = source != null
                    && primary.answeredAt - watch.arrivedAt >= 0
                    && executed.isAheadOf(source, primary.observation.serverId());
            watch.ahead = ahead ? executed : null;
        }
        return before != (watch.ahead != null);
    }

    /** A new replica, or a new history: for a moment the one does not reach the other, and soon it will. */
    boolean wantsAnotherLook(NodeRecord watch) {
        Position executed = executed(watch);
        return watch != members.primary
                && watch.alive
                && executed != null
                && watch.ahead == null
                && !history.isEmpty()
                && !history.reachedBy(executed)
                && timeline.now() - history.start() < settings.timeout().toNanos();
    }

    /** Whether each look at a node has to ask for its replication: for its own word, or for its place in the log. */
    boolean needsReplication(NodeRecord watch) {
        boolean countsTransactions = watch.observation != null && watch.observation.executed() != null;
        return judgedByStatus(watch) || (!countsTransactions && settings.lagProbe() != LagProbe.NONE);
    }

    /** Whether only the node's own word tells its lag. */
    private boolean judgedByStatus(NodeRecord watch) {
        return switch (settings.lagProbe()) {
            case STATUS -> true;
            case AUTO -> !comparable(watch);
            case POSITION, NONE -> false;
        };
    }

    /** Whether the node's position can be held against the primary's, now or as soon as there is one. */
    private boolean comparable(NodeRecord watch) {
        Position executed = executed(watch);
        return executed != null && (history.isEmpty() ? members.primary == null : history.isComparableTo(executed));
    }

    Lag lagOf(NodeRecord watch) {
        LagProbe by = settings.lagProbe();
        boolean ownReplication = !(watch.replication instanceof Replication.Channels)
                || !watch.channels().isEmpty();
        Position executed = executed(watch);
        boolean declared = watch.node.spec().declaredRole() == DeclaredRole.REPLICA;
        boolean tellsNothing = executed == null && !(watch.replication instanceof Replication.Channels);
        if (by == LagProbe.NONE || (declared && (!ownReplication || tellsNothing))) {
            return new Lag.NotJudged();
        }
        if (watch.ahead != null && by != LagProbe.STATUS) {
            return new Lag.Unknown("lag unknown: it has transactions that " + nameOfPrimary()
                    + " does not have, as after a reset of that; rebuild the replica");
        }
        // While the primary cannot be asked, time stands still: what it has done since nobody knows.
        boolean seen = members.primary != null && !members.primary.isUnseen();
        long now = seen ? timeline.now() : primarySeenAt;
        if (judgedByStatus(watch)) {
            return watch.statusLag(now);
        }
        if (executed == null || !history.isComparableTo(executed)) {
            return new Lag.Unknown("lag unknown: no position to compare");
        }
        return history.reachedBy(executed)
                ? new Lag.Known(Duration.ofNanos(history.lag(executed, now)))
                : new Lag.MoreThan(Duration.ofNanos(Math.max(0, now - history.start())));
    }

    private String nameOfPrimary() {
        return members.primary == null ? "the primary" : members.primary.name();
    }

    /** By positions whatever the lag probe: they are known anyway. */
    Freshness freshness(NodeRecord watch, Role role) {
        if (role != Role.REPLICA) {
            return role == Role.PRIMARY ? Freshness.PRIMARY : Freshness.UNKNOWN;
        }
        if (watch.node.spec().kind() == NodeKind.ENDPOINT) {
            // The next connection may lead to another server than the one that was asked.
            return Freshness.UNKNOWN;
        }
        if (watch.ahead != null) {
            return Freshness.UNKNOWN;
        }
        Position executed = executed(watch);
        if (executed != null && history.reachedBy(executed)) {
            return Freshness.provenAsOf(history.asOf(executed));
        }
        return judgedByStatus(watch) ? watch.reportedFreshness() : Freshness.UNKNOWN;
    }
}
