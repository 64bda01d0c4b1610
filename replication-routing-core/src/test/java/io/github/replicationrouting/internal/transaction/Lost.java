package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;

/** A lost node as an application sees it: an exception that says nothing of it. */
final class Lost extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private Lost(Node node) {
        super("lost " + node);
    }

    /** Reports the loss as a connection does. */
    static Lost node(String name) {
        Node node = new Node(new NodeSpec(name, "jdbc:mysql://" + name, DeclaredRole.AUTO, NodeKind.SERVER, 1, null));
        RetryContext.lost(node);
        return new Lost(node);
    }
}
