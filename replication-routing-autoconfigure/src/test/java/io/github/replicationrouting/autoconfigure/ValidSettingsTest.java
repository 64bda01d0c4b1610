package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.github.replicationrouting.ReplicationRouting;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Settings that are valid, or not those of the router, neither fail the start nor cause a warning. */
@ExtendWith(OutputCaptureExtension.class)
class ValidSettingsTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ReplicationRoutingAutoConfiguration.class, DataSourceAutoConfiguration.class))
            .withPropertyValues("replication.routing.monitor.timeout=200ms", "replication.routing.writes.hold=0s");

    private final ApplicationContextRunner routed = runner.withPropertyValues(ClosedPorts.NODES);

    private final ApplicationContextRunner found =
            runner.withUserConfiguration(ReplicationRoutingAutoConfigurationTest.FoundNodes.class);

    @Test
    void whenAKeyIsNotOfTheRouterShouldNotReadItsValue() {
        routed.withInitializer(
                        context -> context.getEnvironment().getPropertySources().addFirst(new LockedSource()))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ReplicationRouting.class));
    }

    @Test
    void whenABeanReadsNodesFromKeysOfTheApplicationShouldStart() {
        found.withPropertyValues("app.replication.nodes.found1.url=jdbc:mysql://127.0.0.1:7/shop")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ReplicationRouting.class));
    }

    @Test
    void whenABeanReplacesAKeyShouldNotResolveItsPlaceholders() {
        found.withPropertyValues(
                        "replication.routing.nodes.db1.url=${DB_URL}",
                        "replication.routing.username=${DB_USER}",
                        "replication.routing.password=${DB_PASSWORD}")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ReplicationRouting.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"username", "password", "driver-class-name", "hikari.schema", "hikari.data-source-properties.x"})
    void whenAKeyIsOverriddenShouldNotResolveItsPlaceholders(String key) {
        String value = key.startsWith("driver") ? "com.mysql.cj.jdbc.Driver" : "shop";
        routed.withPropertyValues("spring.datasource." + key + "=${DB_X}", "replication.routing." + key + "=" + value)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool-name", "jdbc-url"})
    void whenAKeyIsNotInheritedShouldNotResolveItsPlaceholders(String key) {
        routed.withPropertyValues("spring.datasource.hikari." + key + "=${DB_X}")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whenPropertiesOfTheDriverAreOneTextShouldStart() {
        routed.withPropertyValues("replication.routing.hikari.data-source-properties=cachePrepStmts=true")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"reads.max-lag", "writes.max-held", "consistency.carrier", "nodes.db1.role", "username"})
    void whenAKeyHasNoValueShouldUseItsDefault(String key) {
        routed.withPropertyValues("replication.routing." + key + "=")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "writes.policy=single",
                "writes.policy=round-robin",
                "writes.policy=least-in-flight",
                "writes.policy=affinity",
                "writes.policy=round-robin,writes.allow-divergence=true",
                "writes.policy=affinity,writes.allow-divergence=true",
                "writes.failback=true",
                "writes.failback=true,writes.policy=affinity",
                "nodes.db1.priority=-1,nodes.db2.priority=2",
                "nodes.db2.role=replica",
                "nodes.db1.role=primary,nodes.db2.role=primary",
                "nodes.db1.role=primary,nodes.db1.kind=endpoint",
            })
    void whenSeveralNodesAreWritableShouldStartWithoutAWarning(String settings, CapturedOutput output) {
        TestPropertyValues values = TestPropertyValues.of("replication.routing.topology=multi-primary");
        for (String setting : settings.split(",", -1)) {
            values = values.and("replication.routing." + setting);
        }
        TestPropertyValues all = values;
        routed.withInitializer(all::applyTo)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ReplicationRouting.class));
        assertThat(output).doesNotContain("no effect", "only node");
    }

    @Test
    void whenTheApplicationIsBuiltAheadOfTimeShouldNotRequireRuntimeSettings() {
        System.setProperty("spring.aot.processing", "true");
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(
                            "replication.routing.nodes.db1.url=${DB_URL}",
                            "replication.routing.consistency.carrier=cookie",
                            "replication.routing.nodes.db2.weight=2")
                    .applyTo(context);
            context.register(ReplicationRoutingAutoConfiguration.class);
            assertThatCode(() -> context.refreshForAotProcessing(new RuntimeHints()))
                    .doesNotThrowAnyException();
        } finally {
            System.clearProperty("spring.aot.processing");
        }
    }

    @Test
    void whenVariablesComeFromKubernetesShouldNotWarn(CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingAutoConfiguration.class, DataSourceAutoConfiguration.class))
                .withPropertyValues("spring.datasource.url=jdbc:h2:mem:kubernetes")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of(
                                        "REPLICATION_ROUTING_SERVICE_HOST",
                                        "10.0.0.1",
                                        "REPLICATION_ROUTING_PORT",
                                        "tcp://10.0.0.1:80"))))
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output).contains("Not routing").doesNotContain("no effect");
    }

    /** Values that are available only later, such as the port of a container. */
    private static final class LockedSource extends EnumerablePropertySource<Object> {

        LockedSource() {
            super("locked", new Object());
        }

        @Override
        public String[] getPropertyNames() {
            return new String[] {"other.port"};
        }

        @Override
        public @Nullable Object getProperty(String name) {
            if (name.equals("other.port")) {
                throw new IllegalStateException("The container is not started");
            }
            return null;
        }
    }
}
