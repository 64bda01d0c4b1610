package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.monitor.node.MonitoredNodes;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.MonitorScheduler;
import io.github.replicationrouting.internal.monitor.probe.PauseAwareClock;
import io.github.replicationrouting.internal.monitor.probe.Probe;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult.Answered;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult.Failed;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * When to probe which node, and when to stop waiting. On the monitor's thread only.
 *
 * <p>In each round the primary is asked first and the others when it has answered, or a moment later if it does not: so
 * a replica that keeps up contains what the primary was just seen to have. A node is asked every interval whether or
 * not it has answered the last time, because a frozen one would otherwise cost a timeout per failure; and a failure
 * that comes immediately, such as a refusal, is confirmed immediately.
 *
 * <p>Time limits run on a {@link PauseAwareClock}, and only here: the timeout of a driver is ignored. While no node at
 * all answers, the reason may be on this side, and the limit is doubled.
 */
final class ProbeScheduler {

    /** Receives the outcome of each probe. */
    interface Results {

        void answered(NodeRecord record, Answered answer);

        void failed(NodeRecord record, ProbeFailure failure);

        /** No answer yet, later than is usual for this node, while others do answer. */
        void overdue(NodeRecord record, Duration waited);
    }

    private static final Duration CONFIRM_AFTER = Duration.ofMillis(50);
    private static final Duration PROBE_AGAIN_AFTER = Duration.ofMillis(20);
    private static final Duration MIN_BETWEEN_REQUESTS = Duration.ofMillis(100);
    private static final Duration PRIMARY_FIRST = Duration.ofMillis(100);
    private static final Duration LONG_AGO = Duration.ofDays(1);

    /** Asking a server often that refuses the login could lock the account. */
    private static final Duration BETWEEN_REFUSED_LOGINS = Duration.ofSeconds(5);

    private static final int TIMEOUTS_WHILE_NO_NODE_ANSWERS = 2;

    private final MonitoredNodes nodes;
    private final MonitorSettings settings;
    private final MonitorScheduler scheduler;
    private final DoubleSupplier random;
    private final RouterMetrics metrics;
    private final FailureGuard failureGuard;
    private final Supplier<Duration> interval;
    private final Predicate<NodeRecord> asksReplication;
    private final Results results;
    private final PauseAwareClock clock;

    private boolean roundHeld;
    private int unsettled;
    private boolean ticking;

    /** When the newest answer or failure came from any node. */
    private long heardAt;

    /**
     * @param interval time between rounds, give or take a fifth
     * @param asksReplication whether a probe of this node also asks for its replication
     */
    ProbeScheduler(
            MonitoredNodes nodes,
            MonitorSettings settings,
            MonitorScheduler scheduler,
            DoubleSupplier random,
            RouterMetrics metrics,
            FailureGuard failureGuard,
            Supplier<Duration> interval,
            Predicate<NodeRecord> asksReplication,
            Results results) {
        this.nodes = nodes;
        this.settings = settings;
        this.scheduler = scheduler;
        this.random = random;
        this.metrics = metrics;
        this.failureGuard = failureGuard;
        this.interval = interval;
        this.asksReplication = asksReplication;
        this.results = results;
        this.clock = new PauseAwareClock(scheduler.now());
        this.heardAt = scheduler.now() - LONG_AGO.toNanos();
    }

    /** Returns how many probes may wait for one node concurrently. */
    static int maxConcurrentProbes(MonitorSettings settings) {
        return Math.max(2, settings.failureThreshold());
    }

    // --- when to probe

    /** Probes every node, and again every interval from then on. */
    void round() {
        scheduler.schedule(this::round, jittered(interval.get()));
        NodeRecord first = nodes.primary();
        if (first == null || !first.isAlive()) {
            nodes.forEach(this::probe);
            return;
        }
        roundHeld = true;
        probe(first);
        Duration quarter = settings.interval().dividedBy(4);
        scheduler.schedule(this::releaseRound, quarter.compareTo(PRIMARY_FIRST) < 0 ? quarter : PRIMARY_FIRST);
    }

    private void releaseRound() {
        if (roundHeld) {
            roundHeld = false;
            for (NodeRecord record : nodes) {
                if (!nodes.isPrimary(record)) {
                    probe(record);
                }
            }
        }
    }

    private Duration jittered(Duration interval) {
        return Duration.ofNanos((long) (interval.toNanos() * (0.8 + 0.4 * random.getAsDouble())));
    }

    /** Probes a node that the application reports errors of: soon, but not once for each error. From any thread. */
    void request(NodeRecord record) {
        if (!record.probes().request()) {
            return;
        }
        scheduler.execute(() -> {
            long sinceLast = scheduler.now() - record.probes().requestServedAt();
            Duration wait = MIN_BETWEEN_REQUESTS.minusNanos(sinceLast);
            scheduler.schedule(
                    () -> {
                        record.probes().serveRequest(scheduler.now());
                        probe(record);
                    },
                    wait.isNegative() ? Duration.ZERO : wait);
        });
    }

    void probeAgain(NodeRecord record) {
        scheduler.schedule(() -> probe(record), PROBE_AGAIN_AFTER);
    }

    /** Probes a node again that has failed once, unless the outcome of another probe is still to come. */
    void confirm(NodeRecord record) {
        if (!record.probes().isAwaited()) {
            scheduler.schedule(() -> probe(record), CONFIRM_AFTER);
        }
    }

