package io.github.replicationrouting.routing;

import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Explains why no node was chosen: every node considered, why not, and the cure. */
final class Refusals {

    private Refusals() {}

    static NoWritableNodeException noWritable(TopologySnapshot snapshot, List<Node> unreachable) {
        long rivals = snapshot.nodes().stream()
                .filter(node -> node.state() == NodeState.FENCED)
                .count();
        String why = snapshot.noPrimaryReason() != null ? snapshot.noPrimaryReason() : "the primary cannot be reached";
        if (rivals > 1 && snapshot.primary() == null) {
            return new MultipleWritableNodesException("No node is written to: " + why + " ["
                    + considered(snapshot, unreachable)
                    + "]. Make all but one of them read-only, or declare them with"
                    + " replication.routing.nodes.<name>.role=replica.");
        }
        return new NoWritableNodeException("No node can be written to: " + why + " ["
                + considered(snapshot, unreachable)
                + "]. Writes go on as soon as one node answers and is not read-only.");
    }

    static NoReadableNodeException noReadable(
            TopologySnapshot snapshot, List<Node> unreachable, WhenNoneEligible whenNoneEligible) {
        String cure = whenNoneEligible == WhenNoneEligible.FAIL && snapshot.primary() != null
                ? "The primary could serve it with replication.routing.reads.when-none-eligible=primary."
                : "Reads go on as soon as a node answers and is fresh enough.";
        return new NoReadableNodeException(
                "No node can be read from [" + considered(snapshot, unreachable) + "]. " + cure);
    }

    private static String considered(TopologySnapshot snapshot, List<Node> unreachable) {
        return snapshot.nodes().stream()
                .map(node -> node.name() + ": " + whyNot(node, unreachable))
                .collect(Collectors.joining("; "));
    }

    private static String whyNot(NodeStatus status, List<Node> unreachable) {
        if (unreachable.contains(status.node())) {
            return "refused a connection just now";
        }
        String words = status.role().name().toLowerCase(Locale.ROOT) + ", "
                + status.state().name().toLowerCase(Locale.ROOT);
        return status.reason() == null ? words : words + " (" + status.reason() + ")";
    }
}
