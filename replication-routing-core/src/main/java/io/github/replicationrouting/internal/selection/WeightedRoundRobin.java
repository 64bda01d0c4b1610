package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.topology.NodeStatus;

/**
 * The order in which weighted nodes take turns. Immutable.
 *
 * <p>Source: the smooth weighted round-robin of nginx (ngx_http_upstream_round_robin). In each turn every node is
 * credited its weight; the node with the highest credit takes the turn and is debited the total weight. After as many
 * turns as the total weight every credit is zero again, so that the sequence repeats.
 */
final class WeightedRoundRobin {

    /** Weights are scaled to at most this number, which limits the length of the sequence. */
    private static final int MAX_WEIGHT = 100;

    private final Candidates candidates;
    private final int[] turns;

    private WeightedRoundRobin(Candidates candidates, int[] turns) {
        this.candidates = candidates;
        this.turns = turns;
    }

    static WeightedRoundRobin of(Candidates candidates) {
        int[] weights = wholeWeights(candidates);
        int total = 0;
        for (int weight : weights) {
            total += weight;
        }
        int[] turns = new int[total];
        int[] credit = new int[weights.length];
        for (int turn = 0; turn < total; turn++) {
            int highest = 0;
            for (int i = 0; i < weights.length; i++) {
                credit[i] += weights[i];
                highest = credit[i] > credit[highest] ? i : highest;
            }
            credit[highest] -= total;
            turns[turn] = highest;
        }
        return new WeightedRoundRobin(candidates, turns);
    }

    Candidates candidates() {
        return candidates;
    }

    /** Returns the node whose turn it is. Any number is valid, because the sequence repeats. */
    NodeStatus at(int turn) {
        return candidates.node(turns[Math.floorMod(turn, turns.length)]);
    }

    /** Returns the smallest whole numbers in proportion to the weights, such as 1 for each if all are equal. */
    private static int[] wholeWeights(Candidates candidates) {
        double max = 0;
        boolean whole = true;
        for (int i = 0; i < candidates.size(); i++) {
            double weight = candidates.weight(i);
            max = Math.max(max, weight);
            whole &= weight == Math.rint(weight);
        }
        double scale = whole && max <= MAX_WEIGHT ? 1 : MAX_WEIGHT / max;
        int[] weights = new int[candidates.size()];
        int divisor = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (int) Math.max(1, Math.round(candidates.weight(i) * scale));
            divisor = greatestCommonDivisor(weights[i], divisor);
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= divisor;
        }
        return weights;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
