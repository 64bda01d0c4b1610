package io.github.replicationrouting.election;

import io.github.replicationrouting.election.NodeView.Sighting;
import io.github.replicationrouting.election.Outcome.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which node is the primary in the eyes of one instance, and why no other is. It outlives the node's absence: only a
 * successor whose promotion was seen ends it. Immutable. Times are monotonic, in nanoseconds.
 *
 * @param node the name of the incumbent; null before there was a primary, and after two nodes have contested it
 * @param last the name of the last primary, the incumbent where there is one; null before there was one
 * @param serverId the server that the incumbent was
 * @param present whether the incumbent was fit at the last evaluation
 * @param since since when the incumbent has been seen to be fit without a gap
 * @param fitAt when the newest answer that showed it fit was asked for: promotions that were seen before it are void
 * @param tolerated addresses of sources that the incumbent had configured when it was elected
 * @param cleared nodes that are known to be no rivals of this claim, because they were seen as replicas beside the
 *     incumbent, or were there when its promotion was seen; with the moment at which that was known
 * @param fenced nodes that were writable beside a primary and have not been replicas since
 */
public record Claim(
        @Nullable String node,
        @Nullable String last,
        @Nullable String serverId,
        boolean present,
        long since,
        long fitAt,
        Set<String> tolerated,
        Map<String, Long> cleared,
        Set<String> fenced) {

    /** No primary has been known yet. */
    public static final Claim NONE = new Claim(null, null, null, false, 0, 0, Set.of(), Map.of(), Set.of());

    public Claim {
        tolerated = Set.copyOf(tolerated);
        cleared = Map.copyOf(cleared);
        fenced = Set.copyOf(fenced);
    }

    /** Since when the incumbent has been seen to be fit without a gap, its newest answer included. */
    long since(Sighting newest, Duration gap) {
        boolean unbroken = present && newest.sentAt() - fitAt <= gap.toNanos();
        return unbroken ? since : newest.sentAt();
    }

    /** Whether a node is known to be no rival, and cannot have been promoted in a gap of what was seen of the incumbent. */
    boolean isCleared(NodeView node, long incumbentSince) {
        Long clearedAt = cleared.get(node.name());
        return clearedAt != null && !node.roles().hasChangedBetween(clearedAt, incumbentSince);
    }

    /** Takes in the outcome of an election. */
    public Claim after(Outcome outcome, List<NodeView> nodes, Duration gap) {
        if (outcome.primary() < 0) {
            boolean givenUp = outcome.reason() == Reason.CONTESTED && present;
            return new Claim(
                    givenUp ? null : node, last, serverId, false, since, fitAt, tolerated, cleared, stillFenced(nodes));
        }
        NodeView primary = nodes.get(outcome.primary());
        Sighting newest = Objects.requireNonNull(primary.seen());
        boolean goesOn = primary.name().equals(node) && Objects.equals(primary.serverId(), serverId);
        long nowSince = goesOn ? since(newest, gap) : newest.sentAt();
        Map<String, Long> nowCleared = new HashMap<>();
        Set<String> nowFenced = new HashSet<>(stillFenced(nodes));
        for (int i = 0; i < nodes.size(); i++) {
            NodeView other = nodes.get(i);
            Long clearedAt = i == outcome.primary()
                    ? null
                    : clearedAt(other, goesOn, outcome.reason() == Reason.PROMOTION, nowSince, newest);
            if (clearedAt != null) {
                nowCleared.put(other.name(), clearedAt);
                if (outcome.findings().get(i).rival()) {
                    nowFenced.add(other.name());
                }
            }
        }
        if (!goesOn && outcome.reason() == Reason.PROMOTION && node != null) {
            nowFenced.add(node);
        }
        nowFenced.remove(primary.name());
        return new Claim(
                primary.name(),
                primary.name(),
                primary.serverId(),
                true,
                nowSince,
                newest.sentAt(),
                goesOn ? tolerated : primary.sourceAddresses(),
                nowCleared,
                nowFenced);
    }

    /** When a node was last known to be no rival of the primary; null where it is not known. */
    private @Nullable Long clearedAt(
            NodeView other, boolean goesOn, boolean promotion, long incumbentSince, Sighting primary) {
        Sighting living = other.living();
        if (living != null && other.isSeenAsReplica() && living.sentAt() - incumbentSince >= 0) {
            return living.arrivedAt();
        }
        if (!goesOn) {
            return promotion ? Long.valueOf(primary.arrivedAt()) : null;
        }
        return isCleared(other, incumbentSince) ? cleared.get(other.name()) : null;
    }

    /** Only a node that has become a replica is let back in. */
    private Set<String> stillFenced(List<NodeView> nodes) {
        Set<String> still = new HashSet<>(fenced);
        nodes.stream().filter(NodeView::hasBecomeReplica).map(NodeView::name).forEach(still::remove);
        return still;
    }
}
