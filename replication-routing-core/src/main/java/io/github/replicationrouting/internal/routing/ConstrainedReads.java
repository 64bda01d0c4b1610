package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
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
 * Chooses the node of a read that has {@link ReadConstraints}. In this order: a replica that is known to satisfy them,
 * a replica that will satisfy them after a short wait, the primary. Where several nodes share the writes, each of them
 * counts as a replica, and in place of the primary one of them is chosen, on which the read waits before it begins.
 *
 * <p>The constraints are strict: if no node satisfies them, none is chosen. With one exception, because reads must
 * survive the loss of the primary: without a primary, a session may see others' commits go back in time, never its own.
 */
final class ConstrainedReads {

    private final NodeSelector selector;
    private final WriterSelection writers;
    private final WhenNoneEligible whenNoneEligible;

    /** Lag, in nanoseconds, above which waiting on a replica is not expected to succeed. */
    private final long maxLagToWait;

    ConstrainedReads(RouterSettings settings, WriterSelection writers) {
        this.writers = writers;
        this.selector = settings.selector();
        this.whenNoneEligible = settings.whenNoneEligible();
        // The lag of a replica may be reported one interval too high, and more if probes are late.
        this.maxLagToWait = settings.maxWait()
                .plus(settings.probeInterval().multipliedBy(2))
                .toNanos();
    }

    /**
     * Chooses a node.
     *
     * @param reason the reason to report if every readable replica satisfies the constraints
     * @return null if no node satisfies the constraints
     */
    @Nullable
    Decision decide(RoutingTable table, Intent intent, DecisionReason reason) {
        ReadConstraints constraints = intent.constraints();
        if (constraints.onPrimary()) {
            return onPrimary(
                    table,
                    intent,
                    DecisionReason.HINT_PRIMARY,
                    !table.readable().isEmpty());
        }
        boolean withoutWriter = table.writers().isEmpty();
        long now = System.nanoTime();
        Predicate<NodeStatus> fresh = freshness(constraints.maxStaleness(), now);
        SessionConstraint session = constraints.session();
        if (table.readable().isEmpty() && whenNoneEligible == WhenNoneEligible.LEAST_LAGGED) {
            Decision leastLagged = leastLagged(table, fresh, session);
            if (leastLagged != null) {
                return leastLagged;
            }
        }
        ZoneAwareCandidates replicas = replicas(table);
        if (replicas.isEmpty()) {
            return whenNoneEligible == WhenNoneEligible.FAIL
                    ? null
                    : onPrimary(table, intent, DecisionReason.NO_ELIGIBLE_REPLICA, false);
        }
        if (session != null && constraints.mayWait()) {
            Decision moved = moveSession(replicas, fresh, session, reason);
            if (moved != null) {
                return moved;
            }
        }
        Decision immediate = choose(replicas, session == null ? fresh : fresh.and(session::isMetBy), reason);
        if (immediate != null) {
            return immediate;
        }
        if (replicas.nodes().stream().noneMatch(fresh)) {
            return onPrimary(table, intent, DecisionReason.MAX_STALENESS, true);
        }
        if (session == null) {
            return null;
        }
        if (withoutWriter) {
            Decision withOwnCommits = choose(replicas, fresh.and(session::hasOwnCommitsOn), reason);
            if (withOwnCommits != null) {
                return withOwnCommits;
            }
        }
        List<NodeStatus> candidates = replicas.nodes().stream().filter(fresh).toList();
        Decision afterWait = constraints.mayWait() ? afterWait(candidates, session, withoutWriter, now) : null;
        return afterWait != null
                ? afterWait
                : onPrimary(table, intent, DecisionReason.SESSION_PRIMARY, isWorthWaitingOnAny(candidates, session));
    }

