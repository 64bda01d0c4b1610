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
 * When to look at which node, and when to stop waiting. On the monitor's thread only.
 *
 * <p>In each round the primary is asked first and the others when it has answered, or a moment later if it does not: so
 * a replica that keeps up contains what the primary was just seen to have. A node is asked every interval whether or not
 * it has answered the last time, because a frozen one would otherwise cost a time-out per failure; and a failure that
 * comes at once, such as a refusal, is confirmed at once.
 *
 * <p>Time limits run in {@link PauseAwareClock}, and only here: what a driver says of time is not heard. While no node at all
 * is heard, the reason may be on this side, and the limit is doubled.
 */
final class ProbeScheduler {

    /** What comes of the looks. */
    interface Results {

        void answered(NodeRecord watch, Answered answer);

        void failed(NodeRecord watch, ProbeFailure failure);

        /** No answer yet, later than is usual for this node, while others do answer. */
        void overdue(NodeRecord watch, Duration waited);
    }

    private static final Duration CONFIRM_AFTER = Duration.ofMillis(50);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(20);
    private static final Duration MIN_BETWEEN_REQUESTS = Duration.ofMillis(100);
    private static final Duration PRIMARY_FIRST = Duration.ofMillis(100);
    private static final Duration LONG_AGO = Duration.ofDays(1);
    private static final int LIMITS_WHILE_NOBODY_IS_HEARD = 2;

    private final MonitoredNodes members;
    private final MonitorSettings settings;
    private final MonitorScheduler timeline;
    private final DoubleSupplier random;
    private final RouterMetrics metrics;
    private final FailureGuard supervisor;
    private final Supplier<Duration> interval;
    private final Predicate<NodeRecord> asksReplication;
    private final Results results;
    private final PauseAwareClock ownTime;

    private boolean roundHeld;
    private int open;
    private boolean beating;
    private long heardAt;

    /**
     * @param interval time between rounds, give or take a fifth
     * @param asksReplication whether a look at this node shall also ask for its replication
     */
    ProbeScheduler(
            MonitoredNodes members,
            MonitorSettings settings,
            MonitorScheduler timeline,
            DoubleSupplier random,
            RouterMetrics metrics,
            FailureGuard supervisor,
            Supplier<Duration> interval,
            Predicate<NodeRecord> asksReplication,
            Results results) {
        this.members = members;
        this.settings = settings;
        this.timeline = timeline;
        this.random = random;
        this.metrics = metrics;
        this.supervisor = supervisor;
        this.interval = interval;
        this.asksReplication = asksReplication;
        this.results = results;
        this.ownTime = new PauseAwareClock(timeline.now());
        this.heardAt = timeline.now() - LONG_AGO.toNanos();
    }

    /** Probes that may wait for one node at the same time. */
    static int mostAtOnce(MonitorSettings settings) {
        return Math.max(2, settings.failureThreshold());
    }

    // --- when to look

    void round() {
        timeline.schedule(this::round, jittered(interval.get()));
        NodeRecord first = members.primary;
        if (first == null || !first.alive) {
            members.forEach(this::look);
            return;
        }
        roundHeld = true;
        look(first);
        Duration quarter = settings.interval().dividedBy(4);
        timeline.schedule(this::releaseRound, quarter.compareTo(PRIMARY_FIRST) < 0 ? quarter : PRIMARY_FIRST);
    }

    private void releaseRound() {
        if (roundHeld) {
            roundHeld = false;
            for (NodeRecord watch : members) {
                if (watch != members.primary) {
                    look(watch);
                }
            }
        }
    }

    private Duration jittered(Duration interval) {
        return Duration.ofNanos((long) (interval.toNanos() * (0.8 + 0.4 * random.getAsDouble())));
    }

    /** Looks at a node that the application complains of: soon, but not for every complaint. From any thread. */
    void request(NodeRecord watch) {
        if (!watch.lookRequested.compareAndSet(false, true)) {
            return;
        }
        timeline.execute(() -> {
            long sinceLast = timeline.now() - watch.requestedLookAt;
            Duration wait = MIN_BETWEEN_REQUESTS.minusNanos(sinceLast);
            timeline.schedule(
                    () -> {
                        watch.lookRequested.set(false);
                        watch.requestedLookAt = timeline.now();
                        look(watch);
                    },
                    wait.isNegative() ? Duration.ZERO : wait);
        });
    }

    void lookAgain(NodeRecord watch) {
        timeline.schedule(() -> look(watch), LOOK_AGAIN_AFTER);
    }

    /** Makes sure that a failure was no accident, unless a look that will tell is on its way. */
    void confirm(NodeRecord watch) {
        if (watch.unanswered == 0) {
            timeline.schedule(() -> look(watch), CONFIRM_AFTER);
        }
    }

