package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.NodeStateMachine.Signal;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the knowledge of one node means: a signal for its state machine, and the part of the reads that it is given. */
final class NodeEvaluator {

    /** What a node gets at least, so that it shows that it is getting better: Envoy's slow start has the same. */
    static final double MIN_SHARE = 0.1;

    private final MonitoredNodes members;
    private final MonitorSettings settings;

    NodeEvaluator(MonitoredNodes members, MonitorSettings settings) {
        this.members = members;
        this.settings = settings;
    }

    /**
     * A signal and why.
     *
     * @param reason in words, empty where all is well
     */
    record Judgement(Signal signal, String reason) {}

    Judgement judge(NodeRecord watch, NodeAssessment finding) {
        Observation seen = watch.observation;
        if (!watch.lookedAt) {
            return new Judgement(Signal.UNDECIDED, "not probed yet");
        }
        if (!watch.alive || seen == null) {
            return new Judgement(Signal.LOST, ReplicaReports.reason(watch, members));
        }
        if (seen.offline()) {
            return new Judgement(Signal.LOST, "offline_mode is on");
        }
        if (watch == members.primary) {
            return new Judgement(Signal.PRIMARY, "");
        }
        if (finding.rival()) {
            return new Judgement(Signal.RIVAL, finding.reason() == null ? "writable" : finding.reason());
        }
        if (watch.isUnseen() && seen.writable() && finding.role() != Role.REPLICA) {
            return new Judgement(Signal.RIVAL, "was writable when it was last seen, and is not the primary");
        }
        if (finding.role() != Role.REPLICA) {
            return new Judgement(Signal.UNDECIDED, finding.reason() == null ? "role unknown" : finding.reason());
        }
        Judgement byLag = judge(watch.lag);
        String trouble = byLag.reason.isEmpty() ? "" : watch.trouble();
        return trouble.isEmpty() || byLag.reason.contains(trouble)
                ? byLag
                : new Judgement(byLag.signal, trouble + "; " + byLag.reason);
    }

    private Judgement judge(Lag lag) {
        if (lag instanceof Lag.NotJudged) {
            return new Judgement(Signal.FRESH, "");
        }
        if (lag instanceof Lag.Known known) {
            Duration bound = known.bound();
            return bound.compareTo(settings.maxLag()) > 0
                    ? new Judgement(
                            Signal.STALE,
                            "lag " + DurationFormat.of(bound) + " above max-lag "
                                    + DurationFormat.of(settings.maxLag()))
                    : bound.compareTo(settings.readmitLag()) > 0
                            ? new Judgement(
                                    Signal.WITHIN,
                                    "lag " + DurationFormat.of(bound) + " above readmit-lag "
                                            + DurationFormat.of(settings.readmitLag()))
                            : new Judgement(Signal.FRESH, "");
        }
        if (lag instanceof Lag.MoreThan more && more.least().compareTo(settings.maxLag()) > 0) {
            return new Judgement(
                    Signal.STALE,
                    "lag more than " + DurationFormat.of(more.least()) + ", above max-lag "
                            + DurationFormat.of(settings.maxLag()));
        }
        if (members.primary == null) {
            // Stale reads are better than none, and nobody can be asked what stale would mean.
            return new Judgement(Signal.FRESH, "");
        }
        return new Judgement(
                Signal.UNDECIDED, lag instanceof Lag.Unknown unknown ? unknown.why() : "has not caught up yet");
    }

    /** Less the nearer it is to eviction, and less while it warms up after it came in, both in a straight line. */
    double share(NodeRecord watch, Role role, long now) {
        if (role != Role.REPLICA || watch.machine.state() != NodeState.ONLINE) {
            return 1;
        }
        if (watch.breaker.look(now, watch.alive) == BreakerWatch.View.ON_TRIAL) {
            return MIN_SHARE;
        }
        return Math.max(MIN_SHARE, byLag(watch.lag.bound()) * warmth(watch, now));
    }

    private double byLag(@Nullable Duration lag) {
        if (lag == null || lag.compareTo(settings.readmitLag()) <= 0) {
            return 1;
        }
        double band = settings.maxLag().minus(settings.readmitLag()).toNanos();
        double left = settings.maxLag().minus(lag).toNanos();
        return left <= 0 ? 0 : left / band;
    }

    private double warmth(NodeRecord watch, long now) {
        if (!watch.warmsUp) {
            return 1;
        }
        double warmth = (now - watch.enteredAt) / (double) settings.slowStart().toNanos();
        watch.warmsUp = warmth < 1;
        return Math.min(1, warmth);
    }
}
