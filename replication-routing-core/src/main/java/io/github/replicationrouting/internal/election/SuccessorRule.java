package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rule 5: an incumbent that is not fit keeps its claim until the promotion of another node has been seen. */
final class SuccessorRule implements ElectionRule {

    private final ElectionContext context;
    private final PromotionEvidence promotions;
    private final Divergence divergence;

    SuccessorRule(ElectionContext context) {
        this.context = context;
        this.promotions = new PromotionEvidence(context);
        this.divergence = new Divergence(context);
    }

    @Override
    public @Nullable ElectionDecision decide() {
        return context.incumbent() >= 0 ? succeed() : null;
    }

    private ElectionDecision succeed() {
        List<Integer> promoted = promotions.promoted();
        if (promoted.isEmpty()) {
            return ElectionDecision.none(Reason.NO_SUCCESSOR);
        }
        int successor = promoted.size() == 1 ? promoted.get(0) : context.supported(promoted);
        if (successor < 0 || !divergence.hasAllOf(successor, promoted)) {
            return ElectionDecision.contested(promoted, -1);
        }
        if (context.isPending(successor)) {
            return ElectionDecision.pending(successor);
        }
        int other = divergence.otherWriter(successor);
        return other < 0
                ? ElectionDecision.primary(successor, Reason.PROMOTION)
                : ElectionDecision.contested(List.of(successor), other);
    }
}
