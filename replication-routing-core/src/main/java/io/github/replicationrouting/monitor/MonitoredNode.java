package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.ReplicationDialect;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.node.Node;
import org.jspecify.annotations.Nullable;

/**
 * A node and how to look at it.
 *
 * @param node the node
 * @param connections opens the monitor's own connections to it, with the monitor's account
 * @param substitute opens them with the node's account, for when the monitor's is refused; null where they are the same
 * @param dialect what to ask it, or null to tell by its version
 */
public record MonitoredNode(
        Node node,
        ConnectionFactory connections,
        @Nullable ConnectionFactory substitute,
        @Nullable ReplicationDialect dialect) {

    /** A node that is looked at with its own account. */
    public MonitoredNode(Node node, ConnectionFactory connections, @Nullable ReplicationDialect dialect) {
        this(node, connections, null, dialect);
    }
}
