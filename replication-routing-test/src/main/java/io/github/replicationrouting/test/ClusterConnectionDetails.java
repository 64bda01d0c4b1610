package io.github.replicationrouting.test;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingConnectionDetails;
import java.util.List;

/**
 * The nodes of a cluster as Spring Boot's connection details. No role is declared: tests change the roles.
 */
final class ClusterConnectionDetails implements ReplicationRoutingConnectionDetails {

    private final List<Node> nodes;

    ClusterConnectionDetails(ReplicatedCluster cluster, JdbcDriver driver) {
        this.nodes = cluster.nodes().stream()
                .map(node -> new Node(node.name(), node.jdbcUrl(driver), cluster.username(), cluster.password()))
                .toList();
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }
}
