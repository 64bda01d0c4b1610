package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.routing.HintContext;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Leases for calls that any node can answer: of the node where the statements go, if it has an idle connection, else of
 * another one that has. Thread-safe.
 */
final class MetadataLeases {

    private final LeaseFactory factory;
    private final Topology topology;
    private final PrimaryWait primaryWait;
    private final RouterMetrics metrics;

    MetadataLeases(LeaseFactory factory, Topology topology, PrimaryWait primaryWait, RouterMetrics metrics) {
        this.factory = factory;
        this.topology = topology;
        this.primaryWait = primaryWait;
        this.metrics = metrics;
    }

    /**
     * Borrows a connection.
     *
     * @param limit how long to wait where no node has an idle one; null for as long as the pool allows, and where no
     *     node is known to answer for as long as a write waits for a primary
     */
    Lease acquire(Route route, Access access, @Nullable Duration limit) throws SQLException {
        PrimaryWait.Allowance allowance = primaryWait.new Allowance();
        try {
            while (true) {
                TopologySnapshot seen = topology.snapshot();
                try {
                    return acquire(route, candidates(route, access), seen, access, limit);
                } catch (NoWritableNodeException e) {
                    if (limit != null) {
                        throw e;
                    }
                    allowance.await(seen, e);
                }
            }
        } finally {
            allowance.over();
        }
    }

    private Lease acquire(
            Route route, List<Decision> candidates, TopologySnapshot seen, Access access, @Nullable Duration limit)
            throws SQLException {
        SQLException refusal = null;
        for (Readiness readiness : Readiness.values()) {
            for (Decision candidate : candidates) {
                NodePool pool = factory.pool(candidate.node());
                if (pool == null || !readiness.isMetBy(pool)) {
                    continue;
                }
                try {
                    Lease lease = factory.borrow(
                            access,
                            Lease.Scope.STATEMENT,
                            since(pool, limit),
                            new DecisionValidity(topology, seen, candidate),
                            route,
                            Intent.of(access).under(HintContext.current()));
                    metrics.decided(
                            access.label(), candidate.node(), candidate.reason().label());
                    return lease;
                } catch (SQLException e) {
                    if (!(e instanceof NodeEvictedException) && !PoolFailure.isExhausted(e)) {
                        topology.suspect(candidate.node(), e);
                    }
                    refusal = e;
                }
            }
        }
        throw refusal != null ? refusal : factory.left(candidates.get(0).node());
    }

    /** How soon a connection can be borrowed from a pool. */
    private enum Readiness {
        IDLE_CONNECTION,
        NEW_CONNECTION,
        EXHAUSTED;

        boolean isMetBy(NodePool pool) {
            return switch (this) {
                case IDLE_CONNECTION -> pool.hasIdle();
                case NEW_CONNECTION -> !pool.isExhausted() && !pool.hasIdle();
                case EXHAUSTED -> pool.isExhausted();
            };
        }
    }

    /** Returns the start of a wait that the pool ends after {@code limit}. */
    private static long since(NodePool pool, @Nullable Duration limit) {
        long now = System.nanoTime();
        return limit == null
                ? now
                : now
                        + limit.toNanos()
                        - TimeUnit.MILLISECONDS.toNanos(pool.pool().getConnectionTimeout());
    }

    /** Returns the nodes that may answer, the best first. */
    private static List<Decision> candidates(Route route, Access access) throws SQLException {
        Intent intent = RetryContext.intentOf(access);
        List<Decision> candidates = new ArrayList<>();
        try {
            while (true) {
                Decision next = route.decide(intent);
                if (intent.avoided().contains(next.node())) {
                    return candidates;
                }
                candidates.add(next);
                intent = intent.avoiding(next.node());
            }
        } catch (NoReadableNodeException | NoWritableNodeException e) {
            if (candidates.isEmpty()) {
                throw e;
            }
            return candidates;
        }
    }

    /** Returns the URL of the best node, or of any where none may answer, without what may be secret. */
    String url(Route route, Access access) throws SQLException {
        try {
            return candidates(route, access).get(0).node().spec().plainUrl();
        } catch (NoReadableNodeException | NoWritableNodeException e) {
            List<NodeStatus> known = topology.snapshot().nodes();
            if (known.isEmpty()) {
                throw e;
            }
            return known.get(0).node().spec().plainUrl();
        }
    }
}
