package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.Claim;
import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.election.GroupElection;
import io.github.replicationrouting.internal.election.GroupMemory;
import io.github.replicationrouting.internal.election.GroupSettings;
import io.github.replicationrouting.internal.election.NodeView;
import io.github.replicationrouting.internal.election.PrimaryElection;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.Observation;
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
    private static final Duration FAST_PROBING = Duration.ofMinutes(1);

    private final boolean sticks;
    private final GroupSettings group;
    private final Duration gap;
    private final PromotionCheck promotions;

    private Claim claim = Claim.NONE;
    private GroupMemory memory = GroupMemory.NONE;

    private boolean missing;
    private long missingSince;

    PrimaryTracker(TopologyKind topology, WriteSettings writes, MonitorSettings settings) {
        this.group = GroupSettings.of(topology, writes, settings);
        this.sticks = writes.onMultipleWritable() == OnMultipleWritable.STICK;
        this.gap = detectionTime(settings);
        this.promotions = new PromotionCheck(writes);
    }

    /** Returns the maximum time until a node that does not answer is down, including the jitter of the interval. */
    static Duration detectionTime(MonitorSettings settings) {
        return settings.interval()
                .multipliedBy(settings.failureThreshold())
                .multipliedBy(6)
                .dividedBy(5)
                .plus(settings.timeout());
    }

    /**
     * Elects the primary.
     *
     * @param now monotonic time in nanoseconds
     * @param absence why a node does not answer, as text
     * @param follows whether an executed position has followed the primary's
     * @param onIncomplete called once for each promotion that lacks something
     */
    ElectionResult elect(
            List<NodeRecord> nodes,
            long now,
            Function<NodeRecord, @Nullable String> absence,
            Predicate<@Nullable Position> follows,
            Consumer<IncompletePromotion> onIncomplete) {
        List<NodeView> views = new ArrayList<>();
        nodes.forEach(record -> views.add(view(record, countsAsAlive(record), absence)));
        if (GroupElection.applies(views, group)) {
            ElectionResult result = GroupElection.elect(views, claim, gap, group, memory, follows, now);
            promotions.forget();
            claim = claim.after(result, views, gap);
            memory = memory.after(result, views, now);
            return result;
        }
        ElectionResult elected = PrimaryElection.elect(views, claim, gap, sticks, follows);
        NodeRecord incumbent = incumbent(nodes);
        if (incumbent != null && incumbent.refusesProbes() && elected.reason() == ElectionResult.Reason.NO_SUCCESSOR) {
            views.set(nodes.indexOf(incumbent), view(incumbent, true, absence));
            elected = PrimaryElection.elect(views, claim, gap, sticks, follows);
        }
        ElectionResult result = promotions.check(elected, nodes, onIncomplete);
        claim = claim.after(result, views, gap);
        return result;
    }

    /** Returns the members that have to be asked again, because another one has seen a newer view of the group since. */
    List<NodeRecord> outdated(List<NodeRecord> nodes) {
        List<NodeView> views = new ArrayList<>();
        nodes.forEach(record -> views.add(view(record, record.isAlive(), any -> null)));
        return GroupElection.outdated(views).stream().map(nodes::get).toList();
    }

    private static NodeView view(NodeRecord record, boolean alive, Function<NodeRecord, @Nullable String> absence) {
        return new NodeView(
                record.node().spec(),
                alive,
                record.electionAnswer(),
                record.answer().roles(),
                absence.apply(record),
                record.answer().member(),
                record.machine().isDrained());
    }

    /**
     * A node that took writes and refuses probes may have ceased to: it stands in the way of no successor whose
     * promotion is seen. Without one the primary is what it was.
     */
    private static boolean countsAsAlive(NodeRecord record) {
        Observation seen = record.observation();
        boolean wrote = seen != null && seen.writable();
        return record.isAlive() && !(record.refusesProbes() && wrote);
    }

    private @Nullable NodeRecord incumbent(List<NodeRecord> nodes) {
        return nodes.stream()
                .filter(record -> record.name().equals(claim.node()))
                .findFirst()
                .orElse(null);
    }

    /** Accepts a refused promotion, so that the node is written to although it lacks something of its predecessor. */
    void acceptPromotion(List<NodeRecord> nodes) {
        promotions.accept(nodes);
    }

    /**
     * Returns the time until the next probe: shorter while no node takes writes, for as long as a promotion may take.
     * Servers that never take any are not probed more often than others for ever.
     */
    Duration interval(Duration usual, boolean hasWriter, long now) {
        if (hasWriter) {
            missing = false;
            return usual;
        }
        if (!missing) {
            missing = true;
            missingSince = now;
        }
        boolean fast = now - missingSince < FAST_PROBING.toNanos() && usual.compareTo(INTERVAL_WITHOUT_PRIMARY) > 0;
        return fast ? INTERVAL_WITHOUT_PRIMARY : usual;
    }
}
