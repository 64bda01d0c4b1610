package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.ReadConstraints;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One acquisition of a lease: decides on a node, borrows a connection of it and, where that fails, decides anew. A read
 * goes to another node, as does a write where several nodes take writes; another write waits for a primary, as does a
 * read that only a primary could serve. That is safe
 * because nothing was sent yet. Used by one thread, once.
 */
final class LeaseAcquisition {

    /** Connections of an endpoint, each perhaps to another server, that may lack what a session must see. */
    private static final int MAX_SERVERS_OF_ENDPOINT = 3;

    private final LeaseFactory factory;
    private final Topology topology;
    private final PositionWait positionWait;
    private final RouterMetrics metrics;
    private final Route route;
    private final Access access;
    private final Lease.Scope scope;
    private final PrimaryWait.@Nullable Allowance allowance;

    private Intent intent;

    /** When the work began. */
    private final long began;

    /** When the wait for a connection began. */
    private long since;

    private int serversOfEndpoint;

    /** Why the last node gave no connection; null where none was asked. */
    private @Nullable SQLException refusal;

    /**
     * @param began when the work began, by {@link System#nanoTime()}, before the intent was determined
     * @param allowance what the work may wait for a primary; null to fail immediately where there is none
     */
    LeaseAcquisition(
            LeaseFactory factory,
            Topology topology,
            PositionWait positionWait,
            RouterMetrics metrics,
            Route route,
            Access access,
            long began,
            Intent intent,
            Lease.Scope scope,
            PrimaryWait.@Nullable Allowance allowance) {
        this.factory = factory;
        this.topology = topology;
        this.positionWait = positionWait;
        this.metrics = metrics;
        this.route = route;
        this.access = access;
        this.began = began;
        this.since = began;
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
            Decision decision = route.decide(intent);
            if (!isAvoidedWriter(decision)) {
                return decision;
            }
            awaitAvoided(seen);
        } catch (NoReadableNodeException e) {
            noNodeForRead(seen, e);
        } catch (NoWritableNodeException e) {
            noNodeForWrite(seen, e);
        }
        return null;
    }

    /** Whether writes go to no other node, because of their key, although this one has just refused them. */
    private boolean isAvoidedWriter(Decision decision) {
        return decision.writable()
                && !intent.avoided().isEmpty()
                && intent.avoided().contains(decision.node());
    }

    private void awaitAvoided(TopologySnapshot seen) throws SQLException {
        intent = intent.avoidingNothing();
        if (refusal != null) {
            awaitPrimary(seen, refusal);
        }
    }

    private void noNodeForWrite(TopologySnapshot seen, NoWritableNodeException e) throws SQLException {
        if (refusal != null && !intent.avoided().isEmpty()) {
            e.addSuppressed(refusal);
            intent = intent.avoidingNothing();
        }
        awaitPrimary(seen, e);
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
            if (!seen.isWritable()) {
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
        boolean unreachableWriter = decision.writable() && isWriter(decision, seen) && PoolFailure.isUnreachable(e);
        if (!decision.writable() || (unreachableWriter && seen.primary() == null)) {
            refusal = e;
            intent = intent.avoiding(decision.node());
        } else if (unreachableWriter) {
            awaitPrimary(seen, e);
        } else {
            throw e;
        }
    }

    /** Whether the node was decided on because it takes writes, and not requested by name. */
    private static boolean isWriter(Decision decision, TopologySnapshot seen) {
        return decision.reason() != DecisionReason.NODE_REQUESTED && seen.isWritable();
    }

    /** Waits until the node has what the session must see. Where it has not in time, the lease has been released. */
    private boolean hasPosition(Lease lease) {
        if (!positionWait.await(lease)) {
            intent = intent.with(intent.constraints().withoutWaiting());
            return false;
        }
        if (lease.isOnOneOfSeveralWriters()) {
            return keepsIf(() -> positionWait.hasEverything(lease, intent.constraints(), began), lease);
        }
        if (mustSeeOwnCommits(lease) && !keepsIf(() -> positionWait.hasOwnCommits(lease), lease)) {
            return false;
        }
        if (lease.decision().reason().isFallbackToPrimary()) {
            positionWait.awaitCommitting(lease, intent.constraints().session());
        }
        return true;
    }

    /** Not a read that asks for no more than a replica. */
    private boolean mustSeeOwnCommits(Lease lease) {
        ReadConstraints constraints = intent.constraints();
        return lease.isWritable() || constraints.onPrimary() || constraints.session() != null;
    }

    /**
     * Leaves a node that takes writes unless it has, perhaps after a wait, what others have committed. An endpoint may
     * have another server for the next connection.
     */
    private boolean keepsIf(BooleanSupplier wait, Lease lease) {
        Node node = lease.decision().node();
        boolean leadsToOthers = node.spec().kind() == NodeKind.ENDPOINT;
        boolean complete = false;
        try {
            complete = wait.getAsBoolean();
        } finally {
            if (!complete) {
                if (leadsToOthers) {
                    lease.evictOnRelease();
                }
                lease.release();
            }
        }
        if (!complete) {
            refusal = lease.isWritable()
                    ? new NoWritableNodeException("Writes are unavailable: " + lacks(node))
                    : new NoReadableNodeException("Reads are unavailable: " + lacks(node));
            if (!leadsToOthers || ++serversOfEndpoint >= MAX_SERVERS_OF_ENDPOINT) {
                intent = intent.avoiding(node);
            }
        }
        return complete;
    }

    private String lacks(Node node) {
        return "node " + node + " takes writes, but did not show within "
                + positionWait.limitOfWriter().toMillis() + " ms that it has what this session has seen on other nodes."
                + " Check its applier, and whether its group has a majority.";
    }
}
