package io.github.replicationrouting.selection;

import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Draws two nodes at random, in proportion to their weights, and takes the one with fewer connections in flight per
 * weight; on a tie the one drawn first, so that an idle cluster is used in proportion to the weights.
 *
 * <p>Two random choices come close to the least loaded node without the herd that follows when every thread picks the
 * same minimum. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10),
 * 2001.
 */
public final class LeastInFlightSelector implements NodeSelector {

    @Override
    public NodeStatus select(List<NodeStatus> eligible) {
        if (eligible.size() == 1) {
            return eligible.get(0);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int total = WeightedDraw.totalWeight(eligible);
        int first = WeightedDraw.indexOf(random.nextInt(total), eligible);
        NodeStatus a = eligible.get(first);
        NodeStatus b = drawOther(eligible, first, random.nextInt(total - WeightedDraw.weight(a)));
        return isLessLoaded(b, a) ? b : a;
    }

    /** Draws among the others: the tickets of the first node are skipped. */
    private static NodeStatus drawOther(List<NodeStatus> nodes, int first, int ticket) {
        int ticketsBefore = 0;
        for (int i = 0; i < first; i++) {
            ticketsBefore += WeightedDraw.weight(nodes.get(i));
        }
        int skipping = ticket < ticketsBefore ? ticket : ticket + WeightedDraw.weight(nodes.get(first));
        return nodes.get(WeightedDraw.indexOf(skipping, nodes));
    }

    /** Compares in-flight / weight without dividing. */
    private static boolean isLessLoaded(NodeStatus candidate, NodeStatus than) {
        return (long) candidate.node().inFlight() * WeightedDraw.weight(than)
                < (long) than.node().inFlight() * WeightedDraw.weight(candidate);
    }
}
