package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Draws two distinct nodes at random, in proportion to their weights, and returns the less loaded one; on a tie the one
 * drawn first, so that an idle cluster is used in proportion to the weights.
 *
 * <p>Two random choices come close to the least loaded node without the herd behavior that occurs when every thread
 * selects the same minimum. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS
 * 12(10), 2001.
 */
final class PowerOfTwoChoices {

    private static final int NO_INDEX = -1;

    private PowerOfTwoChoices() {}

    /** Measures the load of a node, regardless of its weight. */
    @FunctionalInterface
    interface Load {
        double of(NodeStatus node);
    }

    static NodeStatus lessLoaded(Candidates candidates, Load load) {
        if (candidates.size() == 1) {
            return candidates.node(0);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        double total = candidates.totalWeight();
        int a = indexAt(candidates, random.nextDouble() * total, NO_INDEX);
        int b = indexAt(candidates, random.nextDouble() * (total - candidates.weight(a)), a);
        NodeStatus first = candidates.node(a);
        NodeStatus second = candidates.node(b);
        return load.of(second) / candidates.weight(b) < load.of(first) / candidates.weight(a) ? second : first;
    }

    /**
     * Returns the index of the node that contains a point when the nodes are laid out one after the other, each as long
     * as its weight.
     *
     * @param point from 0 to the total weight, less the weight of the excluded node
     * @param excluded index of a node that is skipped, {@link #NO_INDEX} for none
     */
    private static int indexAt(Candidates candidates, double point, int excluded) {
        double rest = point;
        int last = NO_INDEX;
        for (int i = 0; i < candidates.size(); i++) {
            if (i == excluded) {
                continue;
            }
            last = i;
            rest -= candidates.weight(i);
            if (rest < 0) {
                return i;
            }
        }
        // The sum of fractional weights may end a little before the point.
        return last;
    }
}