    void probe(NodeRecord record) {
        long now = scheduler.now();
        if (record.isRemoved() || !record.probes().mayStart(now)) {
            return;
        }
        if (record.probes().inFlight() >= maxConcurrentProbes(settings)) {
            if (!record.probes().isAwaited()) {
                // All of them are overdue and still occupied, which no time limit of the driver has ended.
                results.failed(record, ProbeFailure.unanswered(settings.timeout()));
            }
            return;
        }
        unsettled++;
        if (!ticking) {
            ticking = true;
            tick();
        }
        Probe probe = new Probe(
                now,
                clock.at(now),
                record.replication().isHung()
                        ? Probe.Asking.NEVER
                        : asksReplication.test(record) ? Probe.Asking.NOW : Probe.Asking.WITH_NEW_CONNECTION,
                record.needsNewConnection(now, nodes.primary() == null));
        record.probes().started();
        scheduler.schedule(() -> expire(record, probe), settings.timeout());
        Duration late = record.probes().roundTripTime().late(settings.timeout());
        if (late.compareTo(settings.timeout()) < 0) {
            scheduler.schedule(() -> checkOverdue(record, probe, late), late);
        }
        try {
            record.prober().start(probe, result -> scheduler.execute(() -> receive(record, probe, result)));
        } catch (Throwable failure) {
            failureGuard.report(failure);
            receive(record, probe, new Failed(ProbeFailure.of(failure, settings.timeout())));
        }
    }

    private void tick() {
        clock.tick(scheduler.now());
        if (unsettled > 0) {
            scheduler.schedule(this::tick, PauseAwareClock.TICK);
        } else {
            ticking = false;
        }
    }

    // --- how long to wait

    private void receive(NodeRecord record, Probe probe, ProbeResult result) {
        record.probes().returned();
        if (result instanceof Failed failed && failed.failure().kind() == ProbeFailure.Kind.UNANSWERED) {
            // The driver's clock did not stop in a pause of this process.
            return;
        }
        heardAt = scheduler.now();
        if (settle(record, probe)) {
            deliver(record, probe, result);
        }
    }

    private void expire(NodeRecord record, Probe probe) {
        if (probe.isSettled()) {
            return;
        }
        Duration waited = waited(probe);
        Duration limit = noNodeHeardSince(probe)
                ? settings.timeout().multipliedBy(TIMEOUTS_WHILE_NO_NODE_ANSWERS)
                : settings.timeout();
        if (waited.compareTo(limit) < 0) {
            Duration left = settings.timeout().minus(waited);
            scheduler.schedule(
                    () -> expire(record, probe), left.compareTo(PROBE_AGAIN_AFTER) > 0 ? left : PROBE_AGAIN_AFTER);
        } else if (settle(record, probe)) {
            Answered firstPart = probe.firstPart();
            if (firstPart != null) {
                record.replication().hung();
            }
            deliver(
                    record,
                    probe,
                    firstPart != null ? firstPart : new Failed(ProbeFailure.unanswered(settings.timeout())));
        }
    }

    private void checkOverdue(NodeRecord record, Probe probe, Duration limit) {
        if (probe.isSettled() || probe.opensConnection() || probe.firstPart() != null || record.isRemoved()) {
            return;
        }
        Duration waited = waited(probe);
        if (waited.compareTo(limit) < 0 || noNodeHeardSince(probe)) {
            scheduler.schedule(() -> checkOverdue(record, probe, limit), PauseAwareClock.TICK);
        } else {
            results.overdue(record, waited);
        }
    }

    private Duration waited(Probe probe) {
        return Duration.ofNanos(clock.at(scheduler.now()) - probe.launchedOnClock());
    }

    /**
     * A pause of this process has the same effect; so has the first connection of a process, which loads the driver.
     */
    private boolean noNodeHeardSince(Probe probe) {
        return heardAt - probe.launchedAt() <= -PROBE_AGAIN_AFTER.toNanos();
    }

    /** Returns true for the first caller: each probe counts once, as answered or as out of time. */
    private boolean settle(NodeRecord record, Probe probe) {
        if (!probe.settle()) {
            return false;
        }
        record.probes().settled();
        unsettled--;
        return true;
    }

    private void deliver(NodeRecord record, Probe probe, ProbeResult result) {
        if (record.isRemoved()) {
            return;
        }
        if (result instanceof Answered answered) {
            metrics.probed(record.node(), "answered");
            if (!probe.opensConnection()) {
                record.probes().roundTripTime().add(scheduler.now() - probe.launchedAt());
            }
            if (answered.sentAt() - record.answer().sentAt() > 0) {
                results.answered(record, answered);
            }
        } else if (result instanceof Failed failed) {
            metrics.probed(record.node(), failed.failure().kind().label());
            if (probe.launchedAt() - record.answer().sentAt() > 0) {
                if (failed.failure().kind() == ProbeFailure.Kind.MISCONFIGURED) {
                    record.probes().pauseUntil(scheduler.now() + BETWEEN_REFUSED_LOGINS.toNanos());
                }
                results.failed(record, failed.failure());
            }
        }
        if (nodes.isPrimary(record) || nodes.primary() == null) {
            releaseRound();
        }
    }
}
