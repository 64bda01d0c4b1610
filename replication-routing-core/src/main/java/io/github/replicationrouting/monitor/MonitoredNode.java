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
 * @param dialect what to ask it, or null to tell by its version
 */
public record MonitoredNode(
        Node node, ConnectionFactory connections, @Nullable ReplicationDialect dialect) {}
