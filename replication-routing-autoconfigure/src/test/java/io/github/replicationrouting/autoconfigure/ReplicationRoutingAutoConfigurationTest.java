package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import net.ttddyy.observation.boot.autoconfigure.DataSourceObservationAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseDataSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

@ExtendWith(OutputCaptureExtension.class)
class ReplicationRoutingAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReplicationRoutingAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    JndiDataSourceAutoConfiguration.class,
                    XADataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class));

    private final ApplicationContextRunner routed = runner.withPropertyValues(ClosedPorts.NODES);

    @Test
    void whenNodesAreSetShouldBeTheOnlyDefaultCandidate() {
        routed.withBean(Injected.class).run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(ReplicationRouting.class);
            assertThat(context.getBean(DataSource.class)).isInstanceOf(RoutingDataSource.class);
            assertThat(context.getBeanFactory().getBeanDefinition("dataSource").isPrimary())
                    .isTrue();
            assertThat(context.getBean(Injected.class).all())
                    .containsExactly(context.getBean("dataSource", DataSource.class));
            assertThat(context).hasSingleBean(JdbcTemplate.class).hasSingleBean(JdbcClient.class);
            assertThat(context.getBean(JdbcTransactionManager.class).getDataSource())
                    .isSameAs(context.getBean("dataSource"));
        });
    }

    @Test
    void whenEveryNodeIsDownShouldStartAndListThemInOrder() {
        routed.run(context -> assertThat(
                        context.getBean(ReplicationRouting.class).snapshot().nodes())
                .extracting(NodeStatus::name)
                .containsExactly("db1", "db2"));
    }

    @Test
    void whenFlywayOrLiquibaseRunsShouldGetThePinnedWriter() {
        routed.withUserConfiguration(Migrations.class).run(context -> {
            Object writer = context.getBean("replicationRoutingWriterDataSource");
            assertThat(writer).isNotInstanceOf(RoutingDataSource.class);
            Migrations.Seen seen = context.getBean(Migrations.Seen.class);
            assertThat(seen.flyway()).isSameAs(writer);
            assertThat(seen.liquibase()).isSameAs(writer);
        });
    }

    @Test
    void whenTheApplicationGivesFlywayADataSourceShouldPreferIt() {
        routed.withUserConfiguration(Migrations.class, OwnFlywayDataSource.class)
                .run(context -> {
                    Migrations.Seen seen = context.getBean(Migrations.Seen.class);
                    assertThat(seen.flyway()).isSameAs(context.getBean("migrations"));
                    assertThat(seen.liquibase()).isSameAs(context.getBean("replicationRoutingWriterDataSource"));
                });
    }

    @Test
    void whenNeitherFlywayNorLiquibaseIsPresentShouldStillHaveTheWriter() {
        routed.withClassLoader(new FilteredClassLoader(FlywayDataSource.class, LiquibaseDataSource.class))
                .run(context -> assertThat(context).hasNotFailed().hasBean("replicationRoutingWriterDataSource"));
    }

    @Test
    void whenNoNodesAreSetShouldBackOffWithOneLine(CapturedOutput output) {
        runner.withPropertyValues("spring.datasource.url=jdbc:h2:mem:backoff").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(ReplicationRouting.class);
            assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class);
        });
        assertThat(output)
                .containsOnlyOnce("Not routing: replication.routing.nodes is not set; spring.datasource is used");
    }

    @Test
    void whenNoNodesAreSetShouldExplainTheCondition() {
        runner.withPropertyValues("spring.datasource.url=jdbc:h2:mem:explain")
                .run(context -> assertThat(ConditionEvaluationReport.get(context.getBeanFactory())
                                .getConditionAndOutcomesBySource()
                                .get(ReplicationRoutingAutoConfiguration.RouterConfiguration.class.getName()))
                        .extracting(condition -> condition.getOutcome().getMessage())
                        .contains("Replication Routing Nodes did not find property replication.routing.nodes"));
    }

    @Test
    void whenDisabledShouldLeaveTheDataSourceToSpringBoot(CapturedOutput output) {
        routed.withPropertyValues("replication.routing.enabled=false", "spring.datasource.url=jdbc:h2:mem:off")
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(ReplicationRouting.class);
                    assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class);
                });
        assertThat(output).doesNotContain("routing");
    }

    @Test
    void whenDisabledShouldLeaveAnOwnDataSourceAlone() {
        routed.withPropertyValues("replication.routing.enabled=false")
                .withUserConfiguration(OwnDataSource.class)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(DataSource.class));
    }

    @Test
    void whenSpringDataSourceHasAUrlAsWellShouldWarn(CapturedOutput output) {
        routed.withPropertyValues("spring.datasource.url=jdbc:h2:mem:ignored;PASSWORD=marker")
                .run(context -> assertThat(context).hasSingleBean(RoutingDataSource.class));
        assertThat(output)
                .contains("WARN")
                .containsOnlyOnce("spring.datasource.url is ignored")
                .doesNotContain("marker");
    }

    @Test
    void whenSpringDataSourceHasAJndiNameAsWellShouldWarn(CapturedOutput output) {
        routed.withPropertyValues("spring.datasource.jndi-name=java:comp/env/jdbc/shop")
                .run(context -> assertThat(context).hasSingleBean(RoutingDataSource.class));
        assertThat(output).containsOnlyOnce("spring.datasource.jndi-name is ignored");
    }

    @Test
    void whenThereAreJdbcConnectionDetailsAsWellShouldWarnAndRoute(CapturedOutput output) {
        routed.withUserConfiguration(OneDatabase.class)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(RoutingDataSource.class));
        assertThat(output).containsOnlyOnce("the JdbcConnectionDetails bean 'oneDatabase' is ignored");
    }

    @Test
    void whenFlywayHasAUserOfItsOwnShouldWarn(CapturedOutput output) {
        routed.withPropertyValues("spring.flyway.user=migrator")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).containsOnlyOnce("spring.flyway.user is ignored").contains("@FlywayDataSource");
    }

    @Test
    void whenConnectionDetailsArePresentShouldReplaceNodes() {
        routed.withUserConfiguration(FoundNodes.class).run(context -> assertThat(
                        context.getBean(ReplicationRouting.class).snapshot().nodes())
                .extracting(
                        node -> node.node().spec().name(),
                        node -> node.node().spec().declaredRole())
                .containsExactly(tuple("found1", DeclaredRole.PRIMARY), tuple("found2", DeclaredRole.AUTO)));
    }

    @Test
    void whenConnectionDetailsArePresentShouldNeedNoNodes() {
        runner.withUserConfiguration(FoundNodes.class)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(RoutingDataSource.class));
    }

    @Test
    void whenTheApplicationHasADefaultDataSourceShouldFailAndNameIt() {
        routed.withUserConfiguration(OwnDataSource.class)
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("DataSource bean 'reporting'"));
    }

    @Test
    void whenTheApplicationsDataSourceHasTheNameOfTheRoutingOneShouldFailAndNameIt() {
        routed.withUserConfiguration(SameName.class)
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("DataSource bean 'dataSource'"));
    }

    @Test
    void whenTheApplicationsDataSourcesAreNoDefaultCandidatesShouldRoute() {
        routed.withUserConfiguration(OtherDataSources.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(DataSource.class)).isInstanceOf(RoutingDataSource.class);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"least-in-flight", "least-latency", "round-robin"})
    void whenABuiltInSelectorIsNamedShouldStart(String selector) {
        routed.withPropertyValues("replication.routing.reads.selector=" + selector)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whenTheApplicationHasASelectorShouldIgnoreTheProperty() {
        routed.withPropertyValues("replication.routing.reads.selector=mine")
                .withBean(NodeSelector.class, () -> candidates -> candidates.node(0))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whenTheApplicationHasNoBulkheadRegistryShouldShowTheRoutersOwn() {
        routed.run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(BulkheadRegistry.class);
            assertThat(context.getBean(ReplicationRouting.class).bulkheads())
                    .isSameAs(context.getBean(BulkheadRegistry.class));
        });
    }

    @Test
    void whenTheApplicationHasABulkheadRegistryShouldUseIt() {
        BulkheadRegistry own = BulkheadRegistry.ofDefaults();
        routed.withBean("bulkheads", BulkheadRegistry.class, () -> own).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(ReplicationRouting.class).bulkheads()).isSameAs(own);
        });
    }

    @Test
    void whenTheApplicationHasATopologySourceShouldAddItsNodes() {
        NodeSpec found = NodeSpec.of("found", "jdbc:mysql://127.0.0.1:2/shop");
        routed.withPropertyValues("replication.routing.discovery.interval=20ms", "replication.routing.username=shop")
                .withBean(TopologySource.class, () -> () -> List.of(found))
                .run(context -> {
                    ReplicationRouting routing = context.getBean(ReplicationRouting.class);
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> routing.snapshot().node("found") != null);
                    assertThat(routing.pools())
                            .extracting(pool -> pool.pool().getPoolName())
                            .contains("foundDataSource");
                });
    }

    @Test
    void whenPoolMetricsAreBoundShouldStart() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        routed.withConfiguration(AutoConfigurations.of(DataSourcePoolMetricsAutoConfiguration.class))
                .withBean(MeterRegistry.class, () -> meters)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBeansOfType(MeterBinder.class).values().forEach(binder -> binder.bindTo(meters));
                    assertThat(meters.getMeters())
                            .as("no pool may represent the whole router")
                            .noneMatch(meter -> meter.getId().getName().startsWith("jdbc.connections"));
                });
    }

    @Test
    void whenDataSourcesAreDecoratedShouldWork() {
        routed.withConfiguration(AutoConfigurations.of(DataSourceObservationAutoConfiguration.class))
                .withBean(ObservationRegistry.class, ObservationRegistry::create)
                .withBean(Tracer.class, () -> Tracer.NOOP)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(DataSource.class))
                            .isNotSameAs(
                                    context.getBean(ReplicationRouting.class).dataSource())
                            .satisfies(decorated -> assertThat(decorated.isWrapperFor(RoutingDataSource.class))
                                    .isTrue());
                });
    }

    @Test
    void whenTheContextClosesShouldEndItsThreads() {
        runner.withPropertyValues(
                        "replication.routing.nodes.closing1.url=" + ClosedPorts.url(1),
                        "replication.routing.nodes.closing2.url=" + ClosedPorts.url(2),
                        "replication.routing.connect-timeout=200ms",
                        "replication.routing.monitor.timeout=200ms")
                .run(context -> {
                    assertThat(threads()).anyMatch(name -> name.contains("closing1DataSource"));
                    context.close();
                    await().atMost(Duration.ofSeconds(60))
                            .untilAsserted(() -> assertThat(threads()).noneMatch(name -> name.contains("closing")));
                });
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    record Injected(List<DataSource> all) {}

    @Configuration(proxyBeanMethods = false)
    static class OwnDataSource {
        @Bean
        DataSource reporting() {
            return h2();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SameName {
        @Bean
        DataSource dataSource() {
            return h2();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherDataSources {
        @Bean(defaultCandidate = false)
        DataSource reporting() {
            return h2();
        }

        @Bean(autowireCandidate = false)
        DataSource archive() {
            return h2();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFlywayDataSource {
        @Bean(defaultCandidate = false)
        @FlywayDataSource
        DataSource migrations() {
            return h2();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FoundNodes {
        @Bean
        ReplicationRoutingConnectionDetails found() {
            return () -> List.of(
                    new ReplicationRoutingConnectionDetails.Node(
                            "found1", ClosedPorts.url(7), DeclaredRole.PRIMARY, "app", "secret"),
                    new ReplicationRoutingConnectionDetails.Node("found2", ClosedPorts.url(9), null, null));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneDatabase {
        @Bean
        JdbcConnectionDetails oneDatabase() {
            return new JdbcConnectionDetails() {
                @Override
                public String getUsername() {
                    return "one";
                }

                @Override
                public String getPassword() {
                    return "secret";
                }

                @Override
                public String getJdbcUrl() {
                    return "jdbc:h2:mem:one";
                }
            };
        }
    }

    /** Requests data sources as Spring Boot's Flyway and Liquibase do. */
    @Configuration(proxyBeanMethods = false)
    static class Migrations {
        record Seen(DataSource flyway, DataSource liquibase) {}

        @Bean
        Seen seen(
                @FlywayDataSource ObjectProvider<DataSource> flyway,
                @LiquibaseDataSource ObjectProvider<DataSource> liquibase) {
            return new Seen(flyway.getObject(), liquibase.getObject());
        }
    }

    private static DataSource h2() {
        return new DriverManagerDataSource("jdbc:h2:mem:own");
    }
}
