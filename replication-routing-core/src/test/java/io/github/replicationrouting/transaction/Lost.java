package io.github.replicationrouting.transaction;

import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.routing.WorkRecord;

/** A lost node as an application sees it: an exception that says nothing of it. */
final class Lost extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private Lost(Node node) {
        super("lost " + node);
    }

    /** Reports the loss as a connection does. */
    static Lost node(String name) {
        Node node = new Node(new NodeSpec(name, "jdbc:mysql://" + name, DeclaredRole.AUTO, NodeKind.SERVER, 1, null));
        WorkRecord.lost(node);
        return new Lost(node);
    }
}
