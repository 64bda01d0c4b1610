package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.errors.PoolHealth;
import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.internal.monitor.node.NodeStateMachine.Signal;
import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Evaluates the record of one node: a signal for its state machine, and the share of reads that it is given. */
public final class NodeEvaluator {

    /** What a node gets at least, so that it shows that it is getting better: Envoy's slow start has the same. */
    public static final double MIN_SHARE = 0.1;

    private final MonitoredNodes nodes;
    private final MonitorSettings settings;

    public NodeEvaluator(MonitoredNodes nodes, MonitorSettings settings) {
        this.nodes = nodes;
        this.settings = settings;
    }

    /**
     * A signal and why.
     *
     * @param reason as text, empty where all is well
     */
    public record Evaluation(Signal signal, String reason) {}

    /** Returns what the record of a node means for its state. */
    public Evaluation evaluate(NodeRecord record, NodeAssessment assessment) {
        Observation seen = record.observation();
        if (!record.liveness().isProbed()) {
            return new Evaluation(Signal.UNDECIDED, "not probed yet");
        }
        if (!record.isAlive() || seen == null) {
            return new Evaluation(Signal.LOST, ReplicaReports.reason(record, nodes));
        }
        if (seen.offline()) {
            return new Evaluation(Signal.LOST, "offline_mode is on");
        }
        if (nodes.isPrimary(record)) {
            return new Evaluation(Signal.PRIMARY, "");
        }
        if (assessment.rival()) {
            return new Evaluation(Signal.RIVAL, assessment.reason() == null ? "writable" : assessment.reason());
        }
        if (record.refusesProbes() && seen.writable() && assessment.role() == Role.UNKNOWN) {
            return new Evaluation(Signal.RIVAL, "was writable when it was last seen, and is not the primary");
        }
        if (assessment.role() == Role.UNKNOWN) {
            return new Evaluation(Signal.UNDECIDED, assessment.reason() == null ? "role unknown" : assessment.reason());
        }
        Evaluation byLag = evaluate(record.lag().newest());
        String problems = byLag.reason.isEmpty() ? "" : record.replication().problems();
        return problems.isEmpty() || byLag.reason.contains(problems)
                ? byLag
                : new Evaluation(byLag.signal, problems + "; " + byLag.reason);
    }

    private Evaluation evaluate(Lag lag) {
        if (lag instanceof Lag.NotEvaluated) {
            return new Evaluation(Signal.FRESH, "");
        }
        if (lag instanceof Lag.Known known) {
            return evaluate(known.bound());
        }
        if (lag instanceof Lag.MoreThan more && more.minimum().compareTo(settings.maxLag()) > 0) {
            return new Evaluation(
                    Signal.STALE,
                    "lag more than " + DurationFormat.of(more.minimum()) + ", above max-lag "
                            + DurationFormat.of(settings.maxLag()));
        }
        if (!nodes.hasWriter()) {
            // Stale reads are better than none, and without a primary there is nothing to be stale against.
            return new Evaluation(Signal.FRESH, "");
        }
        return new Evaluation(
                Signal.UNDECIDED, lag instanceof Lag.Unknown unknown ? unknown.why() : "has not caught up yet");
    }

    private Evaluation evaluate(Duration bound) {
        if (bound.compareTo(settings.maxLag()) > 0) {
            return new Evaluation(Signal.STALE, above(bound, "max-lag", settings.maxLag()));
        }
        return bound.compareTo(settings.readmitLag()) > 0
                ? new Evaluation(Signal.WITHIN, above(bound, "readmit-lag", settings.readmitLag()))
                : new Evaluation(Signal.FRESH, "");
    }

    private static String above(Duration bound, String limit, Duration value) {
        return "lag " + DurationFormat.of(bound) + " above " + limit + " " + DurationFormat.of(value);
    }

    /** Returns less the nearer a node is to eviction, and less while it ramps up, both in a straight line. */
    double share(NodeRecord record, Role role, long now) {
        if (role == Role.UNKNOWN || nodes.isPrimary(record) || record.machine().state() != NodeState.ONLINE) {
            return 1;
        }
        if (record.pool().state() == PoolHealth.State.ON_TRIAL) {
            return MIN_SHARE;
        }
        return Math.max(
                MIN_SHARE, shareByLag(record.lag().bound()) * record.slowStart().share(now));
    }

    private double shareByLag(@Nullable Duration lag) {
        if (lag == null || lag.compareTo(settings.readmitLag()) <= 0) {
            return 1;
        }
        double band = settings.maxLag().minus(settings.readmitLag()).toNanos();
        double left = settings.maxLag().minus(lag).toNanos();
        return left <= 0 ? 0 : left / band;
    }
}
