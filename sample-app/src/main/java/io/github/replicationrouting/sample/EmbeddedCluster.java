package io.github.replicationrouting.sample;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts a MariaDB primary with two replicas before the application, in the profile {@code embedded}, and stops them
 * after it. The application gets only {@code embedded.<node>.port}, for its YAML.
 */
final class EmbeddedCluster implements ApplicationContextInitializer<GenericApplicationContext> {

    private static final String NAME = "embeddedCluster";

    @Override
    public void initialize(GenericApplicationContext context) {
        if (context.getEnvironment().matchesProfiles("embedded")) {
            ReplicatedCluster cluster = start();
            // The first bean to be registered is the last to be destroyed: after the connection pools.
            context.getBeanFactory().registerSingleton(NAME, cluster);
            context.getDefaultListableBeanFactory().registerDisposableBean(NAME, cluster::close);
            context.getEnvironment().getPropertySources().addFirst(portsOf(cluster));
        }
    }

    private static ReplicatedCluster start() {
        try {
            ReplicatedCluster cluster = ReplicatedCluster.mariaDb()
                    .replicas(2)
                    .database("shop")
                    .user("shop", "shop")
                    .start();
            grantMonitoring(cluster);
            return cluster;
        } catch (RuntimeException | SQLException ex) {
            throw new IllegalStateException(
                    "The embedded cluster does not start (%s). The profiles compose and own-databases need none"
                            .formatted(ex.getMessage()),
                    ex);
        }
    }

    /** Grants the privilege to see the state of replication. It is optional: without, the router logs what it lacks. */
    static void grantMonitoring(ReplicatedCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().adminConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("GRANT REPLICA MONITOR ON *.* TO shop");
        }
        cluster.awaitReplicated();
    }

    static MapPropertySource portsOf(ReplicatedCluster cluster) {
        Map<String, Object> ports = new HashMap<>();
        for (ClusterNode node : cluster.nodes()) {
            ports.put("embedded.%s.port".formatted(node.name()), node.port());
        }
        return new MapPropertySource(NAME, ports);
    }
}
