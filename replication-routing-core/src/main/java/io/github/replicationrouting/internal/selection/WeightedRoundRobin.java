package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.topology.NodeStatus;

/**
 * The order in which weighted nodes take turns. Source: the smooth weighted round-robin of nginx
 * (ngx_http_upstream_round_robin): in each turn everybody gains its weight, and the richest serves and pays the total.
 * Immutable.
 */
final class WeightedRoundRobin {

    /** Weights are rounded to this many steps, which bounds the length. */
    private static final int STEPS = 100;

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
            int richest = 0;
            for (int i = 0; i < weights.length; i++) {
                credit[i] += weights[i];
                richest = credit[i] > credit[richest] ? i : richest;
            }
            credit[richest] -= total;
            turns[turn] = richest;
        }
        return new WeightedRoundRobin(candidates, turns);
    }

    Candidates candidates() {
        return candidates;
    }

    NodeStatus at(int turn) {
        return candidates.node(turns[Math.floorMod(turn, turns.length)]);
    }

    /** Whole numbers in proportion to the weights: 1 for each where all weigh the same. */
    private static int[] wholeWeights(Candidates candidates) {
        double most = 0;
        boolean whole = true;
        for (int i = 0; i < candidates.size(); i++) {
            double weight = candidates.weight(i);
            most = Math.max(most, weight);
            whole &= weight == Math.rint(weight);
        }
        double scale = whole && most <= STEPS ? 1 : STEPS / most;
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
