package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.routing.ReadConstraints;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits, on the connection that a read is about to use and before its transaction begins, until the replica has what
 * its session must see. The replica's answer also shows its position, which spares other reads their waits.
 */
final class PositionWait {

    private static final Logger log = LoggerFactory.getLogger(PositionWait.class);

    /** Time that one of several nodes that take writes gets at least to apply what others have committed. */
    private static final Duration MIN_LIMIT = Duration.ofSeconds(1);

    private final Consistency consistency;
    private final Topology topology;

    PositionWait(Consistency consistency, Topology topology) {
        this.consistency = consistency;
        this.topology = topology;
    }

    /** Returns whether the lease can be used, after a wait or without; if not, it has been released. */
    boolean await(Lease lease) {
        Position awaited = lease.decision().awaited();
        if (awaited == null || lease.physical().positions().hasReached(awaited)) {
            return true;
        }
        boolean reached = false;
        try {
            reached = await(lease, awaited, consistency.maxWait());
        } finally {
            if (!reached) {
                lease.release();
            }
        }
        return reached;
    }

    /**
     * Waits before a read on the primary that follows one on a replica: the primary may still be committing what the
     * replica has shown. The loss of the primary meanwhile is left to the read itself.
     *
     * @return whether the primary has committed it
     */
    boolean awaitCommitting(Lease lease, @Nullable SessionConstraint session) {
        Node primary = lease.decision().node();
        if (session == null || lease.hasWaitedForCommitsOf(session) || !session.mayBeAheadOf(primary)) {
            return true;
        }
        boolean over = false;
        try {
            boolean reached = awaitCommitting(lease, consistency.maxWait());
            over = true;
            return reached;
        } catch (SQLException e) {
            over = true;
            log.debug("Node {} does not report what it is committing", primary, e);
            return false;
        } finally {
            if (!over) {
                lease.release();
            }
        }
    }

    private boolean awaitCommitting(Lease lease, Duration limit) throws SQLException {
        long begin = System.nanoTime();
        boolean reached = lease.physical().positions().awaitCommitting(limit);
        if (!reached) {
            consistency.primaryWaitTimedOut(lease.decision().node(), Duration.ofNanos(System.nanoTime() - begin));
        }
        return reached;
    }

    /**
     * Waits before work on one of several nodes that take writes until it has what the work must see, which may have
     * been committed on another one. Costs a statement only where the node is not known to have it.
     *
     * @param asOf time at which the work began, before the constraints were determined
     * @return whether the node has it; also true outside of a group, where no server can be asked for what others have
     *     committed
     */
    boolean hasEverything(Lease lease, ReadConstraints constraints, long asOf) {
        TopologySnapshot snapshot = topology.snapshot();
        boolean complete = isComplete(
                lease, constraints, snapshot.node(lease.decision().node().name()));
        if (complete && snapshot.group() != null) {
            lease.recorder().hasAllOf(asOf);
        }
        return complete || snapshot.group() == null;
    }

    private boolean isComplete(Lease lease, ReadConstraints constraints, @Nullable NodeStatus status) {
        if (constraints.isNone()
                || (!constraints.onPrimary() && status != null && constraints.isMetBy(status))
                || lease.isCaughtUpFor(constraints, status)) {
            return true;
        }
        // With a statement open, rows may still be on their way, and the server could not be asked.
        return lease.isIdle() && awaitEverything(lease, constraints, status);
    }

    /**
     * Waits before work on the one member of a group that takes all writes until it has what the session has committed
     * on another one, if that took the writes until just now. Otherwise costs nothing.
     *
     * @return whether the node has it
     */
    boolean hasOwnCommits(Lease lease) {
        Decision decision = lease.decision();
        if (!decision.writable() && !decision.reason().isServedByPrimary()) {
            return true;
        }
        TopologySnapshot snapshot = topology.snapshot();
        NodeStatus status = snapshot.node(decision.node().name());
        if (snapshot.group() == null || status == null) {
            return true;
        }
        SessionConstraint session = consistency.sessionConstraint();
        return session == null
                || !session.mayLackOwnCommits(status)
                || lease.hasWaitedForCommitsOf(session)
                || (lease.isIdle() && awaitEverything(lease));
    }

    private boolean awaitEverything(Lease lease, ReadConstraints constraints, @Nullable NodeStatus status) {
        Position missing = status == null || constraints.onPrimary() ? null : missing(constraints, status);
        if (missing != null) {
            return lease.physical().positions().hasReached(missing) || await(lease, missing, limitOfWriter());
        }
        return awaitEverything(lease);
    }

    private boolean awaitEverything(Lease lease) {
        try {
            long askedAt = System.nanoTime();
            boolean reached = awaitCommitting(lease, limitOfWriter());
            if (reached) {
                lease.caughtUp(askedAt);
            }
            return reached;
        } catch (SQLException e) {
            failed(lease, e);
            return false;
        }
    }

    /** Returns the position that a node lacks; null where something else is missing, too. */
    private static @Nullable Position missing(ReadConstraints constraints, NodeStatus node) {
        SessionConstraint session = constraints.session();
        return session != null && constraints.withoutSession().isMetBy(node) ? session.missingPosition(node) : null;
    }

    /** Returns how long one of several nodes that take writes may take to apply what others have committed. */
    Duration limitOfWriter() {
        Duration configured = consistency.maxWait();
        return configured.compareTo(MIN_LIMIT) > 0 ? configured : MIN_LIMIT;
    }

    /**
     * Returns whether a lease that is in use has a position, after a wait.
     *
     * @param awaited null where waiting would not help
     */
    boolean await(Lease lease, @Nullable Position awaited) {
        return awaited != null && await(lease, awaited, consistency.maxWait());
    }

    private boolean await(Lease lease, Position awaited, Duration limit) {
        long begin = System.nanoTime();
        Position reached = null;
        try {
            reached = reached(lease, awaited, limit);
        } finally {
            consistency.waited(lease.decision().node(), Duration.ofNanos(System.nanoTime() - begin), reached);
        }
        return reached != null;
    }

    private @Nullable Position reached(Lease lease, Position awaited, Duration limit) {
        try {
            return lease.physical().positions().await(awaited, limit);
        } catch (SQLException e) {
            failed(lease, e);
            return null;
        }
    }

    /** A node that is lost here is lost for the read as well; the next decision goes elsewhere. */
    private void failed(Lease lease, SQLException e) {
        if (lease.kindOf(e) == ErrorKind.CONNECTION_LOST) {
            lease.lose();
        }
        topology.suspect(lease.decision().node(), e);
    }
}
