package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
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
            reached = await(lease, awaited);
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
     */
    void awaitCommitting(Lease lease, @Nullable SessionConstraint session) {
        Node primary = lease.decision().node();
        if (session == null || !session.mayBeAheadOf(primary)) {
            return;
        }
        long begin = System.nanoTime();
        boolean over = false;
        try {
            if (!lease.physical().positions().awaitCommitting(consistency.maxWait())) {
                consistency.primaryWaitTimedOut(primary, Duration.ofNanos(System.nanoTime() - begin));
            }
            over = true;
        } catch (SQLException e) {
            over = true;
            log.debug("Node {} does not report what it is committing", primary, e);
        } finally {
            if (!over) {
                lease.release();
            }
        }
    }

    /**
     * Returns whether a lease that is in use has a position, after a wait.
     *
     * @param awaited null where waiting would not help
     */
    boolean await(Lease lease, @Nullable Position awaited) {
        if (awaited == null) {
            return false;
        }
        long begin = System.nanoTime();
        Position reached = null;
        try {
            reached = reached(lease, awaited);
        } finally {
            consistency.waited(lease.decision().node(), Duration.ofNanos(System.nanoTime() - begin), reached);
        }
        return reached != null;
    }

    private @Nullable Position reached(Lease lease, Position awaited) {
        try {
            return lease.physical().positions().await(awaited, consistency.maxWait());
        } catch (SQLException e) {
            // A node that is lost here is lost for the read as well; the next decision goes to the primary.
            if (lease.kindOf(e) == ErrorKind.CONNECTION_LOST) {
                lease.lose();
            }
            topology.suspect(lease.decision().node(), e);
            return null;
        }
    }
}
