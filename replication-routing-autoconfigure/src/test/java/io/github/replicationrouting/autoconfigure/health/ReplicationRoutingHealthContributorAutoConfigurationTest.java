package io.github.replicationrouting.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.boot.jdbc.test.autoconfigure.TestDatabaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class ReplicationRoutingHealthContributorAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReplicationRoutingAutoConfiguration.class,
                    ReplicationRoutingHealthContributorAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceHealthContributorAutoConfiguration.class))
            .withPropertyValues(
                    "replication.routing.nodes.db1.url=jdbc:mysql://127.0.0.1:1/shop",
                    "replication.routing.nodes.db2.url=jdbc:mysql://127.0.0.1:2/shop",
                    "replication.routing.connect-timeout=200ms",
                    "replication.routing.monitor.timeout=200ms");

    @Test
    void whenRouterExistsShouldContributeToBothNames() {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBeansOfType(HealthContributor.class))
                    .containsOnlyKeys("replicationRoutingHealthContributor", "dbHealthContributor")
                    .allSatisfy(
                            (name, contributor) -> assertThat(contributor).isInstanceOf(RouterHealthIndicator.class));
        });
    }

    @Test
    void whenRouterIndicatorIsDisabledShouldKeepDb() {
        runner.withPropertyValues("management.health.replicationrouting.enabled=false")
                .run(context -> assertThat(context.getBeansOfType(HealthContributor.class))
                        .containsOnlyKeys("dbHealthContributor"));
    }

    @Test
    void whenNoNodeAnswersShouldBeDown() {
        runner.run(context -> assertThat(
                        context.getBeansOfType(HealthIndicator.class).values())
                .hasSize(2)
                .allSatisfy(
                        indicator -> assertThat(health(indicator).getStatus()).isEqualTo(Status.DOWN)));
    }

    @Test
    void whenRoutingDataSourcesAreIgnoredShouldStillStart() {
        runner.withPropertyValues("management.health.db.ignore-routing-datasources=true")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whenApplicationHasOtherDataSourcesShouldIncludeThemButNotTheWriter() {
        runner.withUserConfiguration(Reporting.class).run(context -> assertThat(context.getBean("dbHealthContributor"))
                .isInstanceOfSatisfying(CompositeHealthContributor.class, all -> {
                    assertThat(all.stream().map(HealthContributors.Entry::name))
                            .containsExactlyInAnyOrder("dataSource", "reporting");
                    assertThat(all.getContributor("reporting"))
                            .isInstanceOfSatisfying(DataSourceHealthIndicator.class, reporting -> assertThat(
                                            health(reporting).getStatus())
                                    .isEqualTo(Status.UP));
                }));
    }

    @Test
    void whenApplicationDefinesContributorShouldBackOff() {
        runner.withBean(
                        "dbHealthContributor",
                        HealthIndicator.class,
                        () -> () -> Health.up().build())
                .run(context -> assertThat(context.getBeansOfType(RouterHealthIndicator.class))
                        .containsOnlyKeys("replicationRoutingHealthContributor"));
    }

    @Test
    void whenIndicatorIsDisabledShouldBackOff() {
        runner.withPropertyValues("management.health.db.enabled=false")
                .run(context -> assertThat(context.getBeansOfType(HealthContributor.class))
                        .containsOnlyKeys("replicationRoutingHealthContributor"));
    }

    @Test
    void whenNoNodesAreConfiguredShouldLeaveDbToSpringBoot() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingAutoConfiguration.class,
                        ReplicationRoutingHealthContributorAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceHealthContributorAutoConfiguration.class))
                .withPropertyValues("spring.datasource.url=jdbc:h2:mem:health")
                .run(context -> assertThat(context.getBean("dbHealthContributor"))
                        .isInstanceOf(DataSourceHealthIndicator.class));
    }

    @Test
    void whenTestReplacesTheDatabaseShouldCheckThatOne() {
        runner.withConfiguration(AutoConfigurations.of(TestDatabaseAutoConfiguration.class))
                .run(context -> assertThat(context.getBean("dbHealthContributor"))
                        .isInstanceOf(DataSourceHealthIndicator.class));
    }

    /** Spring Boot filters by this before it loads the class, whose conditions come from the health module. */
    @Test
    void whenHealthIsAbsentShouldNotBeLoaded() throws IOException {
        Properties metadata = new Properties();
        try (InputStream in = getClass().getResourceAsStream("/META-INF/spring-autoconfigure-metadata.properties")) {
            metadata.load(in);
        }
        assertThat(metadata.getProperty(
                        ReplicationRoutingHealthContributorAutoConfiguration.class.getName() + ".ConditionalOnClass"))
                .contains(HealthContributor.class.getName());
    }

    @Test
    void whenAnyNodeServesShouldBeUp() {
        NodeStatus primary = status("db1", Role.PRIMARY, NodeState.ONLINE);
        NodeStatus replica = status("db2", Role.REPLICA, NodeState.ONLINE);
        NodeStatus dead = status("db3", Role.REPLICA, NodeState.DOWN);
        Health health = health(primary, primary, replica, dead);
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("writable", true)
                .containsEntry("replicas", "1/2")
                .containsEntry("nodes", Map.of("db1", "online", "db2", "online", "db3", "down"));

        Health readOnly = health(null, status("db1", Role.PRIMARY, NodeState.DOWN), replica, dead);
        assertThat(readOnly.getStatus()).isEqualTo(Status.UP);
        assertThat(readOnly.getDetails()).containsEntry("writable", false).containsEntry("replicas", "1/2");

        assertThat(health(primary, primary, dead).getStatus()).isEqualTo(Status.UP);
        assertThat(health(null, dead).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void whenWritesAreRequiredAndNotPossibleShouldBeDown() {
        NodeStatus primary = status("db1", Role.PRIMARY, NodeState.ONLINE);
        NodeStatus replica = status("db2", Role.REPLICA, NodeState.ONLINE);

        assertThat(health(true, primary, primary).getStatus()).isEqualTo(Status.UP);
        assertThat(health(true, null, replica).getStatus()).isEqualTo(Status.DOWN);
        assertThat(health(false, null, replica).getStatus()).isEqualTo(Status.UP);
    }

    /** As with {@code reads.when-none-eligible=least-lagged}. */
    @Test
    void whenLaggingReplicaServesReadsShouldBeUp() {
        NodeStatus lagging = status("db2", Role.REPLICA, NodeState.LAGGING);

        assertThat(health(false, true, null, lagging).getStatus()).isEqualTo(Status.UP);
        assertThat(health(false, false, null, lagging).getStatus()).isEqualTo(Status.DOWN);
        assertThat(health(true, true, null, lagging).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void whenSeveralNodesAreWritableShouldCountAllButTheOneThatTakesAllWrites() {
        NodeStatus db1 = status("db1", Role.PRIMARY, NodeState.ONLINE);
        NodeStatus db2 = status("db2", Role.PRIMARY, NodeState.ONLINE);
        NodeStatus joining = status("db3", Role.UNKNOWN, NodeState.UNKNOWN);

        Health single = several(false, db1, List.of(db1), db1, db2, joining);
        assertThat(single.getStatus()).isEqualTo(Status.UP);
        assertThat(single.getDetails()).containsEntry("writable", true).containsEntry("replicas", "1/2");

        Health shared = several(true, null, List.of(db1, db2), db1, db2, joining);
        assertThat(shared.getStatus()).isEqualTo(Status.UP);
        assertThat(shared.getDetails()).containsEntry("writable", true).containsEntry("replicas", "2/3");
    }

    @Test
    void whenSeveralNodesAreWritableAndNoneMayWriteShouldBeUpWhileOneServesReads() {
        NodeStatus cutOff = status("db1", Role.PRIMARY, NodeState.DOWN);
        NodeStatus fit = status("db2", Role.PRIMARY, NodeState.ONLINE);

        Health readOnly = several(false, null, List.of(), cutOff, fit);
        assertThat(readOnly.getStatus()).isEqualTo(Status.UP);
        assertThat(readOnly.getDetails()).containsEntry("writable", false).containsEntry("replicas", "1/2");
        assertThat(several(true, null, List.of(), cutOff, fit).getStatus()).isEqualTo(Status.DOWN);
        assertThat(several(false, null, List.of(), cutOff).getStatus()).isEqualTo(Status.DOWN);
    }

    private static Health several(
            boolean requireWritable, @Nullable NodeStatus primary, List<NodeStatus> writers, NodeStatus... nodes) {
        TopologySnapshot snapshot = new TopologySnapshot(
                List.of(nodes), primary, writers, writers.isEmpty() ? "no member has a majority" : null, null);
        return health(new RouterHealthIndicator(() -> snapshot, () -> false, requireWritable, true));
    }

    private static Health health(@Nullable NodeStatus primary, NodeStatus... nodes) {
        return health(false, primary, nodes);
    }

    private static Health health(boolean requireWritable, @Nullable NodeStatus primary, NodeStatus... nodes) {
        return health(requireWritable, false, primary, nodes);
    }

    private static Health health(
            boolean requireWritable, boolean readable, @Nullable NodeStatus primary, NodeStatus... nodes) {
        TopologySnapshot snapshot =
                new TopologySnapshot(List.of(nodes), primary, primary == null ? "the primary is down" : null);
        return health(new RouterHealthIndicator(() -> snapshot, () -> readable, requireWritable, false));
    }

    private static Health health(HealthIndicator indicator) {
        Health health = indicator.health(true);
        assertThat(health).isNotNull();
        return Objects.requireNonNull(health);
    }

    private static NodeStatus status(String name, Role role, NodeState state) {
        return new NodeStatus(
                new Node(NodeSpec.of(name, "jdbc:mysql://" + name + "/shop")),
                role,
                state,
                false,
                1,
                null,
                null,
                Freshness.UNKNOWN,
                null,
                null);
    }

    @Configuration(proxyBeanMethods = false)
    static class Reporting {
        @Bean(defaultCandidate = false)
        DataSource reporting() {
            return new DriverManagerDataSource("jdbc:h2:mem:reporting");
        }
    }
}
