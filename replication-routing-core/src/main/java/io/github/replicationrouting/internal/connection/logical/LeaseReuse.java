package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.routing.AffinityContext;
import io.github.replicationrouting.internal.routing.AffinityKey;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.IntentResolver;
import io.github.replicationrouting.internal.routing.ReadConstraints;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the reads of a connection may continue on the lease that earlier ones used. Thread-safe. */
final class LeaseReuse {

    private static final Logger log = LoggerFactory.getLogger(LeaseReuse.class);

    private final Topology topology;
    private final IntentResolver intents;
    private final PositionWait positionWait;

    LeaseReuse(Topology topology, IntentResolver intents, PositionWait positionWait) {
        this.topology = topology;
        this.intents = intents;
        this.positionWait = positionWait;
    }

    /**
     * Whether a read that begins now may use a lease: its node is still in use, has what the session must see by now,
     * and no node that was preferred to it can serve again.
     */
    boolean isStillEligible(Route route, Lease lease) {
        if (lease.access() == Access.METADATA) {
            return true;
        }
        if (lease.isOver()) {
            return false;
        }
        long began = System.nanoTime();
        Intent intent = intents.of(lease.access());
        if (lease.isOnOneOfSeveralWriters()) {
            return positionWait.hasEverything(lease, intent.constraints(), began);
        }
        Node node = lease.decision().node();
        if (lease.decision().reason().isProvisional()) {
            try {
                return route.decide(intent).node() == node;
            } catch (SQLException e) {
                log.trace("There is no better node than {}", node, e);
                return true;
            }
        }
        NodeStatus status = topology.snapshot().node(node.name());
        return status == null || intent.constraints().isMetBy(status) || catchesUp(lease, status, intent.constraints());
    }

    /**
     * Whether work that may write, and begins now, may use a lease: its node has what the session must see by now and,
     * where several nodes take writes, takes those of the key in force.
     *
     * @param routed whether that was found just now, when the statement was created that is executed
     */
    boolean isStillWritable(Route route, Lease lease, Access access, boolean routed) {
        boolean shared = lease.isOnOneOfSeveralWriters();
        AffinityKey key = AffinityContext.current();
        if (shared
                && !routed
                && key != null
                && access != Access.READ
                && !route.isFor(lease.decision().node(), key)) {
            return false;
        }
        if (!lease.isIdle()) {
            // With a statement open its work was routed, and has waited, just now.
            return true;
        }
        if (!shared) {
            return positionWait.hasOwnCommits(lease);
        }
        long began = System.nanoTime();
        return positionWait.hasEverything(lease, intents.of(access).constraints(), began);
    }

    /** Waiting is better than leaving a connection that is kept: its session may hold locks and variables. */
    private boolean catchesUp(Lease lease, NodeStatus status, ReadConstraints constraints) {
        SessionConstraint session = constraints.session();
        return session != null
                && constraints.withoutSession().isMetBy(status)
                && (wasAwaited(lease, session, status)
                        || (lease.isIdle() && positionWait.await(lease, session.positionToAwait(status))));
    }

    /** Whether what a node is not known to have was waited for on this connection, which leads to one server. */
    private static boolean wasAwaited(Lease lease, SessionConstraint session, NodeStatus node) {
        Position lacked = session.missingPosition(node);
        return lacked != null && lease.physical().positions().hasReached(lacked);
    }

    /**
     * Whether a replica is known to have what this session has committed by now, or it was waited for on this
     * connection. A primary that takes all writes has it anyway, and a hint that asks for any replica does not ask for it.
     */
    boolean hasWhatSessionWrote(Lease lease) {
        if (lease.decision().reason().isServedByPrimary() && !lease.isOnOneOfSeveralWriters()) {
            return true;
        }
        SessionConstraint session = intents.of(lease.access()).constraints().session();
        NodeStatus status = topology.snapshot().node(lease.decision().node().name());
        return session == null
                || status == null
                || session.hasOwnCommitsOn(status)
                || wasAwaited(lease, session, status);
    }
}
