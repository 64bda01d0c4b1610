package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.election.Finding;
import io.github.replicationrouting.monitor.NodeStateMachine.Signal;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the knowledge of one node means: a signal for its state machine, and the part of the reads that it is given. */
final class NodeJudge {

    /** What a node gets at least, so that it shows that it is getting better: Envoy's slow start has the same. */
    static final double LEAST_SHARE = 0.1;

    private final Members members;
    private final MonitorSettings settings;

    NodeJudge(Members members, MonitorSettings settings) {
        this.members = members;
        this.settings = settings;
    }

    /**
     * A signal and why.
     *
     * @param reason in words, empty where all is well
     */
    record Judgement(Signal signal, String reason) {}

    Judgement judge(NodeWatch watch, Finding finding) {
        Observation seen = watch.observation;
        if (!watch.lookedAt) {
            return new Judgement(Signal.UNDECIDED, "not probed yet");
        }
        if (!watch.alive || seen == null) {
            return new Judgement(Signal.LOST, Witnesses.reason(watch, members));
        }
        if (seen.offline()) {
            return new Judgement(Signal.LOST, "offline_mode is on");
        }
        if (watch == members.primary) {
            return new Judgement(Signal.PRIMARY, "");
        }
        if (finding.rival()) {
            return new Judgement(Signal.RIVAL, finding.doubt() == null ? "writable" : finding.doubt());
        }
        if (watch.isUnseen() && seen.writable() && finding.role() != Role.REPLICA) {
            return new Judgement(Signal.RIVAL, "was writable when it was last seen, and is not the primary");
        }
        if (finding.role() != Role.REPLICA) {
            return new Judgement(Signal.UNDECIDED, finding.doubt() == null ? "role unknown" : finding.doubt());
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
                            Signal.STALE, "lag " + Words.of(bound) + " above max-lag " + Words.of(settings.maxLag()))
                    : bound.compareTo(settings.readmitLag()) > 0
                            ? new Judgement(
                                    Signal.WITHIN,
                                    "lag " + Words.of(bound) + " above readmit-lag " + Words.of(settings.readmitLag()))
                            : new Judgement(Signal.FRESH, "");
        }
        if (lag instanceof Lag.MoreThan more && more.least().compareTo(settings.maxLag()) > 0) {
            return new Judgement(
                    Signal.STALE,
                    "lag more than " + Words.of(more.least()) + ", above max-lag " + Words.of(settings.maxLag()));
        }
        if (members.primary == null) {
            // Stale reads are better than none, and nobody can be asked what stale would mean.
            return new Judgement(Signal.FRESH, "");
        }
        return new Judgement(
                Signal.UNDECIDED, lag instanceof Lag.Unknown unknown ? unknown.why() : "has not caught up yet");
    }

    /** Less the nearer it is to eviction, and less while it warms up after it came in, both in a straight line. */
    double share(NodeWatch watch, Role role, long now) {
        if (role != Role.REPLICA || watch.machine.state() != NodeState.ONLINE) {
            return 1;
        }
        if (watch.breaker.look(now, watch.alive) == BreakerWatch.View.ON_TRIAL) {
            return LEAST_SHARE;
        }
        return Math.max(LEAST_SHARE, byLag(watch.lag.bound()) * warmth(watch, now));
    }

    private double byLag(@Nullable Duration lag) {
        if (lag == null || lag.compareTo(settings.readmitLag()) <= 0) {
            return 1;
        }
        double band = settings.maxLag().minus(settings.readmitLag()).toNanos();
        double left = settings.maxLag().minus(lag).toNanos();
        return left <= 0 ? 0 : left / band;
    }

    private double warmth(NodeWatch watch, long now) {
        if (!watch.warmsUp) {
            return 1;
        }
        double warmth = (now - watch.enteredAt) / (double) settings.slowStart().toNanos();
        watch.warmsUp = warmth < 1;
        return Math.min(1, warmth);
    }
}
