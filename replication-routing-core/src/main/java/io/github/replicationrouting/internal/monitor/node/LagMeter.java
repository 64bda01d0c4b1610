package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.internal.monitor.lag.LagHistory;
import io.github.replicationrouting.internal.monitor.probe.MonitorScheduler;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Measures the lag of replicas: by position where there is one to compare, else by what the replica itself reports. */
public final class LagMeter {

    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final MonitoredNodes nodes;
    private final MonitorSettings settings;
    private final MonitorScheduler scheduler;
    private final LagHistory history;
    private final boolean multiPrimary;
    private long primarySampledAt;

    private final MemberPositions members = new MemberPositions();

    /** The node of the newest sample, and when that had arrived. */
    private @Nullable NodeRecord sampled;

    private long sampledArrivedAt;

    /** Creates the meter of replicas of one primary. */
    public LagMeter(MonitoredNodes nodes, MonitorSettings settings, MonitorScheduler scheduler) {
        this(nodes, settings, scheduler, false);
    }

    /** @param multiPrimary whether any of several nodes may be written to, by this application or by others */
    public LagMeter(MonitoredNodes nodes, MonitorSettings settings, MonitorScheduler scheduler, boolean multiPrimary) {
        this.multiPrimary = multiPrimary;
        this.nodes = nodes;
        this.settings = settings;
        this.scheduler = scheduler;
        this.history = new LagHistory(exactFor(settings.maxLag()));
        this.primarySampledAt = scheduler.now();
    }

    /** Reads may ask for ten times the limit where no fresh replica is left, and operators want to see more. */
    private static Duration exactFor(Duration maxLag) {
        Duration most = maxLag.multipliedBy(10);
        return most.compareTo(AN_HOUR) > 0 ? most : AN_HOUR;
    }

    /** Adds what the writers have to the history, and returns whether this is the first sample of a new history. */
    public boolean sample() {
        return multiPrimary ? sampleMembers() : samplePrimary();
    }

    private boolean sampleMembers() {
        MemberPositions.Sample sample = members.sample(nodes, scheduler.now());
        if (sample == null || sample.at() - primarySampledAt <= 0) {
            return false;
        }
        primarySampledAt = sample.at();
        return add(sample.all(), sample.sent(), sample.at());
    }

    private boolean add(@Nullable Position position, @Nullable Position sent, long at) {
        boolean wasEmpty = history.isEmpty();
        long start = wasEmpty ? 0 : history.start();
        history.add(position, sent, at);
        return !history.isEmpty() && (wasEmpty || history.start() != start);
    }

    /** Adds the primary's position to the history, and returns whether this is the first sample of a new history. */
    private boolean samplePrimary() {
        NodeRecord primary = nodes.primary();
        Observation seen = primary == null ? null : primary.observation();
        if (primary == null || seen == null) {
            return false;
        }
        LastAnswer answer = primary.answer();
        boolean overlapped = primary == sampled && answer.sentAt() - sampledArrivedAt < 0;
        if (overlapped && !history.isContinuedBy(seen.written())) {
            // The server took this position before that of the newest sample, although its answer came later.
            return false;
        }
        sampled = primary;
        sampledArrivedAt = answer.arrivedAt();
        primarySampledAt = answer.sentAt();
        return add(seen.written(), seen.sent(), answer.sentAt());
    }

    /** Before there is a history to compare with, a server that has executed something may well have replicated it. */
    public boolean follows(@Nullable Position executed) {
        return history.isEmpty() ? executed != null && !executed.isEmpty() : history.reachedBy(executed);
    }

    /**
     * Returns what a node has executed, in the terms in which the primary counts: its transactions, or else how far it
     * is in the primary's binary log. Null where there is nothing to compare, as for a replica of a replica, which
     * knows its place in another log.
     */
    @Nullable
    Position executed(NodeRecord record) {
        Observation seen = record.observation();
        if (seen != null && multiPrimary) {
            return MemberPositions.everything(seen);
        }
        if (seen == null || seen.executed() != null) {
            return seen == null ? null : seen.executed();
        }
        for (ReplicationChannel channel : record.channels()) {
            Position place = channel.executed();
            if (place != null && (history.isEmpty() || history.isComparableTo(place))) {
                return place;
            }
        }
        return null;
    }

