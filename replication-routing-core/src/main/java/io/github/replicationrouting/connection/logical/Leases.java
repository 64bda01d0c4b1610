package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.Intent;
import io.github.replicationrouting.routing.LogicalConnections;
import io.github.replicationrouting.routing.NoReadableNodeException;
import io.github.replicationrouting.routing.Route;
import io.github.replicationrouting.routing.RoutedConnection;
import io.github.replicationrouting.topology.Topology;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes logical connections and lends them pooled ones. A node that refuses a connection is told to the monitor; a
 * read then goes to another node, which is safe because nothing was sent yet. Thread-safe.
 */
public final class Leases implements LogicalConnections {

    private final Map<Node, NodePool> pools;
    private final Topology topology;
    private final ConnectionDefaults defaults;

    public Leases(Map<Node, NodePool> pools, Topology topology, ConnectionDefaults defaults) {
        this.pools = Map.copyOf(pools);
        this.topology = topology;
        this.defaults = defaults;
    }

    @Override
    public RoutedConnection open(Route route) {
        return new LogicalConnection(route, this, defaults);
    }

    /** Borrows a connection of the node that {@code route} decides on. */
    Lease acquire(Route route, Intent intent, Lease.Duration duration) throws SQLException {
        List<Node> unreachable = List.of();
        SQLException refusal = null;
        while (true) {
            Decision decision;
            try {
                decision = route.decide(intent, unreachable);
            } catch (NoReadableNodeException e) {
                if (refusal != null) {
                    e.addSuppressed(refusal);
                }
                throw e;
            }
            try {
                return borrow(intent, decision, duration);
            } catch (SQLException e) {
                topology.suspect(decision.node(), e);
                if (decision.writable() || isBusy(e) || unreachable.contains(decision.node())) {
                    throw e;
                }
                refusal = e;
                unreachable = plus(unreachable, decision.node());
            }
        }
    }

    /** Tells the monitor of a connection that was lost. */
    void suspect(Node node, SQLException cause) {
        topology.suspect(node, cause);
    }

    private Lease borrow(Intent intent, Decision decision, Lease.Duration duration) throws SQLException {
        NodePool pool = pools.get(decision.node());
        if (pool == null) {
            throw new IllegalStateException("There is no pool for node " + decision.node());
        }
        pool.node().acquire();
        Connection connection = null;
        try {
            connection = pool.borrow();
            return new Lease(pool, connection, intent, decision, duration);
        } catch (SQLException | RuntimeException | Error e) {
            pool.node().release();
            if (connection != null) {
                pool.evict(connection);
            }
            throw e;
        }
    }

    /** A pool that is merely used up says so without a cause: overload is no reason to go elsewhere. */
    private static boolean isBusy(SQLException e) {
        return e.getCause() == null && e.getNextException() == null;
    }

    private static List<Node> plus(List<Node> nodes, Node node) {
        List<Node> more = new ArrayList<>(nodes);
        more.add(node);
        return more;
    }
}
