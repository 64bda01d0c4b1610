package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.DeclaredRole;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What an election starts from, and what all of its rules ask: which nodes may be the primary (rules 1 to 3), which one was,
 * and which of several the others follow (rule 8). Nodes are named by their index. Immutable.
 *
 * @param nodes every node of the topology
 * @param claim what this instance knew before
 * @param gap how long the incumbent may go without an answer before a promotion may have been missed
 * @param graph which node replicates from which
 */
record ElectionContext(List<NodeView> nodes, Claim claim, Duration gap, ReplicationGraph graph) {

    static ElectionContext of(List<NodeView> nodes, Claim claim, Duration gap) {
        return new ElectionContext(nodes, claim, gap, new ReplicationGraph(nodes, claim.node()));
    }

    // --- rules 1 to 3: which nodes may be the primary

    /** Returns whether a node takes writes, and nothing that was declared rules it out. */
    boolean mayWrite(int i) {
        NodeView node = nodes.get(i);
        return node.isWritable() && !node.isDeclared(DeclaredRole.REPLICA) && graph.twinOf(i) < 0;
    }

    /** Returns whether a node may be the primary although no promotion was seen: it replicates from nowhere, so far as it shows. */
    boolean isCandidate(int i) {
        NodeView node = nodes.get(i);
        return mayWrite(i) && (graph.sourceChannel(i) == null || !node.isServer()) && graph.sourceOf(i) < 0;
    }

    List<Integer> candidates() {
        return IntStream.range(0, nodes.size())
                .filter(this::isCandidate)
                .boxed()
                .toList();
    }

    // --- rule 4: the incumbent

    /**
     * Returns the incumbent; -1 where there was none, where it is no node any more, and where another server answers under
     * its name.
     */
    int incumbent() {
        int incumbent = graph.indexOf(claim.node());
        return incumbent < 0 || isReplaced(incumbent) ? -1 : incumbent;
    }

    /**
     * Returns whether another server answers under the incumbent's name, or the same one after it has lost its data: nothing that is
     * known of the one holds for the other.
     */
    private boolean isReplaced(int incumbent) {
        NodeView node = nodes.get(incumbent);
        Answer answer = node.currentAnswer();
        if (answer == null || !node.isServer()) {
            return false;
        }
        return !Objects.equals(claim.serverId(), node.serverId()) || (!claim.present() && hasLostData(answer));
    }

    private boolean hasLostData(Answer answer) {
        Position reached = claim.reached();
        Position history = answer.observation().history();
        return reached != null && history != null && history.isComparableTo(reached) && !history.contains(reached);
    }

    /** Returns whether no answer since that moment showed the incumbent to be fit. */
    boolean isAfterTheLoss(long moment) {
        return claim.last() == null || claim.fitAt() - moment < 0;
    }

    // --- rule 8: support

    /** Returns the one of several nodes that the others follow; where they follow none, the only one declared primary; or -1. */
    int supported(List<Integer> claimants) {
        int followed = graph.mostFollowed(claimants);
        if (followed >= 0 || claimants.stream().anyMatch(this::isFollowed)) {
            return followed;
        }
        List<Integer> declared = claimants.stream()
                .filter(i -> nodes.get(i).isDeclared(DeclaredRole.PRIMARY))
                .toList();
        return declared.size() == 1 ? declared.get(0) : -1;
    }

    private boolean isFollowed(int i) {
        return IntStream.range(0, nodes.size()).anyMatch(j -> graph.isReplicaOf(j, i));
    }

    // --- the last probe

    /**
     * Returns whether another node that takes writes, or the incumbent, has not been probed since this node was first found to be the
     * primary.
     */
    boolean isPending(int node) {
        long pendingSince = claim.pendingSince(nodes.get(node));
        if (Objects.requireNonNull(nodes.get(node).lastAnswer()).arrivedAt() - pendingSince > gap.toNanos()) {
            // A node that does not answer for so long delays no election.
            return false;
        }
        for (int i = 0; i < nodes.size(); i++) {
            Answer other = nodes.get(i).currentAnswer();
            boolean counts = mayWrite(i) || nodes.get(i).name().equals(claim.node());
            if (i != node && other != null && counts && other.sentAt() - pendingSince < 0) {
                return true;
            }
        }
        return false;
    }
}