    /**
     * Returns the least lagged replica that satisfies the constraints, which are as strict as for any other replica.
     */
    private static @Nullable Decision leastLagged(
            RoutingTable table, Predicate<NodeStatus> fresh, @Nullable SessionConstraint session) {
        NodeStatus least = first(table.lagging(), session == null ? fresh : fresh.and(session::isMetBy));
        if (least == null && session != null && table.writers().isEmpty()) {
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
     * Chooses among all replicas for a session that reads without a pause and would otherwise remain on its replica for
     * ever. Requires that the session knows the position up to which it has read, so that another replica can be waited
     * on.
     */
    private @Nullable Decision moveSession(
            ZoneAwareCandidates replicas,
            Predicate<NodeStatus> fresh,
            SessionConstraint session,
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
        Position awaited = lagAtLastProbe(selected) <= maxLagToWait ? session.positionToAwait(selected) : null;
        return awaited == null
                ? null
                : new Decision(selected.node(), DecisionReason.SESSION_WAIT, false, awaited, false);
    }

    /** Returns the readable replicas; the suspected ones only if no other node can serve. */
    private ZoneAwareCandidates replicas(RoutingTable table) {
        boolean noOtherNode = whenNoneEligible == WhenNoneEligible.FAIL || !table.hasUnsuspectedWriter();
        return table.readable().isEmpty() && noOtherNode ? table.suspected() : table.readable();
    }

    private static Predicate<NodeStatus> freshness(@Nullable Duration maxStaleness, long now) {
        if (maxStaleness == null) {
            return node -> true;
        }
        long limit = maxStaleness.toNanos();
        return node -> node.freshness().isWithin(limit, now);
    }

    /** Chooses among the next candidates that match, else among all that match; returns null if there are none. */
    private @Nullable Decision choose(
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

    /** Returns the candidates that match: the same object if all of them do, as is usual. */
    private static Candidates matching(Candidates candidates, Predicate<NodeStatus> condition) {
        for (NodeStatus node : candidates.nodes()) {
            if (!condition.test(node)) {
                return Candidates.of(
                        candidates.nodes().stream().filter(condition).toList());
            }
        }
        return candidates;
    }

    private @Nullable Decision onPrimary(
            RoutingTable table, Intent intent, DecisionReason reason, boolean recordsPosition) {
        Node primary = writers.forFallback(table, intent);
        // Outside of a group the position of one node says nothing about what was committed on the others.
        boolean isOfAll = !table.isShared() || table.snapshot().group() != null;
        return primary == null ? null : new Decision(primary, reason, false, null, recordsPosition && isOfAll);
    }

    /**
     * Returns the most advanced replica on which a wait is expected to succeed.
     *
     * @param regardlessOfLag whether replicas that lag more than a wait is long are included
     */
    private @Nullable Decision afterWait(
            List<NodeStatus> nodes, SessionConstraint session, boolean regardlessOfLag, long now) {
        Node closest = null;
        Position awaited = null;
        long leastAge = Long.MAX_VALUE;
        for (NodeStatus node : nodes) {
            long age = node.freshness().age(now).orElse(maxLagToWait);
            if (age < leastAge && (regardlessOfLag || lagAtLastProbe(node) <= maxLagToWait)) {
                Position missing = session.positionToAwait(node);
                if (missing != null) {
                    closest = node.node();
                    awaited = missing;
                    leastAge = age;
                }
            }
        }
        return closest == null ? null : new Decision(closest, DecisionReason.SESSION_WAIT, false, awaited, false);
    }

    private boolean isWorthWaitingOnAny(List<NodeStatus> nodes, SessionConstraint session) {
        for (NodeStatus node : nodes) {
            if (lagAtLastProbe(node) <= maxLagToWait && session.isWorthWaitingOn(node)) {
                return true;
            }
        }
        return false;
    }

    /** Not the present lag: a late probe is no evidence of lag, and waits that timed out are remembered anyway. */
    private long lagAtLastProbe(NodeStatus node) {
        Duration lag = node.lag();
        return lag == null ? maxLagToWait : lag.toNanos();
    }
}
