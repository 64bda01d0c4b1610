package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A setting that is valid, but probably a mistake, causes a warning of one line. */
@ExtendWith(OutputCaptureExtension.class)
class StartWarningsTest {

    private static final String HIKARI = "com.zaxxer.hikari";

    private final ApplicationContextRunner routed = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ReplicationRoutingAutoConfiguration.class))
            .withPropertyValues(ClosedPorts.NODES);

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "reads.max-lag=5ms; reads.max-lag is only 5 ms",
                "monitor.timeout=20ms; monitor.timeout is only 20 ms",
                "reads.max-lag=2h; reads.max-lag is more than an hour (120 minutes)",
                "writes.hold=PT61M; writes.hold is more than an hour (61 minutes)",
                "discovery.remove-after=2d; discovery.remove-after is more than an hour (2880 minutes)",
                "monitor.interval=7200000; monitor.interval is more than an hour (120 minutes): a number without a unit is",
                "monitor.interval=500; monitor.interval has no unit and is read as 500 ms: write '500ms'",
            })
    void whenADurationIsProbablyAMistakeShouldWarn(String property, String warning, CapturedOutput output) {
        start("replication.routing." + property);
        assertThat(warnings(output)).singleElement().asString().contains("replication.routing." + warning);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "writes.hold=0",
                "reads.slow-start=0s",
                "consistency.wait=0",
                "reads.max-lag=50ms",
                "reads.max-lag=1h"
            })
    void whenADurationIsPlausibleShouldNotWarn(String property, CapturedOutput output) {
        start("replication.routing." + property);
        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void whenAPropertyIsADurationShouldCheckIt() {
        List<ConfigurationPropertyName> checked = new KnownKeys().durations().toList();
        assertThat(checked)
                .hasSize((int) Arrays.stream(ReplicationRoutingProperties.class.getDeclaredClasses())
                                .flatMap(group -> Arrays.stream(group.getDeclaredFields()))
                                .filter(field -> field.getType() == Duration.class)
                                .count()
                        + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jdbc:mysql://127.0.0.1:2", "jdbc:mysql://127.0.0.1:2/", "jdbc:mysql://127.0.0.1:2?useSSL=false"
            })
    void whenAUrlNamesNoDatabaseShouldWarn(String url, CapturedOutput output) {
        start("replication.routing.nodes.db2.url=" + url);
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("replication.routing.nodes.db2.url names no database");
    }

    @Test
    void whenThePoolChoosesTheDatabaseShouldNotWarn(CapturedOutput output) {
        start(
                "replication.routing.nodes.db2.url=jdbc:mysql://127.0.0.1:2/",
                "replication.routing.nodes.db2.hikari.catalog=shop");
        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void whenNodesLeadToDifferentDatabasesShouldWarn(CapturedOutput output) {
        start("replication.routing.nodes.db2.url=jdbc:mysql://127.0.0.1:2/shpo");
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("'shop' in replication.routing.nodes.db1.url, 'shpo' in replication.routing.nodes.db2.url");
    }

    @Test
    void whenAPasswordInAUrlHoldsADelimiterShouldNotShowIt(CapturedOutput output) {
        start("replication.routing.nodes.db2.url=jdbc:mysql://shop:pa/marker-3f9a@127.0.0.1:2/shop");
        assertThat(output).doesNotContain("marker-3f9a");
    }

    @Test
    void whenNoNodeIsInTheZoneShouldWarn(CapturedOutput output) {
        start("replication.routing.zone=eu-1", "replication.routing.nodes.db1.zone=eu1");
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("replication.routing.zone is 'eu-1', but no node is in it: those of the nodes are eu1");
    }

    @Test
    void whenNoNodeHasAZoneShouldWarn(CapturedOutput output) {
        start("replication.routing.zone=eu-1");
        assertThat(warnings(output)).singleElement().asString().contains("no node has a zone");
    }

    @Test
    void whenANodeIsInTheZoneShouldNotWarn(CapturedOutput output) {
        start("replication.routing.zone=eu-1", "replication.routing.nodes.db1.zone=eu-1");
        assertThat(warnings(output)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "writes.failback=true; writes.failback has no effect: with replication.routing.topology 'primary-replica'",
                "nodes.db2.priority=-3; nodes.db2.priority has no effect: with replication.routing.topology"
                        + " 'primary-replica'",
                "writes.allow-divergence=true; writes.allow-divergence has no effect: with"
                        + " replication.routing.topology 'primary-replica'",
            })
    void whenOneNodeIsWritableShouldWarnAboutSettingsForSeveral(
            String property, String warning, CapturedOutput output) {
        start("replication.routing." + property);
        assertThat(warnings(output)).singleElement().asString().contains("replication.routing." + warning);
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "least-in-flight"})
    void whenAllNodesTakeWritesAlikeShouldWarnAboutPreferences(String policy, CapturedOutput output) {
        start(
                "replication.routing.topology=multi-primary",
                "replication.routing.writes.policy=" + policy,
                "replication.routing.writes.failback=true",
                "replication.routing.nodes.db1.priority=2");
        assertThat(warnings(output))
                .hasSize(2)
                .anyMatch(line -> line.contains("replication.routing.nodes.db1.priority has no effect: with"
                        + " replication.routing.writes.policy '" + policy + "' all nodes take writes alike"))
                .anyMatch(line -> line.contains("replication.routing.writes.failback has no effect: with"
                        + " replication.routing.writes.policy '" + policy + "'"));
    }

    @Test
    void whenOneNodeTakesAllWritesShouldWarnAboutAllowedDivergence(CapturedOutput output) {
        start("replication.routing.topology=multi-primary", "replication.routing.writes.allow-divergence=true");
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("replication.routing.writes.allow-divergence has no effect: with"
                        + " replication.routing.writes.policy 'single' one node takes all writes");
    }

    @ParameterizedTest
    @CsvSource({
        "nodes.db1.weight=1, true",
        "discovery.enabled=true, false",
        "nodes.db2.url=jdbc:mysql://127.0.0.1:2/shop, false",
        "nodes.db1.kind=endpoint, false",
    })
    void whenAGroupHasOneNodeShouldWarn(String property, boolean warns, CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ReplicationRoutingAutoConfiguration.class))
                .withPropertyValues(
                        "replication.routing.nodes.db1.url=jdbc:mysql://127.0.0.1:1/shop",
                        "replication.routing.nodes.db1.role=primary",
                        "replication.routing.connect-timeout=200ms",
                        "replication.routing.topology=multi-primary",
                        "replication.routing." + property)
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(warnings(output).stream().filter(line -> line.contains("'db1' is the only node")))
                .hasSize(warns ? 1 : 0);
    }

    private void start(String... properties) {
        routed.withPropertyValues(properties).run(context -> assertThat(context).hasNotFailed());
    }

    private static List<String> warnings(CapturedOutput output) {
        return output.getOut()
                .lines()
                .filter(line -> line.contains(" WARN "))
                .filter(line -> !line.contains(HIKARI))
                .toList();
    }
}
