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
 * @param besideOthers whether it may take writes besides other nodes, so that a server in no group is asked for the
 *     settings in which they must differ
 */
public record ProbeTarget(
        Node node,
        ConnectionFactory connections,
        @Nullable ConnectionFactory substitute,
        @Nullable ReplicationDialect dialect,
        boolean besideOthers) {

    /** A node that takes no writes besides others. */
    public ProbeTarget(
            Node node,
            ConnectionFactory connections,
            @Nullable ConnectionFactory substitute,
            @Nullable ReplicationDialect dialect) {
        this(node, connections, substitute, dialect, false);
    }

    /** A node that is probed with its own account. */
    public ProbeTarget(Node node, ConnectionFactory connections, @Nullable ReplicationDialect dialect) {
        this(node, connections, null, dialect);
    }

    /** Returns the same node as one that may take writes besides others. */
    public ProbeTarget asOneOfSeveralWriters() {
        return new ProbeTarget(node, connections, substitute, dialect, true);
    }
}
