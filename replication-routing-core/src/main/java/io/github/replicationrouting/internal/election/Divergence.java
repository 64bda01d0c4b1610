package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Rules 5 and 7 to 9: which node contradicts another one, because it has or writes what the other lacks. */
final class Divergence {

    private final ElectionContext context;
    private final List<NodeView> nodes;
    private final Claim claim;
    private final ReplicationGraph graph;
    private final PromotionEvidence promotions;

    Divergence(ElectionContext context) {
        this.context = context;
        this.nodes = context.nodes();
        this.claim = context.claim();
        this.graph = context.graph();
        this.promotions = new PromotionEvidence(context);
    }

    /**
     * Returns a node that another instance has written to since the incumbent was lost, or -1. Of one that replicates
     * from {@code primary} what counts is that it goes on writing what that lacks.
     *
     * @param primary the successor, or the incumbent that has come back
     */
    int otherWriter(int primary) {
        for (int i = 0; i < nodes.size(); i++) {
            Answer other = nodes.get(i).currentAnswer();
            if (i == primary || other == null || !context.mayWrite(i)) {
                continue;
            }
            boolean writes = graph.isReplicaOf(i, primary)
                    ? nodes.get(i).hasWrittenWithin(context.gap())
                            && Containment.ofOwn(nodes.get(primary).currentAnswer(), other) != Containment.CONTAINED
                    : nodes.get(i).hasWrittenSince(claim.fitAt());
            if (writes) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns a node that contradicts a candidate, because that lacks, or seems to lack, something of it; or -1. It is
     * one that takes writes, or one that has replicated more.
     */
    int contradicting(int candidate, Containment has) {
        for (int i = 0; i < nodes.size(); i++) {
            if (i != candidate
                    && (context.mayWrite(i) ? contradicts(i, candidate, has) : hasLeftMore(i, candidate, has))) {
                return i;
            }
        }
        return furtherReplica(candidate, has);
    }

    /**
     * Returns whether a node that takes writes has transactions that a candidate lacks. Of a replica they count only
     * while more of them come: else they are a mistake of the past.
     */
    private boolean contradicts(int i, int candidate, Containment has) {
        Answer own = nodes.get(candidate).currentAnswer();
        Answer other = nodes.get(i).currentAnswer();
        return mayBeReplicaOf(i, candidate)
                ? Containment.ofOwn(own, other) == has && nodes.get(i).mayBeWriting(context.gap())
                : Containment.of(own, other) == has;
    }

    /** Returns whether a node that is gone took writes, and had more; a promotion that was seen settles that. */
    private boolean hasLeftMore(int i, int candidate, Containment has) {
        NodeView node = nodes.get(i);
        return node.currentAnswer() == null
                && node.lastAnswer() != null
                && node.lastAnswer().observation().writable()
                && node.channels().isEmpty()
                && !node.isDeclared(DeclaredRole.REPLICA)
                && !promotions.wasSeenToBePromoted(candidate)
                && Containment.of(nodes.get(candidate).currentAnswer(), node.lastAnswer()) == has;
    }

    /**
     * Returns whether a node is connected to another, or may be, where the other is declared primary and the account
     * may not see it.
     */
    private boolean mayBeReplicaOf(int i, int candidate) {
        return graph.isConnected(i, candidate)
                || (nodes.get(candidate).isDeclared(DeclaredRole.PRIMARY)
                        && !nodes.get(i).showsReplication());
    }

    /**
     * Returns a node that has replicated what another node lacks, or seems to lack, and that no replica that answers
     * wrote; or -1. A node that is declared primary is not measured by its replicas.
     */
    int furtherReplica(int node, Containment has) {
        if (nodes.get(node).isDeclared(DeclaredRole.PRIMARY)) {
            return -1;
        }
        List<String> replicas = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (i != node
                    && nodes.get(i).currentAnswer() != null
                    && (!context.mayWrite(i) || graph.isConnected(i, node))) {
                replicas.add(Objects.requireNonNull(nodes.get(i).serverId()));
            }
        }
        List<String> andItself = new ArrayList<>(replicas);
        andItself.add(Objects.requireNonNull(nodes.get(node).serverId()));
        Answer own = nodes.get(node).currentAnswer();
        for (int i = 0; i < nodes.size(); i++) {
            Answer other = nodes.get(i).currentAnswer();
            // A primary that was reset begins its numbers anew, and keeps its replicas.
            List<String> without = graph.isConnected(i, node) ? andItself : replicas;
            if (i != node && other != null && Containment.ofReplicated(own, other, without) == has) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns whether it may be a replica of a node that never answered: it was not seen to write, and it does not show
     * its replication, or the account may not see it and nothing shows that the node has ever been a primary.
     */
    boolean mayReplicateUnseen(int i) {
        NodeView node = nodes.get(i);
        Answer answer = node.lastAnswer();
        if (answer == null
                || node.showsReplication()
                || node.isDeclared(DeclaredRole.PRIMARY)
                || graph.neverSeen() == null
                || node.roles().wroteAt() != null) {
            return false;
        }
        Position all = Containment.everything(answer);
        boolean wrote =
                all != null && !all.writtenBy(answer.observation().serverId()).isEmpty();
        return !(answer.replication() instanceof Replication.NotPermitted) || !wrote;
    }

    /**
     * Returns whether a node is known to have everything that the others have, those aside that may be its replicas.
     */
    boolean hasAllOf(int node, List<Integer> others) {
        return others.stream()
                .allMatch(i -> i == node
                        || Containment.of(
                                        nodes.get(node).currentAnswer(),
                                        nodes.get(i).currentAnswer())
                                == Containment.CONTAINED
                        || (mayBeReplicaOf(i, node) && !contradicts(i, node, Containment.LACKING)));
    }

    /**
     * Returns whether a node that takes writes contradicts an incumbent: it has more, it writes as well, or nothing can
     * show that it does not.
     */
    boolean isRival(int i, int incumbent) {
        NodeView node = nodes.get(i);
        boolean candidate = context.isCandidate(i);
        boolean declared = nodes.get(incumbent).isDeclared(DeclaredRole.PRIMARY);
        if (candidate && !declared && graph.isConnected(i, incumbent)) {
            return true;
        }
        return switch (Containment.of(nodes.get(incumbent).currentAnswer(), node.currentAnswer())) {
            case CONTAINED, NOT_COMPARED_YET ->
                node.hasWrittenSince(claim.electedAt()) && !graph.isReplicaOf(i, incumbent);
            case LACKING -> !mayBeReplicaOf(i, incumbent) || node.hasWrittenWithin(context.gap());
            case UNKNOWN -> candidate && !declared;
        };
    }
}
