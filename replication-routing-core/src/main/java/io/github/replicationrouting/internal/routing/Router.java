package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.Explanation;
import io.github.replicationrouting.NoWritableNodeException;
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
 * Decides which node serves an intent.
 *
 * <p>A decision reads the snapshot once (a volatile read), takes no lock and does no I/O. What a snapshot means for
 * routing is derived once per snapshot, by the first thread that uses it. Thread-safe.
 */
public final class Router implements Route {

    private final Topology topology;
    private final RouterSettings settings;
    private final WriterSelection writers;
    private final ConstrainedReads constrainedReads;

    /** The table of the latest snapshot. Concurrent threads derive equal tables, so that any of them may win. */
    private volatile RoutingTable table;

    public Router(Topology topology, RouterSettings settings) {
        this.topology = topology;
        this.settings = settings;
        this.writers = WriterSelection.of(settings.policy());
        this.constrainedReads = new ConstrainedReads(settings, writers);
        this.table = RoutingTable.of(topology.snapshot(), settings);
    }

    @Override
    public Decision decide(Intent intent) throws SQLException {
        return decide(intent, tableFor(intent));
    }

    @Override
    public boolean isFor(Node node, AffinityKey key) {
        return writers.isFor(tableOf(topology.snapshot()), node, key);
    }

    /**
     * Chooses the node of the pinned writer: the same one in every instance, whatever the policy.
     *
     * @throws NoWritableNodeException when no node takes writes
     */
    Node pinnedWriter() throws NoWritableNodeException {
        RoutingTable current = tableOf(topology.snapshot());
        Node pinned = WriterSelection.pinned(current);
        if (pinned == null) {
            throw RoutingExceptions.noWritable(current.snapshot(), List.of());
        }
        return pinned;
    }

    /** Returns whether a node takes writes now. */
    boolean takesWrites(Node node) {
        for (NodeStatus writer : topology.snapshot().writers()) {
            if (writer.node() == node) {
                return true;
            }
        }
        return false;
    }

    /** Explains how an intent would be decided now; for administration and tests, not for the hot path. */
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
                .map(node -> candidate(node, eligibility(node, current, intent)))
                .toList();
        return new Explanation(intent.access(), candidates, decision, refusal);
    }

    private static Explanation.Candidate candidate(NodeStatus node, Eligibility eligibility) {
        return new Explanation.Candidate(node.node(), eligibility == Eligibility.ELIGIBLE, eligibility.describe(node));
    }

    private Eligibility eligibility(NodeStatus node, RoutingTable current, Intent intent) {
        if (writes(intent)) {
            return Eligibility.forWrites(node, current.snapshot(), intent.avoided());
        }
        Eligibility eligibility = Eligibility.forReads(node, current.snapshot(), intent.avoided());
        return eligibility == Eligibility.ELIGIBLE && !current.readable().reaches(node)
                ? Eligibility.OTHER_ZONE
                : eligibility;
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
        RoutingTable current = table;
        if (current.snapshot() != snapshot) {
            current = RoutingTable.of(snapshot, settings);
            table = current;
        }
        return current;
    }

    private Decision read(RoutingTable current, Intent intent, DecisionReason reason) throws SQLException {
        if (!intent.constraints().isNone()) {
            Decision decision = constrainedReads.decide(current, intent, reason);
            if (decision != null) {
                return decision;
            }
            throw RoutingExceptions.noReadable(current.snapshot(), intent, settings.whenNoneEligible());
        }
        WhenNoneEligible whenNoneEligible = settings.whenNoneEligible();
        if (!current.readable().isEmpty()) {
            return read(current.readable(), reason);
        }
        if (whenNoneEligible == WhenNoneEligible.LEAST_LAGGED && current.leastLagged() != null) {
            return new Decision(current.leastLagged(), DecisionReason.LEAST_LAGGED, false);
        }
        boolean mayFallBack = whenNoneEligible != WhenNoneEligible.FAIL;
        if (!(mayFallBack && current.hasUnsuspectedWriter())
                && !current.suspected().isEmpty()) {
            // A replica that failed to answer once is better than no node, and than a primary that failed as well.
            return read(current.suspected(), reason);
        }
        Node fallback = mayFallBack ? writers.forFallback(current, intent) : null;
        if (fallback != null) {
            return new Decision(fallback, DecisionReason.NO_ELIGIBLE_REPLICA, false);
        }
        throw RoutingExceptions.noReadable(current.snapshot(), intent, whenNoneEligible);
    }

    private Decision read(ZoneAwareCandidates replicas, DecisionReason reason) {
        return new Decision(settings.selector().select(replicas.next()).node(), reason, false);
    }

    private Decision write(RoutingTable current, Intent intent, DecisionReason reason) throws SQLException {
        Node writer = writers.forWrite(current, intent);
        if (writer == null) {
            throw RoutingExceptions.noWritable(current.snapshot(), intent.avoided());
        }
        return new Decision(writer, reason, true);
    }

    private Decision outsideTransaction(RoutingTable current, Intent intent) throws SQLException {
        return switch (settings.outsideTransaction()) {
            case PRIMARY -> write(current, intent, DecisionReason.OUTSIDE_TRANSACTION);
            case REPLICA -> read(current, intent, DecisionReason.OUTSIDE_TRANSACTION);
        };
    }

    private Decision metadata(RoutingTable current, Intent intent) throws SQLException {
        @Nullable Node anyReachable = current.anyReachable();
        if (current.writers().isEmpty() && anyReachable != null) {
            return new Decision(anyReachable, DecisionReason.METADATA_WITHOUT_PRIMARY, false);
        }
        return outsideTransaction(current, intent);
    }
}
