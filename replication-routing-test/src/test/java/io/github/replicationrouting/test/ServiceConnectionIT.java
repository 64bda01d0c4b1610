package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingConnectionDetails;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Tag("essential")
class ServiceConnectionIT {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ReplicatedClusterAutoConfiguration.class));

    @Test
    void whenTheClusterBeanIsAnnotatedItsNodesShouldBeRouted() {
        runner.withUserConfiguration(Annotated.class).run(context -> {
            var cluster = context.getBean(ReplicatedCluster.class);
            assertThat(context.getBean(ReplicationRoutingConnectionDetails.class)
                            .nodes())
                    .singleElement()
                    .satisfies(node -> {
                        assertThat(node.name()).isEqualTo("db1");
                        assertThat(node.url()).isEqualTo(cluster.primary().jdbcUrl(JdbcDriver.MARIADB));
                        assertThat(node.password()).isEqualTo(cluster.password());
                    });
        });
    }

    @Test
    void whenTheApplicationHasConnectionDetailsTheyShouldWin() {
        ReplicationRoutingConnectionDetails own = List::of;
        runner.withUserConfiguration(Annotated.class)
                .withBean(ReplicationRoutingConnectionDetails.class, () -> own)
                .run(context -> assertThat(context.getBean(ReplicationRoutingConnectionDetails.class))
                        .isSameAs(own));
    }

    @Test
    void whenTheClusterBeanIsNotAnnotatedItShouldBeIgnored() {
        runner.withBean(ReplicatedCluster.class, ServiceConnectionIT::cluster)
                .run(context -> assertThat(context).doesNotHaveBean(ReplicationRoutingConnectionDetails.class));
    }

    private static ReplicatedCluster cluster() {
        return ReplicatedCluster.mariaDb().replicas(0).start();
    }

    @Configuration(proxyBeanMethods = false)
    static class Annotated {

        @Bean
        @ServiceConnection
        ReplicatedCluster replicatedCluster() {
            return cluster();
        }
    }
}
