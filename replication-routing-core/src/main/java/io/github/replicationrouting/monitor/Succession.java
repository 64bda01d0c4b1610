package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.monitor.PrimaryResolver.Finding;
import io.github.replicationrouting.monitor.PrimaryResolver.Memory;
import io.github.replicationrouting.monitor.PrimaryResolver.Verdict;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who was the primary, how far it had come, and whether its successor has all of that. On the monitor's thread only.
 *
 * <p>A gap is measured against the last position that was seen of the old primary: what it committed between that look
 * and its end is not part of it. It closes when the successor has everything after all, when the old primary is back, or
 * when an operator accepts it.
 */
final class Succession {

    private static final Duration WHILE_MISSING = Duration.ofMillis(100);
    private static final Duration HURRY = Duration.ofMinutes(1);

    private final WritePolicy policy;

    private @Nullable NodeWatch last;

    /** The newest position seen of it. */
    private @Nullable Position reached;

    private @Nullable NodeWatch accepted;

    private @Nullable IncompletePromotion gap;

    private boolean missing;
    private long missingSince;

    Succession(WritePolicy policy) {
        this.policy = policy;
    }

    /**
     * How long until the next look: shorter while writes have nowhere to go, for as long as a promotion may take. A fleet
     * that never has a primary is not asked more than others for ever.
     */
    Duration interval(Duration usual, @Nullable NodeWatch primary, long now) {
        if (primary != null) {
            missing = false;
            return usual;
        }
        if (!missing) {
            missing = true;
            missingSince = now;
        }
        boolean hurry = now - missingSince < HURRY.toNanos() && usual.compareTo(WHILE_MISSING) > 0;
        return hurry ? WHILE_MISSING : usual;
    }

    /** What the resolver may know of the past. */
    Memory memory(List<NodeWatch> nodes, @Nullable NodeWatch primary) {
        return new Memory(
                primary == null ? -1 : nodes.indexOf(primary),
                last == null ? -1 : nodes.indexOf(last),
                policy.onMultipleWritable() == OnMultipleWritable.STICK,
                nodes.stream().filter(watch -> watch.alive).allMatch(NodeWatch::hasJustToldReplication));
    }

    /** Accepts the node whose promotion is refused as it is. */
    void accept(List<NodeWatch> nodes) {
        IncompletePromotion refused = gap;
        if (refused != null) {
            accepted = nodes.stream()
                    .filter(watch -> watch.node == refused.to())
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Holds the successor against what its predecessor had.
     *
     * @param verdict who is the primary by the evidence
     * @param news hears of each gap once
     * @return who is the primary in fact
     */
    Verdict examine(Verdict verdict, List<NodeWatch> nodes, Consumer<IncompletePromotion> news) {
        if (verdict.primary() < 0) {
            return verdict;
        }
        NodeWatch next = nodes.get(verdict.primary());
        IncompletePromotion found = next == last || next == accepted ? null : gapOf(next);
        if (found != null && (gap == null || gap.to() != next.node)) {
            news.accept(found);
        }
        gap = found;
        if (found != null && found.rejected()) {
            return withheld(verdict, next, found);
        }
        last = next;
        accepted = null;
        gap = null;
        next.promoted = false;
        Observation seen = next.observation;
        reached = seen == null ? null : seen.written();
        return verdict;
    }

    private @Nullable IncompletePromotion gapOf(NodeWatch next) {
        NodeWatch before = last;
        Position had = reached;
        Position has = everythingAt(next.observation);
        if (before == null || had == null || has == null || !has.isComparableTo(had) || has.contains(had)) {
            return null;
        }
        OptionalLong transactions = had.countMissingIn(has);
        return new IncompletePromotion(
                before.node,
                next.node,
                had.subtract(has),
                transactions,
                policy.onIncompletePromotion() == OnIncompletePromotion.REJECT);
    }

    /** A promoted server knows what it replicated, and what it wrote, in two places. */
    private static @Nullable Position everythingAt(@Nullable Observation seen) {
        if (seen == null) {
            return null;
        }
        Position written = seen.written();
        Position executed = seen.executed();
        if (written == null || executed == null || !written.isComparableTo(executed)) {
            return written == null ? executed : written;
        }
        return written.union(executed);
    }

    private static Verdict withheld(Verdict verdict, NodeWatch next, IncompletePromotion gap) {
        String why = gap.describe() + " (replication.routing.writes.on-incomplete-promotion=reject)";
        List<Finding> findings = new ArrayList<>(verdict.findings());
        findings.set(verdict.primary(), new Finding(Role.UNKNOWN, true, why, null));
        return new Verdict(
                -1,
                next.name() + " was " + why + ". Writes go on when it has them, when " + gap.from()
                        + " is back, or when ReplicationRouting.acceptPromotion() or a restart accepts the loss",
                findings);
    }
}
