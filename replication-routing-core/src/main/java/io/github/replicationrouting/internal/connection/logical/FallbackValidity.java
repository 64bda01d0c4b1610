package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.Route;
import java.sql.SQLException;

/**
 * A read waits for the primary because no replica could serve it: only until one can, and only while the node is what it
 * was chosen for. Decides anew on the thread that waits, once there is a newer snapshot. Thread-safe.
 */
record FallbackValidity(DecisionValidity rotation, Route route, Intent intent) implements WaitCondition {

    /** What ends the wait for a node that was decided on. */
    static WaitCondition of(DecisionValidity rotation, Route route, Intent intent) {
        return rotation.decision().reason().isFallbackToPrimary()
                ? new FallbackValidity(rotation, route, intent)
                : rotation;
    }

    @Override
    public boolean isOver() {
        return rotation.isOver() || (rotation.hasNews() && isDecidedOtherwise());
    }

    private boolean isDecidedOtherwise() {
        try {
            Decision now = route.decide(intent);
            return now.node() != rotation.decision().node();
        } catch (SQLException e) {
            // Who waits decides for itself, and is told why.
            return true;
        }
    }
}
