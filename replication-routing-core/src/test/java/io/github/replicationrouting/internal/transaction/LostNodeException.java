package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;

/** The failure of work whose node was lost: like that of a framework, it does not indicate the loss by its type. */
final class LostNodeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private LostNodeException(Node node) {
        super("lost " + node);
    }

    /** Reports the loss as a connection does. */
    static LostNodeException on(String name) {
        Node node = new Node(new NodeSpec(name, "jdbc:mysql://" + name, DeclaredRole.AUTO, NodeKind.SERVER, 1, null));
        RetryContext.lost(node);
        return new LostNodeException(node);
    }
}
