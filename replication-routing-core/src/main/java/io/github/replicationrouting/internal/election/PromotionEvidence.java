package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.util.List;
import java.util.stream.IntStream;

/** Rule 5: which nodes were promoted after the primary was lost. */
final class PromotionEvidence {

    private final ElectionContext context;
    private final List<NodeView> nodes;
    private final Claim claim;
    private final ReplicationGraph graph;

    PromotionEvidence(ElectionContext context) {
        this.context = context;
        this.nodes = context.nodes();
        this.claim = context.claim();
        this.graph = context.graph();
    }

    /** Returns the nodes whose promotion was seen. */
    List<Integer> promoted() {
        return IntStream.range(0, nodes.size()).filter(this::isPromoted).boxed().toList();
    }

    boolean isPromoted(int i) {
        return context.mayWrite(i)
                && !nodes.get(i).name().equals(claim.node())
                && !receives(i)
                && (wasSeenToBePromoted(i) || isFollowedByMostSince(i));
    }

    /** Returns whether it still receives from a node that does not receive from it. */
    private boolean receives(int i) {
        for (ReplicationChannel channel : nodes.get(i).channels()) {
            int source = graph.sourceOf(channel);
            boolean mayBeNode = source >= 0 || graph.neverSeen() != null;
            if (channel.receiver() == Receiver.ON && mayBeNode && (source < 0 || !graph.isConnected(source, i))) {
                return true;
            }
        }
        return false;
    }

    boolean wasSeenToBePromoted(int i) {
        Long promotedAt = nodes.get(i).roles().promotedAt();
        return promotedAt != null && context.isAfterTheLoss(promotedAt);
    }

    private boolean isFollowedByMostSince(int i) {
        if (nodes.get(i).channels().stream().anyMatch(channel -> channel.receiver() != Receiver.OFF)) {
            return false;
        }
        int others = 0;
        int followers = 0;
        boolean repointed = false;
        for (int j = 0; j < nodes.size(); j++) {
            NodeView other = nodes.get(j);
            if (j == i || !other.isServer() || graph.twinOf(j) >= 0) {
                continue;
            }
            others++;
            Answer answer = other.currentAnswer();
            if (answer != null && answer.replicationIsCurrent() && graph.isConnected(j, i)) {
                followers++;
                Long repointedAt = other.roles().repointedAt();
                repointed |= repointedAt != null && context.isAfterTheLoss(repointedAt);
            }
        }
        return repointed && 2 * followers > others;
    }
}
