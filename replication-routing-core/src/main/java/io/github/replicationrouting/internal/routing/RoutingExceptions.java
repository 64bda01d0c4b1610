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

/** Explains why no node was chosen: every node considered, why not, and the cure. */
final class RoutingExceptions {

    private RoutingExceptions() {}

    static NoWritableNodeException noWritable(TopologySnapshot snapshot, List<Node> unreachable) {
        long rivals = snapshot.nodes().stream()
                .filter(node -> node.state() == NodeState.FENCED)
                .count();
        String why = snapshot.noPrimaryReason() != null ? snapshot.noPrimaryReason() : "the primary cannot be reached";
        String considered = considered(snapshot, node -> Eligibility.forWrites(node, snapshot, unreachable));
        if (rivals > 1 && snapshot.primary() == null) {
            return new MultipleWritableNodesException("No node is written to: " + why + " ["
                    + considered + "]. Make all but one of them read-only, or declare them with"
                    + " replication.routing.nodes.<name>.role=replica.");
        }
        return new NoWritableNodeException("No node can be written to: " + why + " [" + considered
                + "]. Writes go on as soon as the primary answers, or the promotion of another node is seen.");
    }

    static NoReadableNodeException noReadable(
            TopologySnapshot snapshot, Intent intent, WhenNoneEligible whenNoneEligible) {
        String considered = considered(snapshot, node -> Eligibility.forReads(node, snapshot, intent.avoided()));
        if (intent.constraints().mayHold() && snapshot.primary() == null) {
            return new NoReadableNodeException("No node has what this read must see: there is no primary, and "
                    + missing(intent.constraints()) + " [" + considered
                    + "]. Such reads go on as soon as there is a primary.");
        }
        String cure = whenNoneEligible == WhenNoneEligible.FAIL && snapshot.primary() != null
                ? "The primary could serve it with replication.routing.reads.when-none-eligible=primary."
                : "Reads go on as soon as a node answers and is fresh enough.";
        return new NoReadableNodeException("No node can be read from [" + considered + "]. " + cure);
    }

    private static String missing(ReadConstraints wish) {
        if (wish.onPrimary()) {
            return "only the primary was asked for";
        }
        return wish.maxStaleness() != null
                ? "no replica is known to be at most " + wish.maxStaleness().toMillis() + " ms old"
                : "no replica is known to have what its session has written";
    }

    private static String considered(TopologySnapshot snapshot, Function<NodeStatus, Eligibility> standing) {
        return snapshot.nodes().stream()
                .map(node -> node.name() + ": " + standing.apply(node).words(node))
                .collect(Collectors.joining("; "));
    }
}
