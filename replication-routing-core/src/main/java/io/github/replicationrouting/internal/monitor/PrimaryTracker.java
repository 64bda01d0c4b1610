package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.Claim;
import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.election.NodeView;
import io.github.replicationrouting.internal.election.PrimaryElection;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.IncompletePromotion;
import java.time.Duration;
import java.util.ArrayList;
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
    ElectionResult elect(
            List<NodeRecord> nodes,
            Function<NodeRecord, @Nullable String> absence,
            Predicate<@Nullable Position> follows,
            Consumer<IncompletePromotion> news) {
        List<NodeView> views = new ArrayList<>();
        nodes.forEach(watch -> views.add(view(watch, isLiving(watch), absence)));
        ElectionResult elected = PrimaryElection.elect(views, claim, gap, sticks, follows);
        NodeRecord incumbent = incumbent(nodes);
        if (incumbent != null && incumbent.isUnseen() && elected.reason() == ElectionResult.Reason.NO_SUCCESSOR) {
            views.set(nodes.indexOf(incumbent), view(incumbent, true, absence));
            elected = PrimaryElection.elect(views, claim, gap, sticks, follows);
        }
        ElectionResult outcome = promotions.check(elected, nodes, news);
        claim = claim.after(outcome, views, gap);
        return outcome;
    }

    private static NodeView view(NodeRecord watch, boolean alive, Function<NodeRecord, @Nullable String> absence) {
        return new NodeView(watch.node.spec(), alive, watch.sighting(), watch.roles, absence.apply(watch));
    }

    /**
     * A node that took writes and lets no probe look may have ceased to: it stands in the way of no successor whose
     * promotion is seen. Without one the primary is what it was.
     */
    private static boolean isLiving(NodeRecord watch) {
        boolean wrote = watch.observation != null && watch.observation.writable();
        return watch.alive && !(watch.isUnseen() && wrote);
    }

    private @Nullable NodeRecord incumbent(List<NodeRecord> nodes) {
        return nodes.stream()
                .filter(watch -> watch.name().equals(claim.node()))
                .findFirst()
                .orElse(null);
    }

    /** Writes to a node although it was promoted without everything that its predecessor had. */
    void acceptPromotion(List<NodeRecord> nodes) {
        promotions.accept(nodes);
    }

    /**
     * How long until the next probe: shorter while there is no primary, for as long as a promotion may take. A fleet
     * that never has a primary is not asked more than others for ever.
     */
    Duration interval(Duration usual, @Nullable NodeRecord primary, long now) {
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
