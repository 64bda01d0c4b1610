package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Elects the primary by positive evidence only: that a node is writable makes it a candidate, never the primary. Positions
 * elect no node; they show that two servers have diverged, and what a node lacks. A pure function of what one instance has
 * seen; {@link Claim} is its memory.
 *
 * <p>The rules, numbered as in {@code docs/election.md}: 1 to 3 in {@link ElectionContext} and {@link ReplicationGraph}, 4
 * and 9 in {@link IncumbentRule}, 5 in {@link SuccessorRule} and {@link PromotionEvidence}, 6 in {@link ClaimUpdate}, 7 and 8
 * in {@link StartRule} and {@link Divergence}:
 *
 * <ol>
 *   <li>A node that does not answer, is read-only or offline takes no writes.
 *   <li>A node declared {@code replica} is never the primary; of one server under two names the first one counts.
 *   <li>A node with a configured source is a replica, whether its receiver runs, connects or is stopped. The exceptions are
 *       the members of a ring, and a stopped channel to a node that replicates from this one.
 *   <li>The incumbent stays the primary while it is fit: it answers, is writable, is the same server, and does not receive
 *       from another node. No vote outweighs it.
 *   <li>An incumbent that is gone keeps its claim until the promotion of one other node has been seen since: from read-only
 *       to writable, or by the removal of its source, or because most of the other nodes are connected to it and at least
 *       one of them was repointed since. Of two such nodes, as by rule 8.
 *   <li>A node that was writable beside the primary is fenced until it is a replica, or promoted by rule 5.
 *   <li>Without an incumbent, the only candidate is the primary unless another node contradicts it.
 *   <li>Of two candidates, the one that most other nodes follow, or that is declared {@code primary}, and that has all that
 *       the other has. Otherwise none.
 *   <li>An incumbent is compared like a candidate of rule 8 against a writable node that this instance has not yet seen as
 *       a replica beside it: then this instance may have missed a promotion.
 * </ol>
 */
public final class PrimaryElection {

    private PrimaryElection() {}

    /**
     * Elects the primary.
     *
     * @param nodes every node of the topology
     * @param claim what this instance knew before; {@link Claim#after} returns what it knows then
     * @param gap how long the incumbent may go without an answer before a promotion may have been missed
     * @param sticks whether the last primary stays it where two nodes claim to be the primary
     * @param follows whether an executed position has followed the primary's, for roles that nothing else shows
     */
    public static ElectionResult elect(
            List<NodeView> nodes, Claim claim, Duration gap, boolean sticks, Predicate<@Nullable Position> follows) {
        ElectionContext context = ElectionContext.of(nodes, claim, gap);
        ElectionDecision found = decide(context);
        ElectionDecision decision = sticks ? sticking(found, context) : found;
        ElectionMessages messages = new ElectionMessages(context, decision);
        return new ElectionResult(
                decision.primary(),
                decision.reason(),
                decision.primary() >= 0 ? null : messages.whyNoPrimary(),
                new NodeAssessments(context, decision, messages, follows).all(),
                decision.onlyClaimant());
    }

    /** Returns the decision of the first rule that applies. */
    private static ElectionDecision decide(ElectionContext context) {
        List<ElectionRule> rules =
                List.of(new IncumbentRule(context), new SuccessorRule(context), new StartRule(context));
        for (ElectionRule rule : rules) {
            ElectionDecision decision = rule.decide();
            if (decision != null) {
                return decision;
            }
        }
        throw new IllegalStateException("the last rule always applies");
    }

    /** By {@code writes.on-multiple-writable=stick} the last primary stays it where it is one of several claimants. */
    private static ElectionDecision sticking(ElectionDecision decision, ElectionContext context) {
        if (decision.reason() == Reason.CONTESTED) {
            for (int claimant : decision.claimants()) {
                if (context.nodes().get(claimant).name().equals(context.claim().last())) {
                    return ElectionDecision.primary(claimant, Reason.STICKY);
                }
            }
        }
        return decision;
    }
}
