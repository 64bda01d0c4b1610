package io.github.replicationrouting.internal.connection.pool;

import io.github.replicationrouting.topology.Node;
import java.sql.SQLTransientConnectionException;

/** The node left the rotation while somebody waited for a connection to it. Nothing was sent: go elsewhere. */
public final class NodeEvictedException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    public NodeEvictedException(Node node) {
        super("Node " + node + " left the rotation while a connection to it was waited for", "08001");
    }
}
