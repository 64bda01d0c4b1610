package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.Finding;
import io.github.replicationrouting.internal.monitor.lag.LagTrend;
import io.github.replicationrouting.internal.monitor.node.MonitoredNodes;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator.Evaluation;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeStatuses;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;

/** Moves each node to the state that its record calls for, and announces what that changes. */
final class NodeTransitions {

    private final MonitoredNodes nodes;
    private final MonitorSettings settings;
    private final NodeEvaluator evaluator;
    private final NodeStatuses statuses;
    private final TopologyChangePublisher publisher;

    NodeTransitions(
            MonitoredNodes nodes,
            MonitorSettings settings,
            NodeEvaluator evaluator,
            NodeStatuses statuses,
            TopologyChangePublisher publisher) {
        this.nodes = nodes;
        this.settings = settings;
        this.evaluator = evaluator;
        this.statuses = statuses;
        this.publisher = publisher;
    }

    /** Whether less than half of the replicas serve, as for Envoy's panic threshold: then a fit one need not wait. */
    boolean areTooFewServing() {
        long replicas = nodes.stream()
                .filter(record -> record.status().role() == Role.REPLICA
                        && !record.machine().isDrained())
                .count();
        long serving = nodes.stream()
                .filter(record -> record.status().role() == Role.REPLICA
                        && record.status().state() == NodeState.ONLINE)
                .count();
        return 2 * serving < replicas;
    }

    /**
     * Moves one node on.
     *
     * @param newAnswer whether the node itself was just probed, as opposed to what is around it having changed
     * @param needed whether too few nodes serve, so that a first eviction is forgiven sooner
     * @param starting whether all nodes come into use together, so that none of them ramps up
     */
    void update(NodeRecord record, Finding finding, boolean newAnswer, boolean needed, boolean starting, long now) {
        Evaluation evaluation = evaluator.evaluate(record, finding);
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
        NodeStatus status = statuses.of(record, finding, evaluation, now);
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
