package io.github.replicationrouting.integration.support;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A cluster with the tables of the tests, and the names of its servers by their ids. */
public final class Servers implements AutoCloseable {

    private static final List<String> TABLES = List.of(
            "CREATE TABLE %1$s.author (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL)",
            "CREATE TABLE %1$s.book (id BIGINT AUTO_INCREMENT PRIMARY KEY, title VARCHAR(100) NOT NULL,"
                    + " author_id BIGINT NOT NULL REFERENCES %1$s.author (id))");

    private final ReplicatedCluster cluster;
    private final Map<Long, String> namesById = new HashMap<>();

    private Servers(ReplicatedCluster cluster) {
        this.cluster = cluster;
    }

    /** Adopts a cluster whose servers all run; closing this closes the cluster. */
    public static Servers on(ReplicatedCluster cluster) {
        Servers servers = new Servers(cluster);
        try {
            for (ClusterNode node : cluster.nodes()) {
                servers.namesById.put(queryId(node), node.name());
            }
            servers.createTables();
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
        return servers;
    }

    private static long queryId(ClusterNode node) {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet id = statement.executeQuery("SELECT @@server_id")) {
            id.next();
            return id.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes what the tests left, including their tables. */
    void createTables() {
        cluster.recreateDatabase();
        cluster.primary()
                .execute(TABLES.stream()
                        .map(table -> table.formatted(cluster.database()))
                        .toList());
        cluster.awaitReplicated();
    }

    /** Starts an application that has only some of the nodes, by name. */
    public TestApplication start(Stack stack, List<String> nodes, Class<?> configuration, String... properties) {
        return TestApplication.start(
                this, nodes.stream().map(cluster::node).toList(), stack.driver(), configuration, properties);
    }

    public ReplicatedCluster cluster() {
        return cluster;
    }

    String name(long serverId) {
        return Objects.requireNonNull(namesById.get(serverId), "a server that is not of the cluster: " + serverId);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
