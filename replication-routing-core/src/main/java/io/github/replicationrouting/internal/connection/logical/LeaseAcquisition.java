package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One acquisition of a lease: decides on a node, borrows a connection of it and, where that fails, decides anew. A read
 * goes to another node; a write waits for a primary, as does a read that only a primary could serve. That is safe
 * because nothing was sent yet. Used by one thread, once.
 */
final class LeaseAcquisition {

    private final LeaseFactory factory;
    private final Topology topology;
    private final PositionWait positionWait;
    private final RouterMetrics metrics;
    private final Route route;
    private final Access access;
    private final Lease.Scope scope;
    private final PrimaryWait.@Nullable Allowance allowance;

    private Intent intent;

    /** When the wait for a connection began. */
    private long since = System.nanoTime();

    /** Why the last node gave no connection; null where none was asked. */
    private @Nullable SQLException refusal;

    /** @param allowance what the work may wait for a primary; null to fail immediately where there is none */
    LeaseAcquisition(
            LeaseFactory factory,
            Topology topology,
            PositionWait positionWait,
            RouterMetrics metrics,
            Route route,
            Access access,
            Intent intent,
            Lease.Scope scope,
            PrimaryWait.@Nullable Allowance allowance) {
        this.factory = factory;
        this.topology = topology;
        this.positionWait = positionWait;
        this.metrics = metrics;
        this.route = route;
        this.access = access;
        this.intent = intent;
        this.scope = scope;
        this.allowance = allowance;
    }

    Lease acquire() throws SQLException {
        while (true) {
            // Older than the decision, or the same: what changes after it is never missed.
            TopologySnapshot seen = topology.snapshot();
            Decision decision = decide(seen);
            Lease lease = decision == null ? null : borrow(decision, seen);
            if (lease != null && hasPosition(lease)) {
                metrics.decided(
                        access.label(),
                        lease.decision().node(),
                        lease.decision().reason().label());
                return lease;
            }
        }
    }

    /** Returns the decision; null to decide anew, perhaps after a wait. */
    private @Nullable Decision decide(TopologySnapshot seen) throws SQLException {
        try {
            return route.decide(intent);
        } catch (NoReadableNodeException e) {
            noNodeForRead(seen, e);
        } catch (NoWritableNodeException e) {
            awaitPrimary(seen, e);
        }
        return null;
    }

    private void noNodeForRead(TopologySnapshot seen, NoReadableNodeException e) throws SQLException {
        if (refusal == null && !intent.avoided().isEmpty()) {
            // Better a node that lost this work once, and may have killed one connection only, than none.
            intent = intent.avoidingNothing();
            return;
        }
        if (refusal != null) {
            e.addSuppressed(refusal);
        }
        awaitPrimaryForRead(seen, e);
        since = System.nanoTime();
    }

    /** Lets what only a primary could serve, such as the reads of a session's own writes, wait for one like a write. */
    private void awaitPrimaryForRead(TopologySnapshot seen, NoReadableNodeException failure) throws SQLException {
        try {
            if (allowance == null || !intent.constraints().mayWaitForPrimary()) {
                throw failure;
            }
            if (seen.primary() == null) {
                allowance.awaitChange(seen, failure);
            } else if (topology.snapshot() == seen) {
                throw failure;
            }
            // Else the primary was lost after this was seen: the next decision shows it.
        } catch (SQLException e) {
            RetryContext.unserved();
            throw e;
        }
    }

    private void awaitPrimary(TopologySnapshot seen, SQLException failure) throws SQLException {
        if (allowance == null) {
            throw failure;
        }
        allowance.await(seen, failure);
        since = System.nanoTime();
    }

    /** Returns the lease; null to decide anew, perhaps after a wait. */
    private @Nullable Lease borrow(Decision decision, TopologySnapshot seen) throws SQLException {
        try {
            return factory.borrow(access, scope, since, new DecisionValidity(topology, seen, decision), route, intent);
        } catch (NodeEvictedException e) {
            refusal = e;
        } catch (SQLException e) {
            connectionRefused(decision, seen, e);
        }
        return null;
    }

    private void connectionRefused(Decision decision, TopologySnapshot seen, SQLException e) throws SQLException {
        boolean exhausted = PoolFailure.isExhausted(e);
        if (!exhausted) {
            topology.suspect(decision.node(), e);
        }
        if (exhausted || intent.avoided().contains(decision.node())) {
            if (!decision.writable()) {
                RetryContext.unserved();
            }
            throw e;
        }
        if (!decision.writable()) {
            refusal = e;
            intent = intent.avoiding(decision.node());
        } else if (isPrimary(decision, seen) && PoolFailure.isUnreachable(e)) {
            awaitPrimary(seen, e);
        } else {
            throw e;
        }
    }

    /** Whether the node was decided on as the primary, and not requested by name. */
    private static boolean isPrimary(Decision decision, TopologySnapshot seen) {
        return decision.reason() != DecisionReason.NODE_REQUESTED && seen.primary() != null;
    }

    /** Waits until the node has what the session must see. Where it has not in time, the lease has been released. */
    private boolean hasPosition(Lease lease) {
        if (!positionWait.await(lease)) {
            intent = intent.with(intent.constraints().withoutWaiting());
            return false;
        }
        if (lease.decision().reason().isFallbackToPrimary()) {
            positionWait.awaitCommitting(lease, intent.constraints().session());
        }
        return true;
    }
}
