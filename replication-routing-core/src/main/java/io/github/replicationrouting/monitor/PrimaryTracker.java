package io.github.replicationrouting.monitor;

import io.github.replicationrouting.election.Claim;
import io.github.replicationrouting.election.NodeView;
import io.github.replicationrouting.election.Outcome;
import io.github.replicationrouting.election.PrimaryElection;
import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Elects the primary at each evaluation, and keeps its claim. On the monitor's thread only. */
final class PrimaryTracker {

    private static final Duration INTERVAL_WITHOUT_PRIMARY = Duration.ofMillis(100);
    private static final Duration HURRY = Duration.ofMinutes(1);

    private final boolean sticks;
    private final Duration gap;
    private final PromotionCheck promotions;

    private Claim claim = Claim.NONE;

    private boolean missing;
    private long missingSince;

    PrimaryTracker(WritePolicy policy, MonitorSettings settings) {
        this.sticks = policy.onMultipleWritable() == OnMultipleWritable.STICK;
        this.gap = settings.detectionTime();
        this.promotions = new PromotionCheck(policy);
    }

    /**
     * Elects the primary.
     *
     * @param absence why a node does not answer, in words
     * @param follows whether an executed position has followed the primary's
     * @param news told of each promotion that lacks something, once
     */
    Outcome elect(
            List<NodeWatch> nodes,
            Function<NodeWatch, @Nullable String> absence,
            Predicate<@Nullable Position> follows,
            Consumer<IncompletePromotion> news) {
        List<NodeView> views = nodes.stream()
                .map(watch -> new NodeView(
                        watch.node.spec(), watch.alive, watch.sighting(), watch.roles, absence.apply(watch)))
                .toList();
        Outcome elected = PrimaryElection.elect(views, claim, gap, sticks, follows);
        Outcome outcome = promotions.check(elected, nodes, news);
        claim = claim.after(outcome, views, gap);
        return outcome;
    }

    /** Writes to a node although it was promoted without everything that its predecessor had. */
    void acceptPromotion(List<NodeWatch> nodes) {
        promotions.accept(nodes);
    }

    /**
     * How long until the next probe: shorter while there is no primary, for as long as a promotion may take. A fleet
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
        boolean hurry = now - missingSince < HURRY.toNanos() && usual.compareTo(INTERVAL_WITHOUT_PRIMARY) > 0;
        return hurry ? INTERVAL_WITHOUT_PRIMARY : usual;
    }
}
