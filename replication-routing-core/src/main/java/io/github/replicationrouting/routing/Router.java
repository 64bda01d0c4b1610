package io.github.replicationrouting.routing;

import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.topology.Topology;
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

    /** Racing threads work out equal tables; any of them may win. */
    private volatile RoutingTable table;

    public Router(Topology topology, RouterSettings settings) {
        this.topology = topology;
        this.settings = settings;
        this.table = RoutingTable.of(topology.snapshot(), settings);
    }

    @Override
    public Decision decide(Intent intent, List<Node> unreachable) throws SQLException {
        TopologySnapshot snapshot = topology.snapshot();
        RoutingTable current =
                unreachable.isEmpty() ? tableOf(snapshot) : RoutingTable.without(unreachable, snapshot, settings);
        return switch (intent) {
            case READ -> read(current, unreachable, DecisionReason.REPLICA_SELECTED);
            case WRITE -> write(current, unreachable, DecisionReason.READ_WRITE);
            case OUTSIDE_TRANSACTION -> outsideTransaction(current, unreachable);
            case METADATA -> metadata(current, unreachable);
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

    private Decision read(RoutingTable current, List<Node> unreachable, DecisionReason reason) throws SQLException {
        if (!current.readable().isEmpty()) {
            return new Decision(settings.selector().select(current.readable()).node(), reason, false);
        }
        if (settings.whenNoneEligible() == WhenNoneEligible.LEAST_LAGGED && current.leastLagged() != null) {
            return new Decision(current.leastLagged(), DecisionReason.LEAST_LAGGED, false);
        }
        if (settings.whenNoneEligible() != WhenNoneEligible.FAIL && current.primary() != null) {
            return new Decision(current.primary(), DecisionReason.NO_ELIGIBLE_REPLICA, false);
        }
        throw Refusals.noReadable(current.snapshot(), unreachable, settings.whenNoneEligible());
    }

    private static Decision write(RoutingTable current, List<Node> unreachable, DecisionReason reason)
            throws SQLException {
        if (current.primary() == null) {
            throw Refusals.noWritable(current.snapshot(), unreachable);
        }
        return new Decision(current.primary(), reason, true);
    }

    private Decision outsideTransaction(RoutingTable current, List<Node> unreachable) throws SQLException {
        return switch (settings.outsideTransaction()) {
            case PRIMARY -> write(current, unreachable, DecisionReason.OUTSIDE_TRANSACTION);
            case REPLICA -> read(current, unreachable, DecisionReason.OUTSIDE_TRANSACTION);
        };
    }

    private Decision metadata(RoutingTable current, List<Node> unreachable) throws SQLException {
        @Nullable Node anyReachable = current.anyReachable();
        if (current.primary() == null && anyReachable != null) {
            return new Decision(anyReachable, DecisionReason.METADATA_WITHOUT_PRIMARY, false);
        }
        return outsideTransaction(current, unreachable);
    }
}
