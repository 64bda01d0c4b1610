package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.errors.PoolHealth;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator.Evaluation;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The status of a node in the snapshot, as a function of its record: nothing here changes anything. */
public final class NodeStatuses {

    private final MonitoredNodes nodes;
    private final LagMeter lagMeter;
    private final NodeEvaluator evaluator;

    public NodeStatuses(MonitoredNodes nodes, LagMeter lagMeter, NodeEvaluator evaluator) {
        this.nodes = nodes;
        this.lagMeter = lagMeter;
        this.evaluator = evaluator;
    }

    /** Returns the status of a node whose state machine has taken in the evaluation. */
    public NodeStatus of(NodeRecord record, NodeAssessment assessment, Evaluation evaluation, long now) {
        Observation seen = record.observation();
        Role role = assessment.role();
        String suspicion = suspicion(record, role, nodes.isPrimary(record), now);
        return new NodeStatus(
                record.node(),
                role,
                record.machine().state(),
                suspicion != null,
                evaluator.share(record, role, now),
                suspicion == null ? reason(record, evaluation, now) : "suspected: " + suspicion,
                lag(record, role, nodes.isPrimary(record)),
                lagMeter.freshness(record, role),
                position(record),
                seen == null ? null : seen.server(),
                record.answer().semiSynchronous(),
                member(seen));
    }

    private static @Nullable GroupMember member(@Nullable Observation seen) {
        GroupMembership group = seen == null ? null : seen.group();
        return group == null
                ? null
                : new GroupMember(
                        group.state(),
                        group.view() == null ? null : group.view().id(),
                        group.applierQueue(),
                        group.flowControl());
    }

    /** How far a node that does not answer is behind by now is not known. */
    private static @Nullable Duration lag(NodeRecord record, Role role, boolean isPrimary) {
        if (isPrimary) {
            return Duration.ZERO;
        }
        return role != Role.UNKNOWN && record.machine().state() != NodeState.DOWN
                ? record.lag().bound()
                : null;
    }

    /** What speaks against a node that is in use, although it proves nothing. */
    private static @Nullable String suspicion(NodeRecord record, Role role, boolean isPrimary, long now) {
        if (record.machine().state() != NodeState.ONLINE) {
            return null;
        }
        String suspicion = record.suspicion().reason();
        if (suspicion != null || role == Role.UNKNOWN || isPrimary) {
            return suspicion;
        }
        String difference = record.schema().reason(now);
        if (difference != null) {
            return difference;
        }
        return record.pool().state() == PoolHealth.State.FAILING ? "its pool fails to open connections" : null;
    }

    /** Of a replica behind an endpoint no position is shown: the next connection may lead to another server. */
    private @Nullable Position position(NodeRecord record) {
        Observation seen = record.observation();
        if (seen == null) {
            return null;
        }
        if (nodes.isPrimary(record)) {
            return seen.written();
        }
        return record.isEndpoint() ? null : lagMeter.executed(record);
    }

    /** Why a node is not in use, or not fully, or cannot be probed. */
    private static @Nullable String reason(NodeRecord record, Evaluation evaluation, long now) {
        String reason = reasonOfState(record, evaluation, now);
        ProbeFailure refusal = record.liveness().refusal();
        if (refusal == null) {
            return reason;
        }
        String refused = "cannot be probed (" + refusal.reason() + "), status as of the last answer";
        return reason == null ? refused : reason + "; " + refused;
    }

    private static @Nullable String reasonOfState(NodeRecord record, Evaluation evaluation, long now) {
        boolean fresh = evaluation.reason().isEmpty();
        return switch (record.machine().state()) {
            case ONLINE -> fresh ? null : evaluation.reason();
            case DRAINING ->
                "draining on request, " + record.node().inFlight() + " in flight"
                        + (fresh ? "" : "; " + evaluation.reason());
            case DRAINED -> "drained on request" + (fresh ? "" : "; " + evaluation.reason());
            default -> fresh ? record.machine().recovery(now) : evaluation.reason();
        };
    }
}
