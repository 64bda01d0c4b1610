package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
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
}
