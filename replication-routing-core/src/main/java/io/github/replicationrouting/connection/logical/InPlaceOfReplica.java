package io.github.replicationrouting.connection.logical;

import io.github.replicationrouting.connection.pool.Stay;
import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.Intent;
import io.github.replicationrouting.routing.Route;
import java.sql.SQLException;

/**
 * A read waits for the primary because no replica could serve it: only until one can, and only while the node is what it
 * was chosen for. Decides anew on the thread that waits, once there is a newer snapshot. Thread-safe.
 */
record InPlaceOfReplica(Rotation rotation, Route route, Intent intent) implements Stay {

    /** What ends the wait for a node that was decided on. */
    static Stay of(Rotation rotation, Route route, Intent intent) {
        return rotation.decision().reason().isInPlaceOfReplica()
                ? new InPlaceOfReplica(rotation, route, intent)
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
