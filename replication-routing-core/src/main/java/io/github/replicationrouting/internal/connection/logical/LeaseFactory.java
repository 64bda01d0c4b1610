package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Borrows pooled connections of the nodes that were decided on. Thread-safe. */
final class LeaseFactory {

    /** Nodes come and go. */
    private final ConcurrentMap<Node, NodePool> pools;

    private final Topology topology;
    private final FallbackLimiter fallbackLimiter;
    private final Consistency consistency;

    LeaseFactory(
            ConcurrentMap<Node, NodePool> pools,
            Topology topology,
            FallbackLimiter fallbackLimiter,
            Consistency consistency) {
        this.pools = pools;
        this.topology = topology;
        this.fallbackLimiter = fallbackLimiter;
        this.consistency = consistency;
    }

    /** Returns the pool of a node; null when the node has left. */
    @Nullable
    NodePool pool(Node node) {
        return pools.get(node);
    }

    /**
     * Borrows a connection of the node that was decided on.
     *
     * @param since when the wait for a connection began, by {@link System#nanoTime()}: perhaps for another node
     * @throws NodeEvictedException when the node has left, or is not what it was chosen for any more
     */
    Lease borrow(Access access, Lease.Scope scope, long since, DecisionValidity validity, Route route, Intent intent)
            throws SQLException {
        Decision decision = validity.decision();
        NodePool pool = pools.get(decision.node());
        if (pool == null) {
            throw left(decision.node());
        }
        WaitCondition wait = FallbackValidity.of(validity, route, intent);
        // Where several nodes take writes, none of them has to be spared for the writes of all.
        Runnable onRelease = validity.isForOneOfSeveralWriters()
                ? FallbackLimiter.UNLIMITED
                : fallbackLimiter.enter(decision, pool, since, wait);
        Connection connection = null;
        try {
            connection = pool.borrow(since, wait);
            return new Lease(
                    pool, connection, access, decision, intent.hint(), scope, onRelease, validity, consistency);
        } catch (SQLException | RuntimeException | Error e) {
            if (connection != null) {
                pool.evict(connection);
            }
            onRelease.run();
            if (e instanceof SQLException && pools.get(decision.node()) != pool) {
                throw left(decision.node());
            }
            throw e;
        }
    }

    /**
     * Returns what to throw for a node that has left; where the newest snapshot still shows it, it has to be avoided.
     */
    SQLException left(Node node) {
        NodeEvictedException left = new NodeEvictedException(node);
        boolean seen = topology.snapshot().node(node.name()) != null;
        return seen ? new SQLTransientConnectionException(left.getMessage(), left.getSQLState(), left) : left;
    }
}
