package io.github.replicationrouting.sample;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Starts three masters in Docker before the application, in the profile {@code galera}. They stop at the end of the
 * process and not with the application, which is started anew when the write policy changes.
 */
final class GaleraCluster implements ApplicationContextInitializer<GenericApplicationContext> {

    private static @Nullable ReplicatedCluster servers;

    @Override
    public void initialize(GenericApplicationContext context) {
        if (context.getEnvironment().matchesProfiles("galera")) {
            ReplicatedCluster cluster = startForApplication();
            context.getBeanFactory().registerSingleton("galeraCluster", cluster);
            context.getEnvironment().getPropertySources().addFirst(EmbeddedCluster.portsOf(cluster));
        }
    }

    private static ReplicatedCluster startForApplication() {
        try {
            return servers();
        } catch (RuntimeException ex) {
            throw new IllegalStateException(
                    "The Galera cluster does not start (%s). It needs Docker, and the image that ./build-test-images"
                                    .formatted(ex.getMessage())
                            + " builds; the profile embedded needs neither",
                    ex);
        }
    }

    /** Returns the servers, which the first call starts. */
    static synchronized ReplicatedCluster servers() {
        ReplicatedCluster cluster = servers;
        if (cluster == null) {
            cluster = ReplicatedCluster.of(ClusterKind.GALERA)
                    .database("shop")
                    .user("shop", "shop")
                    .start();
            SpringApplication.getShutdownHandlers().add(cluster::close);
            servers = cluster;
            grantMonitoring(cluster);
        }
        return cluster;
    }

    private static void grantMonitoring(ReplicatedCluster cluster) {
        try {
            EmbeddedCluster.grantMonitoring(cluster);
        } catch (SQLException ex) {
            throw new IllegalStateException("Cannot grant the privilege to see the state of replication", ex);
        }
    }
}
