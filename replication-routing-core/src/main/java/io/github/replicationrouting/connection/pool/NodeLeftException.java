package io.github.replicationrouting.connection.pool;

import io.github.replicationrouting.node.Node;
import java.sql.SQLTransientConnectionException;

/** The node left the rotation while somebody waited for a connection to it. Nothing was sent: go elsewhere. */
public final class NodeLeftException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    public NodeLeftException(Node node) {
        super("Node " + node + " left the rotation while a connection to it was waited for", "08001");
    }
}
