package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.topology.Node;
import java.sql.SQLTransientConnectionException;

/**
 * A node was evicted while a thread waited for a connection to it. Nothing was sent, so that another node can serve.
 */
public final class NodeEvictedException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    public NodeEvictedException(Node node) {
        super("Node " + node + " was evicted while a thread waited for a connection to it. Nothing was sent", "08001");
    }
}
