package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads that ask for more than a replica: in this order a replica that is known to do, one that will do in a moment, the
 * primary. Strict: where none of them is there, nobody serves. Only what others wrote may be seen to go back while there
 * is no primary, because reads must survive its loss.
 */
final class ConstrainedReads {

    private final NodeSelector selector;
    private final WhenNoneEligible whenNoneEligible;
    private final long mostBehind;

    ConstrainedReads(RouterSettings settings) {
        this.selector = settings.selector();
        this.whenNoneEligible = settings.whenNoneEligible();
        // A replica's lag may be told up to an interval above the true one, and more where probes are late.
        this.mostBehind = settings.maxWait()
                .plus(settings.probeInterval().multipliedBy(2))
                .toNanos();
    }

    /**
     * Chooses a node.
     *
     * @param otherwise the reason where every readable replica would do
     * @return null when nobody may serve
     */
    @Nullable
    Decision decide(RoutingTable table, ReadConstraints wish, DecisionReason otherwise) {
        Node primary = table.primary();
        if (wish.onPrimary()) {
            return onPrimary(
                    primary, DecisionReason.HINT_PRIMARY, !table.readable().isEmpty());
        }
        long now = System.nanoTime();
        Predicate<NodeStatus> fresh = freshness(wish.maxStaleness(), now);
        Consistency.Demand session = wish.session();
        if (table.readable().isEmpty() && whenNoneEligible == WhenNoneEligible.LEAST_LAGGED) {
            Decision lagging = leastLagged(table, fresh, session);
            if (lagging != null) {
                return lagging;
            }
        }
        ZoneAwareCandidates replicas = replicas(table);
        if (replicas.isEmpty()) {
            return whenNoneEligible == WhenNoneEligible.FAIL
                    ? null
                    : onPrimary(primary, DecisionReason.NO_ELIGIBLE_REPLICA, false);
        }
        if (session != null && wish.mayWait()) {
            Decision moved = moved(replicas, fresh, session, otherwise);
            if (moved != null) {
                return moved;
            }
        }
        Decision known = among(replicas, session == null ? fresh : fresh.and(session::isMetBy), otherwise);
        if (known != null) {
            return known;
        }
        if (replicas.nodes().stream().noneMatch(fresh)) {
            return onPrimary(primary, DecisionReason.MAX_STALENESS, true);
        }
        if (session == null) {
            return null;
        }
        if (primary == null) {
            Decision own = among(replicas, fresh.and(session::hasOwnCommitsOn), otherwise);
            if (own != null) {
                return own;
            }
        }
        List<NodeStatus> candidates = replicas.nodes().stream().filter(fresh).toList();
        Decision waiting = wish.mayWait() ? waiting(candidates, session, primary == null, now) : null;
        return waiting != null
                ? waiting
                : onPrimary(primary, DecisionReason.SESSION_PRIMARY, isWaitingWorthwhile(candidates, session));
    }

    /** As strict as any other: the least lagged one that has what the session must see. */
    private static @Nullable Decision leastLagged(
            RoutingTable table, Predicate<NodeStatus> fresh, Consistency.@Nullable Demand session) {
        NodeStatus least = first(table.lagging(), session == null ? fresh : fresh.and(session::isMetBy));
        if (least == null && session != null && table.primary() == null) {
            least = first(table.lagging(), fresh.and(session::hasOwnCommitsOn));
        }
        return least == null ? null : new Decision(least.node(), DecisionReason.LEAST_LAGGED, false);
    }

    private static @Nullable NodeStatus first(List<NodeStatus> nodes, Predicate<NodeStatus> condition) {
        for (NodeStatus node : nodes) {
            if (condition.test(node)) {
                return node;
            }
        }
        return null;
    }

    /**
     * A session that reads without a pause would stay on its replica for ever. Where it knows how far that was, it chooses
     * among all of them anew, and waits for what it has seen.
     */
    private @Nullable Decision moved(
            ZoneAwareCandidates replicas,
            Predicate<NodeStatus> fresh,
            Consistency.Demand session,
            DecisionReason reason) {
        if (first(replicas.nodes(), session::mayLeave) == null) {
            return null;
        }
        Candidates candidates = matching(replicas.next(), fresh);
        if (candidates.isEmpty()) {
            return null;
        }
        NodeStatus selected = selector.select(candidates);
        if (session.isMetBy(selected)) {
            return new Decision(selected.node(), reason, false);
        }
        Position wanted = lag(selected) <= mostBehind ? session.wanted(selected) : null;
        return wanted == null ? null : new Decision(selected.node(), DecisionReason.SESSION_WAIT, false, wanted, false);
    }

    /** Those that failed to answer just now only where nobody else can serve. */
    private ZoneAwareCandidates replicas(RoutingTable table) {
        boolean nobodyElse = whenNoneEligible == WhenNoneEligible.FAIL || table.unsuspectedPrimary() == null;
        return table.readable().isEmpty() && nobodyElse ? table.suspected() : table.readable();
    }

    private static Predicate<NodeStatus> freshness(@Nullable Duration maxStaleness, long now) {
        if (maxStaleness == null) {
            return node -> true;
        }
        long limit = maxStaleness.toNanos();
        return node -> node.freshness().isWithin(limit, now);
    }

    /** One of the next that will do, else one of all that will; null where none does. */
    private @Nullable Decision among(
            ZoneAwareCandidates replicas, Predicate<NodeStatus> condition, DecisionReason reason) {
        Candidates next = replicas.next();
        Candidates matching = matching(next, condition);
        if (matching.isEmpty()) {
            matching = Candidates.of(replicas.nodes().stream().filter(condition).toList());
        }
        return matching.isEmpty()
                ? null
                : new Decision(
                        selector.select(matching).node(),
                        matching == next ? reason : DecisionReason.SESSION_REPLICA,
                        false);
    }

    /** The same where all of them match, as is usual. */
    private static Candidates matching(Candidates candidates, Predicate<NodeStatus> condition) {
        for (NodeStatus node : candidates.nodes()) {
            if (!condition.test(node)) {
                return Candidates.of(
                        candidates.nodes().stream().filter(condition).toList());
            }
        }
        return candidates;
    }

    private static @Nullable Decision onPrimary(@Nullable Node primary, DecisionReason reason, boolean notesPosition) {
        return primary == null ? null : new Decision(primary, reason, false, null, notesPosition);
    }

    /** The most advanced replica on which waiting may help: not one that is further behind than a wait is long. */
    private @Nullable Decision waiting(
            List<NodeStatus> nodes, Consistency.Demand session, boolean byAllMeans, long now) {
        Node closest = null;
        Position awaited = null;
        long least = Long.MAX_VALUE;
        for (NodeStatus node : nodes) {
            long age = node.freshness().age(now).orElse(mostBehind);
            if (age < least && (byAllMeans || lag(node) <= mostBehind)) {
                Position wanted = session.wanted(node);
                if (wanted != null) {
                    closest = node.node();
                    awaited = wanted;
                    least = age;
                }
            }
        }
        return closest == null ? null : new Decision(closest, DecisionReason.SESSION_WAIT, false, awaited, false);
    }

    private boolean isWaitingWorthwhile(List<NodeStatus> nodes, Consistency.Demand session) {
        for (NodeStatus node : nodes) {
            if (lag(node) <= mostBehind && session.isWorthWaitingOn(node)) {
                return true;
            }
        }
        return false;
    }

    /** At its last probe: that one is late says nothing, and who waits in vain is remembered. */
    private long lag(NodeStatus node) {
        Duration lag = node.lag();
        return lag == null ? mostBehind : lag.toNanos();
    }
}
