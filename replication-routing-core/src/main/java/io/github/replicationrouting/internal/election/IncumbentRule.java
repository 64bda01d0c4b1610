package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rules 4 and 9: an incumbent that is fit stays the primary, unless a node contradicts it that may have been promoted unseen. */
final class IncumbentRule implements ElectionRule {

    private final ElectionContext context;
    private final List<NodeView> nodes;
    private final Claim claim;
    private final ReplicationGraph graph;
    private final Divergence divergence;

    IncumbentRule(ElectionContext context) {
        this.context = context;
        this.nodes = context.nodes();
        this.claim = context.claim();
        this.graph = context.graph();
        this.divergence = new Divergence(context);
    }

    @Override
    public @Nullable ElectionDecision decide() {
        int incumbent = context.incumbent();
        return incumbent >= 0 && isFit(incumbent) ? confirm(incumbent) : null;
    }

    private boolean isFit(int incumbent) {
        return context.mayWrite(incumbent) && !isDemoted(incumbent) && (claim.present() || !hasNewSource(incumbent));
    }

    /** Returns whether an incumbent now receives from another node, other than through a channel that it had all along. */
    private boolean isDemoted(int i) {
        for (ReplicationChannel channel : nodes.get(i).channels()) {
            int source = graph.sourceOf(channel);
            if (channel.receiver() == Receiver.ON
                    && source >= 0
                    && source != i
                    && !claim.tolerated().contains(NodeView.address(channel))
                    && (nodes.get(source).currentAnswer() == null ? isRepointed(i) : isUpstream(source, i))) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a node does not receive from another, and takes writes or receives from a third: it is no standby of a ring. */
    private boolean isUpstream(int source, int i) {
        return !graph.isConnected(source, i) && (context.mayWrite(source) || graph.sourceOf(source) >= 0);
    }

    /** Returns whether an incumbent has come back with a source that it did not have before. */
    private boolean hasNewSource(int i) {
        ReplicationChannel source = graph.sourceChannel(i);
        return source != null
                && nodes.get(i).isServer()
                && !claim.tolerated().contains(NodeView.address(source))
                && isRepointed(i);
    }

    /** Returns whether an incumbent has another source than when it was last fit: else a ring has only lost its other member. */
    private boolean isRepointed(int i) {
        Long repointedAt = nodes.get(i).roles().repointedAt();
        return repointedAt != null && context.isAfterTheLoss(repointedAt);
    }

    private ElectionDecision confirm(int incumbent) {
        long since = claim.since(Objects.requireNonNull(nodes.get(incumbent).lastAnswer()), context.gap());
        List<Integer> claimants = new ArrayList<>(List.of(incumbent));
        if (!claim.present() && context.isPending(incumbent)) {
            return ElectionDecision.pending(incumbent);
        }
        int other = claim.present() ? -1 : divergence.otherWriter(incumbent);
        if (other < 0 && hasMissedANode()) {
            other = divergence.furtherReplica(incumbent, Containment.LACKING);
        }
        for (int i = 0; i < nodes.size(); i++) {
            if (i != incumbent && context.mayWrite(i) && !claim.isCleared(nodes.get(i), since)) {
                other = divergence.isRival(i, incumbent) ? i : other;
                if (context.isCandidate(i)) {
                    claimants.add(i);
                }
            }
        }
        int supported = claimants.size() == 1 ? incumbent : context.supported(claimants);
        boolean stays = other < 0 && (supported < 0 || supported == incumbent);
        return stays
                ? ElectionDecision.primary(incumbent, Reason.INCUMBENT)
                : ElectionDecision.contested(claimants, other);
    }

    /** Returns whether a node has not answered since before the incumbent was known, and may be anything. */
    private boolean hasMissedANode() {
        return nodes.stream()
                .anyMatch(node -> node.lastAnswer() == null
                        && !node.isDeclared(DeclaredRole.REPLICA)
                        && !claim.cleared().containsKey(node.name()));
    }
}
