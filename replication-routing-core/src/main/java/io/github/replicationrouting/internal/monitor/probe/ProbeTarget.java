package io.github.replicationrouting.internal.monitor.probe;

import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.Node;
import org.jspecify.annotations.Nullable;

/**
 * A node and how to probe it.
 *
 * @param node the node
 * @param connections opens the monitor's own connections to it, with the monitor's account
 * @param substitute opens them with the node's account, for when the server refuses the monitor's; null where they are
 *     the same
 * @param dialect the dialect of its server, or null to detect it by the version
 */
public record ProbeTarget(
        Node node,
        ConnectionFactory connections,
        @Nullable ConnectionFactory substitute,
        @Nullable ReplicationDialect dialect) {

    /** A node that is probed with its own account. */
    public ProbeTarget(Node node, ConnectionFactory connections, @Nullable ReplicationDialect dialect) {
        this(node, connections, null, dialect);
    }
}
