package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which node serves an intent: one volatile read of the snapshot, no lock, no I/O. What a snapshot means is
 * worked out once, by whichever thread meets it first. Thread-safe.
 */
public final class Router implements Route {

    private final Topology topology;
    private final RouterSettings settings;
    private final ConstrainedReads wished;

    /** Racing threads work out equal tables; any of them may win. */
    private volatile RoutingTable table;

    public Router(Topology topology, RouterSettings settings) {
        this.topology = topology;
        this.settings = settings;
        this.wished = new ConstrainedReads(settings);
        this.table = RoutingTable.of(topology.snapshot(), settings);
    }

    @Override
    public Decision decide(Intent intent) throws SQLException {
        return decide(intent, tableFor(intent));
    }

    /** What would be decided now, and what is held against each node: for people and tests, not for the way. */
    public Explanation explain(Intent intent) {
        RoutingTable current = tableFor(intent);
        Decision decision = null;
        String refusal = null;
        try {
            decision = decide(intent, current);
        } catch (SQLException e) {
            refusal = e.getMessage();
        }
        List<Explanation.Candidate> candidates = current.snapshot().nodes().stream()
                .map(node -> candidate(node, standing(node, current, intent)))
                .toList();
        return new Explanation(intent, candidates, decision, refusal);
    }

    private static Explanation.Candidate candidate(NodeStatus node, Eligibility standing) {
        return new Explanation.Candidate(node.node(), standing == Eligibility.ELIGIBLE, standing.words(node));
    }

    private Eligibility standing(NodeStatus node, RoutingTable current, Intent intent) {
        if (writes(intent)) {
            return Eligibility.forWrites(node, current.snapshot(), intent.avoided());
        }
        Eligibility alone = Eligibility.forReads(node, current.snapshot(), intent.avoided());
        return alone == Eligibility.ELIGIBLE && !current.readable().reaches(node) ? Eligibility.OTHER_ZONE : alone;
    }

    private boolean writes(Intent intent) {
        return switch (intent.access()) {
            case READ -> false;
            case WRITE -> true;
            case OUTSIDE_TRANSACTION, METADATA -> settings.outsideTransaction() == OutsideTransaction.PRIMARY;
        };
    }

    private RoutingTable tableFor(Intent intent) {
        TopologySnapshot snapshot = topology.snapshot();
        List<Node> avoided = intent.avoided();
        return avoided.isEmpty() ? tableOf(snapshot) : RoutingTable.without(avoided, snapshot, settings);
    }

    private Decision decide(Intent intent, RoutingTable current) throws SQLException {
        return switch (intent.access()) {
            case READ -> read(current, intent, DecisionReason.REPLICA_SELECTED);
            case WRITE -> write(current, intent, DecisionReason.READ_WRITE);
            case OUTSIDE_TRANSACTION -> outsideTransaction(current, intent);
            case METADATA -> metadata(current, intent);
        };
    }

    private RoutingTable tableOf(TopologySnapshot snapshot) {
        RoutingTable known = table;
        if (known.snapshot() != snapshot) {
            known = RoutingTable.of(snapshot, settings);
            table = known;
        }
        return known;
    }

    private Decision read(RoutingTable current, Intent intent, DecisionReason reason) throws SQLException {
        if (!intent.constraints().isNone()) {
            Decision decision = wished.decide(current, intent.constraints(), reason);
            if (decision != null) {
                return decision;
            }
            throw RoutingExceptions.noReadable(current.snapshot(), intent, settings.whenNoneEligible());
        }
        WhenNoneEligible otherwise = settings.whenNoneEligible();
        if (!current.readable().isEmpty()) {
            return read(current.readable(), reason);
        }
        if (otherwise == WhenNoneEligible.LEAST_LAGGED && current.leastLagged() != null) {
            return new Decision(current.leastLagged(), DecisionReason.LEAST_LAGGED, false);
        }
        @Nullable Node fallback = otherwise == WhenNoneEligible.FAIL ? null : current.unsuspectedPrimary();
        if (fallback == null && !current.suspected().isEmpty()) {
            // Who failed to answer once is better than nobody, and than a primary that failed to answer, too.
            return read(current.suspected(), reason);
        }
        if (otherwise != WhenNoneEligible.FAIL && current.primary() != null) {
            return new Decision(current.primary(), DecisionReason.NO_ELIGIBLE_REPLICA, false);
        }
        throw RoutingExceptions.noReadable(current.snapshot(), intent, otherwise);
    }

    private Decision read(ZoneAwareCandidates spread, DecisionReason reason) {
        return new Decision(settings.selector().select(spread.next()).node(), reason, false);
    }

    private static Decision write(RoutingTable current, Intent intent, DecisionReason reason) throws SQLException {
        if (current.primary() == null) {
            throw RoutingExceptions.noWritable(current.snapshot(), intent.avoided());
        }
        return new Decision(current.primary(), reason, true);
    }

    private Decision outsideTransaction(RoutingTable current, Intent intent) throws SQLException {
        return switch (settings.outsideTransaction()) {
            case PRIMARY -> write(current, intent, DecisionReason.OUTSIDE_TRANSACTION);
            case REPLICA -> read(current, intent, DecisionReason.OUTSIDE_TRANSACTION);
        };
    }

    private Decision metadata(RoutingTable current, Intent intent) throws SQLException {
        @Nullable Node anyReachable = current.anyReachable();
        if (current.primary() == null && anyReachable != null) {
            return new Decision(anyReachable, DecisionReason.METADATA_WITHOUT_PRIMARY, false);
        }
        return outsideTransaction(current, intent);
    }
}
