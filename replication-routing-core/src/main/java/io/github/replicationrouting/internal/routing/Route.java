package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.topology.Node;
import java.sql.SQLException;

/** Leads a logical connection to a node. Thread-safe; takes no lock and does no I/O. */
@FunctionalInterface
public interface Route {

    /**
     * Chooses a node.
     *
     * @param intent what the work requires
     * @throws NoWritableNodeException when the work needs a primary and there is none
     * @throws NoReadableNodeException when no node may serve the read
     */
    Decision decide(Intent intent) throws SQLException;

    /**
     * Returns whether writes under a key may continue on a node that was chosen before, perhaps under another key.
     */
    default boolean isFor(Node node, AffinityKey key) {
        return true;
    }

    /** Returns the route of one connection, whose {@link #connectionClosed} runs when that connection is closed. */
    default Route ofConnection() {
        return this;
    }

    /** Reports that the connection which follows this route is closed. */
    default void connectionClosed() {}
}
