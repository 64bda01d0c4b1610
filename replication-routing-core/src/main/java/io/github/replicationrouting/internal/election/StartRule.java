package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import java.util.ArrayList;
import java.util.List;

/**
 * Rules 7 and 8: without an incumbent the only candidate is the primary unless a node contradicts it; of several candidates
 * the one that the other nodes follow. Rule 6 keeps fenced nodes out. Applies always, so it is the last one.
 */
final class StartRule implements ElectionRule {

    private final ElectionContext context;
    private final PromotionEvidence promotions;
    private final Divergence divergence;

    StartRule(ElectionContext context) {
        this.context = context;
        this.promotions = new PromotionEvidence(context);
        this.divergence = new Divergence(context);
    }

    @Override
    public ElectionDecision decide() {
        List<Integer> promoted = promotions.promoted();
        List<Integer> all = candidates(promoted);
        if (all.isEmpty()) {
            return ElectionDecision.none(Reason.NO_CANDIDATE);
        }
        if (all.size() == 1) {
            int sole = all.get(0);
            return promoted.isEmpty() && divergence.mayReplicateUnseen(sole)
                    ? ElectionDecision.none(Reason.NO_CANDIDATE)
                    : startWith(sole, Reason.SOLE_CANDIDATE);
        }
        int supported = context.supported(all);
        return supported >= 0 && divergence.hasAllOf(supported, all)
                ? startWith(supported, Reason.SUPPORTED)
                : ElectionDecision.contested(all, -1);
    }

    /** Returns the candidates that are not fenced, then the promoted nodes that are no candidates. */
    private List<Integer> candidates(List<Integer> promoted) {
        List<Integer> all = new ArrayList<>();
        for (int i : context.candidates()) {
            if (promoted.contains(i)
                    || !context.claim().fenced().contains(context.nodes().get(i).name())) {
                all.add(i);
            }
        }
        for (int i : promoted) {
            if (!all.contains(i)) {
                all.add(i);
            }
        }
        return all;
    }

    private ElectionDecision startWith(int candidate, Reason reason) {
        if (context.isPending(candidate)) {
            return ElectionDecision.pending(candidate);
        }
        int other = divergence.contradicting(candidate, Containment.LACKING);
        if (other >= 0) {
            return ElectionDecision.contested(List.of(candidate), other);
        }
        other = divergence.contradicting(candidate, Containment.NOT_COMPARED_YET);
        if (other < 0) {
            return ElectionDecision.primary(candidate, reason);
        }
        return context.claim().contested()
                ? ElectionDecision.contested(List.of(candidate), other)
                : ElectionDecision.pending(candidate);
    }
}