    /**
     * Checks whether a replica has what only its source can have given it, and what the source does not have: the
     * source was reset, or restored, or lost its end in a crash, and begins to use the same names for other
     * transactions. From then on the replica seems to contain them. Only an answer of the primary that was asked for
     * after the replica's had come proves it, and the replica counts as ahead until it executes something else.
     *
     * @return whether that has changed
     */
    public boolean findsAhead(NodeRecord record) {
        NodeRecord primary = nodes.primary();
        Observation seen = primary == null ? null : primary.observation();
        Position executed = executed(record);
        if (primary == null || primary == record || seen == null || executed == null) {
            return false;
        }
        boolean before = record.lag().isAhead();
        if (!executed.equals(record.lag().aheadAt())) {
            Position source = seen.sent();
            boolean ahead = source != null
                    && primary.answer().sentAt() - record.answer().arrivedAt() >= 0
                    && executed.isAheadOf(source, seen.serverId());
            record.lag().ahead(ahead ? executed : null);
        }
        return before != record.lag().isAhead();
    }

    /** A new replica, or a new history: for a moment the one does not reach the other, and soon it will. */
    public boolean needsAnotherProbe(NodeRecord record) {
        Position executed = executed(record);
        return !nodes.isPrimary(record)
                && record.isAlive()
                && executed != null
                && !record.lag().isAhead()
                && !history.isEmpty()
                && !history.reachedBy(executed)
                && scheduler.now() - history.start() < settings.timeout().toNanos();
    }

    /**
     * Whether each probe of a node has to ask for its replication: for the lag that it reports, or its place in the
     * log.
     */
    public boolean needsReplication(NodeRecord record) {
        Observation seen = record.observation();
        boolean countsTransactions = seen != null && seen.executed() != null;
        return isReportedOnly(record) || (!countsTransactions && settings.lagProbe() != LagProbe.NONE);
    }

    /** Whether only the server's own report shows its lag. */
    private boolean isReportedOnly(NodeRecord record) {
        return switch (settings.lagProbe()) {
            case STATUS -> true;
            case AUTO -> !isComparable(record);
            case POSITION, NONE -> false;
        };
    }

    /** Whether the node's position can be compared with the primary's, now or as soon as there is one. */
    private boolean isComparable(NodeRecord record) {
        Position executed = executed(record);
        return executed != null && (history.isEmpty() ? !nodes.hasWriter() : history.isComparableTo(executed));
    }

    /** Measures the lag of a node that has answered; of an endpoint, that of the server which gave the answer. */
    public void measure(NodeRecord record, Observation seen) {
        Lag lag = nodes.isPrimary(record) ? new Lag.Known(Duration.ZERO) : lagOf(record);
        if (record.isEndpoint()) {
            record.lag().measured(lag, seen.serverId(), record.answer().sentAt());
        } else {
            record.lag().measured(lag);
        }
    }

    private Lag lagOf(NodeRecord record) {
        LagProbe by = settings.lagProbe();
        boolean reports = record.replication().newest() instanceof Replication.Channels;
        boolean ownReplication = !reports || !record.channels().isEmpty();
        Position executed = executed(record);
        boolean declared = record.node().spec().declaredRole() == DeclaredRole.REPLICA;
        boolean showsNothing = executed == null && !reports;
        if (by == LagProbe.NONE || (declared && (!ownReplication || showsNothing))) {
            return new Lag.NotEvaluated();
        }
        NodeRecord primary = nodes.primary();
        if (record.lag().isAhead() && by != LagProbe.STATUS) {
            return new Lag.Unknown("lag unknown: it has transactions that "
                    + (primary == null ? "the primary" : primary.name())
                    + " does not have, as after a reset of that server; rebuild the replica");
        }
        // While the primary cannot be asked, time stands still: what it has done since is not known.
        boolean isSampled = multiPrimary ? nodes.hasWriter() : primary != null && !primary.refusesProbes();
        long now = isSampled ? scheduler.now() : primarySampledAt;
        if (isReportedOnly(record)) {
            return record.reportedLag(now);
        }
        if (executed == null || !history.isComparableTo(executed)) {
            return new Lag.Unknown("lag unknown: no position to compare");
        }
        return history.reachedBy(executed)
                ? new Lag.Known(Duration.ofNanos(history.lag(executed, now)))
                : new Lag.MoreThan(Duration.ofNanos(Math.max(0, now - history.start())));
    }

    /** Returns how fresh a node is: by positions whatever the lag probe, because they are known anyway. */
    Freshness freshness(NodeRecord record, Role role) {
        if (nodes.isPrimary(record)) {
            return Freshness.PRIMARY;
        }
        if (role == Role.UNKNOWN) {
            return Freshness.UNKNOWN;
        }
        if (record.isEndpoint()) {
            // The next connection may lead to another server than the one that was asked.
            return Freshness.UNKNOWN;
        }
        if (record.lag().isAhead()) {
            return Freshness.UNKNOWN;
        }
        Position executed = executed(record);
        if (executed != null && history.reachedBy(executed)) {
            return Freshness.provenAsOf(history.asOf(executed));
        }
        return isReportedOnly(record) ? record.replication().freshness() : Freshness.UNKNOWN;
    }
}
