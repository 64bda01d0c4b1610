package io.github.replicationrouting.routing;

import io.github.replicationrouting.node.Node;
import java.sql.SQLException;
import java.util.List;

/** Leads a logical connection to a node. Thread-safe; takes no lock and does no I/O. */
@FunctionalInterface
public interface Route {

    /**
     * Chooses a node.
     *
     * @param intent what is asked for
     * @param unreachable nodes that just refused a connection for this very work; usually empty
     * @throws NoWritableNodeException when the work needs a primary and there is none
     * @throws NoReadableNodeException when no node may serve the read
     */
    Decision decide(Intent intent, List<Node> unreachable) throws SQLException;
}
