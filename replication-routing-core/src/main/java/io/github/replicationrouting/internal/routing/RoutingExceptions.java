package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.MultipleWritableNodesException;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Creates the exceptions of a router that finds no node. Each says what failed and why, lists the nodes that were
 * considered with the reason why each was refused, and says what to do.
 */
final class RoutingExceptions {

    private RoutingExceptions() {}

    static NoWritableNodeException noWritable(TopologySnapshot snapshot, List<Node> avoided) {
        long fenced = snapshot.nodes().stream()
                .filter(node -> node.state() == NodeState.FENCED)
                .count();
        String reason = snapshot.noPrimaryReason() != null ? snapshot.noPrimaryReason() : unreachable(snapshot);
        String considered = considered(snapshot, node -> Eligibility.forWrites(node, snapshot, avoided));
        if (fenced > 1 && !snapshot.isWritable()) {
            return new MultipleWritableNodesException("Writes are refused: " + reason + considered
                    + " Make all but one of them read-only, or declare them with"
                    + " replication.routing.nodes.<name>.role=replica.");
        }
        return new NoWritableNodeException("Writes are unavailable: " + reason + considered + resumption(snapshot));
    }

    private static String unreachable(TopologySnapshot snapshot) {
        return snapshot.primary() != null ? "the primary is unreachable" : "the nodes that take writes are unreachable";
    }

    private static String resumption(TopologySnapshot snapshot) {
        return snapshot.group() == null
                ? " Writes resume as soon as the primary answers or the promotion of another node is observed."
                : " Writes resume as soon as a member of the group takes writes.";
    }

    static NoReadableNodeException noReadable(
            TopologySnapshot snapshot, Intent intent, WhenNoneEligible whenNoneEligible) {
        String considered = considered(snapshot, node -> Eligibility.forReads(node, snapshot, intent.avoided()));
        if (intent.constraints().mayWaitForPrimary() && !snapshot.isWritable()) {
            return new NoReadableNodeException("No node satisfies this read: there is no primary, and "
                    + unsatisfied(intent.constraints()) + considered
                    + " Such reads resume as soon as there is a primary.");
        }
        String action = whenNoneEligible == WhenNoneEligible.FAIL && snapshot.isWritable()
                ? " Set replication.routing.reads.when-none-eligible=primary to let the primary serve such reads."
                : " Reads resume as soon as a node answers and is fresh enough.";
        return new NoReadableNodeException("Reads are unavailable: no node is eligible" + considered + action);
    }

    private static String unsatisfied(ReadConstraints constraints) {
        if (constraints.onPrimary()) {
            return "only the primary was requested";
        }
        return constraints.maxStaleness() != null
                ? "no replica is known to be at most "
                        + constraints.maxStaleness().toMillis() + " ms old"
                : "no replica is known to have what its session has written";
    }

    private static String considered(TopologySnapshot snapshot, Function<NodeStatus, Eligibility> eligibility) {
        return snapshot.nodes().stream()
                .map(node -> node.name() + ": " + eligibility.apply(node).describe(node))
                .collect(Collectors.joining("; ", ". Nodes considered: ", "."));
    }
}
