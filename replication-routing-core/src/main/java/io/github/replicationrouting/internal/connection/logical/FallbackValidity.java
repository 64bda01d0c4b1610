package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.Route;
import java.sql.SQLException;

/**
 * Condition of a read that waits for the primary because no replica could serve it: until one can, and while the node
 * is what it was chosen for. Decides anew on the thread that waits, once there is a newer snapshot. Thread-safe.
 */
record FallbackValidity(DecisionValidity validity, Route route, Intent intent) implements WaitCondition {

    /** Returns the condition of the wait for a node that was decided on. */
    static WaitCondition of(DecisionValidity validity, Route route, Intent intent) {
        // One of several nodes that take writes is as good as any other.
        return validity.decision().reason().isFallbackToPrimary() && !validity.isForOneOfSeveralWriters()
                ? new FallbackValidity(validity, route, intent)
                : validity;
    }

    @Override
    public boolean isOver() {
        return validity.isOver() || (validity.hasNewSnapshot() && isDecidedOtherwise());
    }

    private boolean isDecidedOtherwise() {
        try {
            Decision now = route.decide(intent);
            return now.node() != validity.decision().node();
        } catch (SQLException e) {
            // The thread that waits decides anew, and throws that.
            return true;
        }
    }
}
