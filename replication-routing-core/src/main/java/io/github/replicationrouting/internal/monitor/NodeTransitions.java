package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.lag.LagTrend;
import io.github.replicationrouting.internal.monitor.node.LagMeter;
import io.github.replicationrouting.internal.monitor.node.MonitoredNodes;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator.Evaluation;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeStatuses;
import io.github.replicationrouting.internal.monitor.probe.MonitorScheduler;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Moves each node to the state that its record calls for, and announces what that changes. */
final class NodeTransitions {

    private final MonitoredNodes nodes;
    private final MonitorSettings settings;
    private final MonitorScheduler scheduler;
    private final LagMeter lagMeter;
    private final NodeEvaluator evaluator;
    private final NodeStatuses statuses;
    private final TopologyChangePublisher publisher;

    NodeTransitions(
            MonitoredNodes nodes,
            MonitorSettings settings,
            MonitorScheduler scheduler,
            LagMeter lagMeter,
            NodeEvaluator evaluator,
            NodeStatuses statuses,
            TopologyChangePublisher publisher) {
        this.nodes = nodes;
        this.settings = settings;
        this.scheduler = scheduler;
        this.lagMeter = lagMeter;
        this.evaluator = evaluator;
        this.statuses = statuses;
        this.publisher = publisher;
    }

    /**
     * Updates lag, state and status of each node.
     *
     * @param assessments what each node is after the election, in the order of the nodes
     * @param probed the node that was just probed, or null when something else has changed
     * @param first whether this is the first evaluation, so that the answers of all nodes are new
     * @param newHistory whether the history of the primary's positions has just begun, so that all lags change
     * @param starting whether all nodes come into use together, so that none of them ramps up
     * @return whether a node contests the primary
     */
    boolean update(
            List<NodeAssessment> assessments,
            @Nullable NodeRecord probed,
            boolean first,
            boolean newHistory,
            boolean starting) {
        boolean needed = areTooFewServing();
        boolean primaryProbed = probed == nodes.primary();
        boolean contested = false;
        for (int i = 0; i < nodes.size(); i++) {
            NodeRecord record = nodes.get(i);
            NodeAssessment assessment = orFormerReplica(record, assessments.get(i));
            contested |= assessment.rival();
            if (assessment.warning() != null) {
                publisher.warning(record, assessment.warning());
            }
            boolean isNew = record == probed || first;
            boolean aheadChanged = (isNew || primaryProbed) && lagMeter.findsAhead(record);
            Observation seen = record.observation();
            if ((isNew || newHistory || aheadChanged) && seen != null) {
                lagMeter.measure(record, seen);
            }
            boolean newAnswer = isNew && record.isAlive() && !record.refusesProbes();
            move(record, assessment, newAnswer, needed, starting, scheduler.now());
        }
        return contested;
    }

    /**
     * A replica that has lost its source while no primary is known, as in the middle of a failover, has the data that
     * it had: stale reads are better than none.
     */
    private NodeAssessment orFormerReplica(NodeRecord record, NodeAssessment assessment) {
        Observation seen = record.observation();
        boolean readOnly = record.isAlive() && seen != null && !seen.writable();
        boolean roleUnknown = assessment.role() == Role.UNKNOWN && !assessment.rival() && assessment.warning() == null;
        boolean wasReplica = record.status().role() == Role.REPLICA;
        boolean isMember = seen != null && seen.group() != null;
        return nodes.primary() == null && !isMember && readOnly && roleUnknown && wasReplica
                ? new NodeAssessment(Role.REPLICA, false, assessment.reason(), null)
                : assessment;
    }

    /** Whether less than half of the replicas serve, as for Envoy's panic threshold: then a fit one need not wait. */
    private boolean areTooFewServing() {
        long replicas = nodes.stream()
                .filter(record -> isReplica(record) && !record.machine().isDrained())
                .count();
        long serving = nodes.stream()
                .filter(record -> isReplica(record) && record.status().state() == NodeState.ONLINE)
                .count();
        return 2 * serving < replicas;
    }

    /** Whether it serves reads beside the primary, or beside other writers. */
    private boolean isReplica(NodeRecord record) {
        return record.status().role() != Role.UNKNOWN && !nodes.isPrimary(record);
    }

    /**
     * @param newAnswer whether the node itself has just answered, as opposed to what is around it having changed
     * @param needed whether too few nodes serve, so that a first eviction is forgiven sooner
     */
    private void move(
            NodeRecord record,
            NodeAssessment assessment,
            boolean newAnswer,
            boolean needed,
            boolean starting,
            long now) {
        Evaluation evaluation = evaluator.evaluate(record, assessment);
        NodeState before = record.machine().state();
        boolean drained = record.machine().isDrained();
        record.machine().on(evaluation.signal(), newAnswer, now, needed);
        NodeState state = record.machine().state();
        if (drained && nodes.isPrimary(record)) {
            publisher.drainedNodeBecamePrimary(record);
        }
        if (state == NodeState.ONLINE && before != NodeState.ONLINE) {
            record.slowStart().enter(now, !starting);
        }
        record.pool().update(now, record.isAlive());
        NodeStatus last = record.status();
        NodeStatus status = statuses.of(record, assessment, evaluation, now);
        record.status(status);
        if (last.state() != state) {
            publisher.state(last, status);
        }
        if (newAnswer) {
            followLag(record.lag().trend(), status, now);
        }
    }

    private void followLag(LagTrend trend, NodeStatus status, long now) {
        Duration lag = status.lag();
        if (lag != null) {
            switch (trend.add(lag, now)) {
                case FALLS_BEHIND -> publisher.lagWarning(status, trend.rate(), settings.maxLag());
                case RECOVERED -> publisher.lagRecovered(status);
                case NONE -> {}
            }
        }
    }
}
