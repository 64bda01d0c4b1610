package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Draws two nodes at random, in proportion to their weights, and takes the less loaded one; on a tie the one drawn
 * first, so that an idle cluster is used in proportion to the weights.
 *
 * <p>Two random choices come close to the least loaded node without the herd that follows when every thread picks the
 * same minimum. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10),
 * 2001.
 */
final class PowerOfTwoChoices {

    private PowerOfTwoChoices() {}

    /** How loaded a node is, whatever its weight. */
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
        int a = candidates.indexAt(random.nextDouble() * total);
        int b = candidates.indexAt(random.nextDouble() * (total - candidates.weight(a)), a);
        NodeStatus first = candidates.node(a);
        NodeStatus second = candidates.node(b);
        return load.of(second) / candidates.weight(b) < load.of(first) / candidates.weight(a) ? second : first;
    }
}
