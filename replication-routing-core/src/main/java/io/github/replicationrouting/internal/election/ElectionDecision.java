package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import java.util.List;

/**
 * What a rule has decided. Nodes are named by their index. Immutable.
 *
 * @param primary the primary, or -1
 * @param reason why it is the primary, or why there is none
 * @param claimants nodes that claim to be the primary where there is none, or the one that will be it after one more probe
 * @param contradictedBy a node that is no claimant, and that has or writes what the only claimant lacks; or -1
 */
record ElectionDecision(int primary, Reason reason, List<Integer> claimants, int contradictedBy) {

    ElectionDecision {
        claimants = List.copyOf(claimants);
    }

    static ElectionDecision primary(int node, Reason reason) {
        return new ElectionDecision(node, reason, List.of(), -1);
    }

    static ElectionDecision pending(int node) {
        return new ElectionDecision(-1, Reason.PENDING, List.of(node), -1);
    }

    static ElectionDecision contested(List<Integer> claimants, int contradictedBy) {
        return new ElectionDecision(-1, Reason.CONTESTED, claimants, contradictedBy);
    }

    static ElectionDecision none(Reason reason) {
        return new ElectionDecision(-1, reason, List.of(), -1);
    }

    /** Returns the only claimant, or -1. */
    int onlyClaimant() {
        return claimants.size() == 1 ? claimants.get(0) : -1;
    }
}