    void look(NodeRecord watch) {
        long now = timeline.now();
        if (watch.removed || now - watch.notBefore < 0) {
            return;
        }
        if (watch.inFlight >= mostAtOnce(settings)) {
            if (watch.unanswered == 0) {
                // All of them are overdue and still occupied, which no time limit of the driver has ended.
                results.failed(watch, ProbeFailure.unanswered(settings.timeout()));
            }
            return;
        }
        open++;
        if (!beating) {
            beating = true;
            beat();
        }
        Probe probe = new Probe(
                now,
                ownTime.at(now),
                watch.isReplicationHung()
                        ? Probe.Asking.NEVER
                        : asksReplication.test(watch) ? Probe.Asking.NOW : Probe.Asking.WITH_NEW_CONNECTION,
                watch.renewsConnection(now, members.primary == null));
        watch.inFlight++;
        watch.unanswered++;
        timeline.schedule(() -> expire(watch, probe), settings.timeout());
        Duration late = watch.responseTime.late(settings.timeout());
        if (late.compareTo(settings.timeout()) < 0) {
            timeline.schedule(() -> wonder(watch, probe, late), late);
        }
        try {
            watch.prober.start(probe, answer -> timeline.execute(() -> hear(watch, probe, answer)));
        } catch (Throwable failure) {
            supervisor.report(failure);
            hear(watch, probe, new Failed(ProbeFailure.of(failure, settings.timeout())));
        }
    }

    private void beat() {
        ownTime.beat(timeline.now());
        if (open > 0) {
            timeline.schedule(this::beat, PauseAwareClock.BEAT);
        } else {
            beating = false;
        }
    }

    // --- how long to wait

    private void hear(NodeRecord watch, Probe probe, ProbeResult answer) {
        watch.inFlight--;
        if (answer instanceof Failed failed && failed.failure().kind() == ProbeFailure.Kind.UNANSWERED) {
            // The driver's clock did not stop in a pause of ours.
            return;
        }
        heardAt = timeline.now();
        if (settle(watch, probe)) {
            take(watch, probe, answer);
        }
    }

    private void expire(NodeRecord watch, Probe probe) {
        if (probe.isSettled()) {
            return;
        }
        Duration waited = waited(probe);
        Duration limit = nobodyHeardSince(probe)
                ? settings.timeout().multipliedBy(LIMITS_WHILE_NOBODY_IS_HEARD)
                : settings.timeout();
        if (waited.compareTo(limit) < 0) {
            Duration left = settings.timeout().minus(waited);
            timeline.schedule(
                    () -> expire(watch, probe), left.compareTo(LOOK_AGAIN_AFTER) > 0 ? left : LOOK_AGAIN_AFTER);
        } else if (settle(watch, probe)) {
            Answered firstPart = probe.firstPart();
            if (firstPart != null) {
                watch.replicationHung();
            }
            take(watch, probe, firstPart != null ? firstPart : new Failed(ProbeFailure.unanswered(settings.timeout())));
        }
    }

    private void wonder(NodeRecord watch, Probe probe, Duration limit) {
        if (probe.isSettled() || probe.opensConnection() || probe.firstPart() != null || watch.removed) {
            return;
        }
        Duration waited = waited(probe);
        if (waited.compareTo(limit) < 0 || nobodyHeardSince(probe)) {
            timeline.schedule(() -> wonder(watch, probe, limit), PauseAwareClock.BEAT);
        } else {
            results.overdue(watch, waited);
        }
    }

    private Duration waited(Probe probe) {
        return Duration.ofNanos(ownTime.at(timeline.now()) - probe.launchedInOwnTime());
    }

    /** One's own trouble looks just the same; also the first connection of a process, which loads the driver. */
    private boolean nobodyHeardSince(Probe probe) {
        return heardAt - probe.launchedAt() <= -LOOK_AGAIN_AFTER.toNanos();
    }

    /** True for the first caller: each probe counts once, as answered or as overdue. */
    private boolean settle(NodeRecord watch, Probe probe) {
        if (!probe.settle()) {
            return false;
        }
        watch.unanswered--;
        open--;
        return true;
    }

    private void take(NodeRecord watch, Probe probe, ProbeResult answer) {
        if (watch.removed) {
            return;
        }
        if (answer instanceof Answered answered) {
            metrics.probed(watch.node, "answered");
            if (!probe.opensConnection()) {
                watch.responseTime.add(timeline.now() - probe.launchedAt());
            }
            if (answered.sentAt() - watch.answeredAt > 0) {
                results.answered(watch, answered);
            }
        } else if (answer instanceof Failed failed) {
            metrics.probed(watch.node, failed.failure().kind().label());
            if (probe.launchedAt() - watch.answeredAt > 0) {
                results.failed(watch, failed.failure());
            }
        }
        if (watch == members.primary || members.primary == null) {
            releaseRound();
        }
    }
}
