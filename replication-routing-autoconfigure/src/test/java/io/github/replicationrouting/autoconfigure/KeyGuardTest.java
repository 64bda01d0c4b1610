package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.topology.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/** No intended node is lost, and no intended key is without effect: the start fails with the reason. */
@ExtendWith(OutputCaptureExtension.class)
class KeyGuardTest {

    private static final String SECRET = "marker-3f9a";

    private static final String DB1 = "db1: { url: \"jdbc:mysql://127.0.0.1:1/shop\" }";
    private static final String DB2 = "db2: { url: \"jdbc:mysql://127.0.0.1:2/shop\" }";
    private static final String DB3 = "db3: { url: \"jdbc:mysql://127.0.0.1:3/shop\" }";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ReplicationRoutingAutoConfiguration.class, DataSourceAutoConfiguration.class))
            .withPropertyValues("spring.datasource.url=jdbc:h2:mem:keys");

    // --- nodes that would be lost

    @Test
    void whenTheOnlyKeyOfANodeIsMisspeltShouldFail() {
        assertFailure(
                nodes("db1: { ur1: \"jdbc:mysql://127.0.0.1:1/shop\" }", DB2),
                "replication.routing.nodes.db1.ur1 is not known",
                "use one of the keys of 'replication.routing.nodes.db1': dialect, driver-class-name, hikari.*, kind,"
                        + " password, priority, role, url, username, weight, zone");
    }

    @Test
    void whenTheNameOfANodeHasADotShouldFail() {
        assertFailure(
                nodes("db.1: { url: \"jdbc:mysql://127.0.0.1:1/shop\" }", DB2),
                "replication.routing.nodes.db.1.url is not known",
                "\"[db.1]\"");
    }

    @Test
    void whenTheNameOfANodeHasABlankShouldFail() {
        assertFailure(
                nodes("\"db 1\": { url: \"jdbc:mysql://127.0.0.1:3/shop\" }", DB1, DB2),
                "replication.routing.nodes.db 1.url would be read as replication.routing.nodes.db1.url",
                "in brackets and quotes: \"[db 1]\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"узел1", "узел", "größe", "db№1", "db/1", "db:1", "db1ß"})
    void whenTheNameOfANodeHasOtherCharactersShouldFail(String name) {
        assertFailure(
                nodes("\"" + name + "\": { url: \"jdbc:mysql://127.0.0.1:3/shop\" }", DB1),
                "replication.routing.nodes." + name + ".url",
                "\"[" + name + "]\"");
    }

    @Test
    void whenANameIsInBracketsShouldAcceptAnyCharacter() {
        assertThat(namesOf(nodes("\"[узел 1]\": { url: \"jdbc:mysql://127.0.0.1:3/shop\" }", DB1)))
                .containsExactly("узел 1", "db1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"db-1", "DB1", "d_b1"})
    void whenSpringBootTreatsTwoNamesAsOneShouldFail(String other) {
        assertFailure(
                nodes(DB1, other + ": { url: \"jdbc:mysql://127.0.0.1:3/shop\" }", DB2),
                "replication.routing.nodes." + other + " and replication.routing.nodes.db1 are the same key to Spring"
                        + " Boot",
                "Rename");
    }

    @Test
    void whenANodeIsAUrlShouldFail() {
        assertFailure(
                nodes("db1: \"jdbc:mysql://shop:" + SECRET + "@127.0.0.1:1/shop\"", DB2),
                "replication.routing.nodes.db1 has a value, but is a group of keys",
                "Set 'replication.routing.nodes.db1.url'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"db1: {}", "db1:", "db1: \"\""})
    void whenANodeHasNoKeysShouldFail(String node) {
        assertFailure(
                nodes(node, DB2),
                "replication.routing.nodes.db1.url is not set",
                "Set 'replication.routing.nodes.db1.url'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "", "\"\"", "[]"})
    void whenThereAreNoNodesBelowTheKeyShouldFail(String nodes) {
        assertFailure(
                yaml("replication: { routing: { nodes: " + nodes + " } }"),
                "replication.routing.nodes is set, but names no node",
                "'replication.routing.nodes.db1.url'");
    }

    @Test
    void whenTheNodesAreAUrlShouldFail() {
        assertFailure(
                yaml("replication: { routing: { nodes: \"jdbc:mysql://shop:" + SECRET + "@db/shop\" } }"),
                "replication.routing.nodes has a value, but is a group of keys",
                "'replication.routing.nodes.db1.url'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "Nodess", "nods", "servers", "replicas"})
    void whenTheKeyOfTheNodesIsAnotherShouldFail(String key) {
        assertFailure(
                yaml("replication: { routing: { " + key + ": { " + DB1 + ", " + DB2 + " } } }"),
                "replication.routing." + key + ".db1.url is not known",
                "nodes.<name>.*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replication: { nodes: { %s } }",
                "replication: { routin: { nodes: { %s } } }",
                "replication-routing: { nodes: { %s } }",
                "spring: { replication: { routing: { nodes: { %s } } } }",
                "routing: { nodes: { %s } }",
            })
    void whenTheNodesAreUnderAnotherPrefixShouldFail(String yaml) {
        assertFailure(
                yaml(yaml.formatted(DB1 + ", " + DB2)),
                "nodes.db1.url is not under replication.routing",
                "'replication.routing.nodes.db1.url'");
    }

    @Test
    void whenTheNodesAreUnderAnotherPrefixAndTheirUrlsInVariablesShouldFail() {
        assertFailure(
                yaml("replication: { routin: { nodes: { db1: { url: \"${DB1_URL}\" } } } }")
                        .withPropertyValues("DB1_URL=jdbc:mysql://127.0.0.1:1/shop"),
                "nodes.db1.url is not under replication.routing",
                "'replication.routing.nodes.db1.url'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REPLICATION_ROUTNG_NODES_DB1_URL",
                "REPLICATION_NODES_DB1_URL",
                "REPLICATIONROUTING_NODES_DB1_URL",
                "ROUTING_NODES_DB1_URL",
                "SPRING_REPLICATION_ROUTING_NODES_DB1_URL",
            })
    void whenTheVariablesOfNodesHaveAnotherPrefixShouldFail(String variable) {
        assertFailure(
                environment(runner, Map.of(variable, "jdbc:mysql://shop:" + SECRET + "@127.0.0.1:1/shop")),
                variable + " is not under replication.routing",
                "'REPLICATION_ROUTING_NODES_DB1_URL'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replication: { routin: { nodes: { %s } } }",
                "replication: { ruoting: { nodes: { %s } } }",
                "replication: { rooting: { nodes: { %s } } }",
                "relpication: { routing: { nodes: { %s } } }",
                "replicaton: { routng: { nodes: { %s } } }",
                "replication-routing: { nodes: { %s } }",
                "spring: { replication: { routing: { nodes: { %s } } } }",
            })
    void whenOneOfTheNodesIsUnderAnotherPrefixShouldFail(String yaml) {
        assertFailure(
                nodes(DB1).withInitializer(context -> add(context.getEnvironment(), yaml.formatted(DB2))),
                "nodes.db2.url is not under replication.routing",
                "'replication.routing.nodes.db2.url'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application: { routing: { nodes: { %s } } }",
                "replication: { reports: { nodes: { %s } } }",
                "reports: { replication: { routing: { nodes: { %s } } } }",
                "replication: { routing-reports: { nodes: { %s } } }",
            })
    void whenThereAreNodesUnderAPrefixOfTheApplicationShouldStart(String yaml) {
        nodes(DB1)
                .withInitializer(context -> add(context.getEnvironment(), yaml.formatted(DB2)))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void whenANameIsInBracketsInOneFileAndWithoutInAnotherShouldFail() {
        assertFailure(
                nodes("\"[db-1]\": { url: \"jdbc:mysql://127.0.0.1:1/shop\" }", DB2)
                        .withInitializer(
                                context -> add(
                                        context.getEnvironment(),
                                        "replication: { routing: { nodes: { db-1: { url: \"jdbc:mysql://127.0.0.1:3/shop\" } } } }")),
                "replication.routing.nodes[db-1]",
                "spell them alike");
    }

    @Test
    void whenOnlyOtherKeysAreSetShouldLogThatNothingIsRouted(CapturedOutput output) {
        yaml("replication: { routing: { username: shop, reads: { max-lag: 2s } } }")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ReplicationRouting.class));
        assertThat(output)
                .containsOnlyOnce("Not routing: replication.routing.nodes is not set; spring.datasource is used")
                .contains("replication.routing.reads.max-lag, replication.routing.username have no effect");
    }

    // --- unknown keys

    @ParameterizedTest
    @CsvSource({
        "reads: { max-lagg: 5s }, reads.max-lagg, replication.routing.reads, max-lag",
        "hikari: { maximum-pool-sice: 5 }, hikari.maximum-pool-sice, replication.routing.hikari, maximum-pool-size",
        "moniter: { interval: 1s }, moniter.interval, replication.routing, monitor.*",
        "nodes: { db1: { wieght: 2 } }, nodes.db1.wieght, replication.routing.nodes.db1, weight",
        "nodes: { db1: { hikari: { minimum-idel: 2 } } }, nodes.db1.hikari.minimum-idel,"
                + " replication.routing.nodes.db1.hikari, minimum-idle",
        "usernam: x, usernam, replication.routing, username",
        "reads: { selector: { name: x } }, reads.selector.name, replication.routing.reads, selector",
    })
    void whenAKeyIsNotKnownShouldFailAndListTheKeysOfItsGroup(String yaml, String key, String group, String intended) {
        FailureAnalysis analysis = failure(nodes(DB1)
                .withInitializer(
                        context -> add(context.getEnvironment(), "replication: { routing: { " + yaml + " } }")));
        assertThat(analysis.getDescription()).contains("replication.routing." + key + " is not known");
        String action = "Remove 'replication.routing." + key + "', or use one of the keys of '" + group + "': ";
        assertThat(Objects.requireNonNull(analysis.getAction()).lines())
                .filteredOn(line -> line.contains(action))
                .singleElement()
                .satisfies(line -> assertThat(line.substring(line.indexOf(action) + action.length())
                                .split(", "))
                        .contains(intended)
                        .isSorted());
    }

    @Test
    void whenAGroupIsNotKnownShouldFail() {
        assertFailure(
                nodes(DB1).withPropertyValues("replication.routing.sharding.enabled=" + SECRET),
                "replication.routing.sharding.enabled is not known",
                "Remove 'replication.routing.sharding.enabled'");
    }

    @Test
    void whenRoutingIsOffShouldNotCheckKeys() {
        nodes("db1: { ur1: x }")
                .withPropertyValues("replication.routing.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"reads:", "monitor: {}", "writes:", "hikari:", "consistency:", "discovery: {}"})
    void whenAGroupHasNoKeysShouldFail(String group) {
        String key = "replication.routing." + group.substring(0, group.indexOf(':'));
        assertFailure(
                nodes(DB1)
                        .withInitializer(context ->
                                add(context.getEnvironment(), "replication:\n  routing:\n    " + group + "\n")),
                key + " is a group of keys, but none is set",
                "remove '" + key + "'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "enabled=true",
                "topology=primary-replica",
                "username=u",
                "password=p",
                "driverClassName=com.mysql.cj.jdbc.Driver",
                "connect_timeout=1s",
                "zone=a",
                "zone=",
                "hikari.maximumPoolSize=3",
                "hikari.driver-class-name=com.mysql.cj.jdbc.Driver",
                "hikari.data-source-properties.cachePrepStmts=true",
                "hikari.data-source-properties[some/key]=true",
                "hikari.keepaliveTime=60000",
                "nodes.db1.role=primary",
                "nodes.db1.kind=server",
                "nodes.DB1.weight=2",
                "nodes.db1.dialect=mysql",
                "nodes.db1.hikari.data-source-properties.useSSL=false",
                "Reads.Selector=round-robin",
                "reads.OUTSIDE_TRANSACTION=replica",
            })
    void whenAKeyIsKnownShouldAcceptAnySpelling(String property) {
        String db1 = property.contains("DB1") ? DB1.replace("db1", "DB1") : DB1;
        nodes(db1)
                .withPropertyValues(
                        "replication.routing." + property,
                        "replication.routing.monitor.timeout=200ms",
                        "replication.routing.writes.hold=0s")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hikari.pool-name",
                "hikari.read-only",
                "nodes.db1.hikari.jdbc-url",
                "encryption.algorithm",
                "console.colour",
            })
    void whenAKeyWouldHaveNoEffectShouldFail(String key) {
        assertFailure(
                nodes(DB1).withPropertyValues("replication.routing." + key + "=" + SECRET),
                "replication.routing." + key + " is not known",
                "'replication.routing." + key + "'");
    }

    @Test
    void whenAGroupHasAValueShouldFail() {
        assertFailure(
                nodes(DB1).withPropertyValues("replication.routing.reads=replica"),
                "replication.routing.reads has a value, but is a group of keys",
                "replication.routing.reads.");
    }

    // --- environment variables

    @ParameterizedTest
    @CsvSource({
        "REPLICATION_ROUTING_NODES_DB1_UR1, REPLICATION_ROUTING_NODES_DB1_URL",
        "REPLICATION_ROUTING_NODES_DB1_HIKARI_MINIMUMIDEL, REPLICATION_ROUTING_NODES_DB1_HIKARI_MINIMUMIDLE",
        "REPLICATION_ROUTING_MONITOR_INTERVALL, REPLICATION_ROUTING_MONITOR_INTERVAL",
        "REPLICATION_ROUTING_READS_MAX_LAGG, REPLICATION_ROUTING_READS_MAXLAG",
        "REPLICATION_ROUTING_NODES_DB1_PORT, REPLICATION_ROUTING_NODES_DB1_PORT",
        "REPLICATION_ROUTING_NODE_DB3_URL, REPLICATION_ROUTING_NODES_<NAME>_*",
        "REPLICATION_ROUTING_NODES_DB_3_URL, REPLICATION_ROUTING_NODES_DB3_URL",
        "REPLICATION_ROUTING_HIKARI_DATA_SOURCE_PROPERTIES_USESSL, REPLICATION_ROUTING_HIKARI_DATASOURCEPROPERTIES_USESSL",
        "REPLICATION_ROUTING_HIKARI_MAXIMUM_POOLSIZE, REPLICATION_ROUTING_HIKARI_MAXIMUMPOOLSIZE",
        "REPLICATION_ROUTING_PASWORD, REPLICATION_ROUTING_PASSWORD",
        "replication_routing_pasword, REPLICATION_ROUTING_PASSWORD",
    })
    void whenAnEnvironmentVariableIsNotKnownShouldFail(String variable, String nearest) {
        assertFailure(
                environment(nodes(DB1, DB2), Map.of(variable, SECRET)),
                "environment variable " + variable + " is not known",
                nearest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REPLICATION_ROUTING_CONNECT_TIMEOUT=2s",
                "REPLICATION_ROUTING_CONNECTTIMEOUT=2s",
                "REPLICATION_ROUTING_READS_MAX_LAG=2s",
                "REPLICATION_ROUTING_READS_MAXLAG=2s",
                "REPLICATION_ROUTING_MONITOR_FAILURE_THRESHOLD=3",
                "REPLICATION_ROUTING_NODES_DB1_PASSWORD=x",
                "REPLICATION_ROUTING_NODES_DB2_HIKARI_MAXIMUM_POOL_SIZE=5",
                "REPLICATION_ROUTING_HIKARI_DATASOURCEPROPERTIES_USESSL=false",
                "REPLICATION_ROUTING_DRIVER_CLASS_NAME=com.mysql.cj.jdbc.Driver",
                "REPLICATION_ROUTING_DEMO_SERVICE_HOST=10.0.0.1",
                "REPLICATION_ROUTING_SERVICE_PORT_HTTP=80",
                "REPLICATION_ROUTING_PORT=tcp://10.0.0.1:80",
                "REPLICATION_ROUTING_PORT_80_TCP_ADDR=10.0.0.1",
                "REPLICATION_ROUTER=x",
            })
    void whenAVariableIsKnownOrOfKubernetesShouldStart(String variable) {
        String[] parts = variable.split("=", 2);
        assertThat(namesOf(environment(nodes(DB1, DB2), Map.of(parts[0], parts[1]))))
                .containsExactly("db1", "db2");
    }

    @Test
    void whenNodesComeFromTheEnvironmentAloneShouldSortThemByName() {
        Map<String, Object> variables = Stream.of("DB3", "DB1", "DB2", "A9")
                .collect(Collectors.toMap(
                        name -> "REPLICATION_ROUTING_NODES_" + name + "_URL",
                        name -> "jdbc:mysql://127.0.0.1:" + (name.charAt(name.length() - 1) - '0') + "/shop"));
        assertThat(namesOf(environment(runner, variables))).containsExactly("a9", "db1", "db2", "db3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"db-1", "Db1", "db_1", "DB1"})
    void whenAVariableNamesANodeOfAFileShouldApplyToIt(String name) {
        ApplicationContextRunner application = environment(
                nodes(name + ": { weight: 2 }", DB2),
                Map.of("REPLICATION_ROUTING_NODES_DB1_URL", "jdbc:mysql://127.0.0.1:1/shop"));
        assertThat(namesOf(application)).containsExactly(name, "db2");
    }

    @Test
    void whenAVariableSplitsANameAtItsDashShouldApplyToIt() {
        ApplicationContextRunner application = environment(
                nodes("db-1: { weight: 2 }", DB2),
                Map.of("REPLICATION_ROUTING_NODES_DB_1_URL", "jdbc:mysql://127.0.0.1:1/shop"));
        assertThat(namesOf(application)).containsExactly("db-1", "db2");
    }

    // --- the order

    @Test
    void whenPartsOfNodesAreOverriddenShouldKeepTheOrderOfTheFile() {
        ApplicationContextRunner application = environment(
                        nodes(DB3, DB1, DB2), Map.of("REPLICATION_ROUTING_NODES_DB2_PASSWORD", "x"))
                .withSystemProperties("replication.routing.nodes.db1.weight=2");
        assertThat(namesOf(application)).containsExactly("db3", "db1", "db2");
    }

    @Test
    void whenAnotherFileAddsNodesShouldAppendThem() {
        ApplicationContextRunner application = nodes(DB2)
                .withInitializer(context -> add(
                        context.getEnvironment(),
                        "replication: { routing: { nodes: { " + DB1 + ", db2: { weight: 3 } } } }"));
        assertThat(namesOf(application)).containsExactly("db2", "db1");
    }

    private ApplicationContextRunner nodes(String... nodes) {
        return yaml("replication:\n  routing:\n    nodes:\n"
                + Stream.of(nodes).map(node -> "      " + node + "\n").collect(Collectors.joining()));
    }

    private ApplicationContextRunner yaml(String text) {
        return runner.withInitializer(
                context -> context.getEnvironment().getPropertySources().addLast(load("base", text)));
    }

    /** In a file that overrides the other. */
    private static void add(ConfigurableEnvironment environment, String text) {
        environment.getPropertySources().addFirst(load("overriding", text));
    }

    private static PropertySource<?> load(String name, String text) {
        try {
            return new YamlPropertySourceLoader()
                    .load(name, new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ApplicationContextRunner environment(
            ApplicationContextRunner application, Map<String, Object> variables) {
        return application.withInitializer(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables)));
    }

    private static List<String> namesOf(ApplicationContextRunner application) {
        List<String> names = new ArrayList<>();
        application
                .withPropertyValues("replication.routing.monitor.timeout=200ms", "replication.routing.writes.hold=0s")
                .run(context -> context.getBean(ReplicationRouting.class).snapshot().nodes().stream()
                        .map(NodeStatus::name)
                        .forEach(names::add));
        return names;
    }

    private static void assertFailure(ApplicationContextRunner application, String description, String action) {
        FailureAnalysis analysis = failure(application);
        assertThat(analysis.getDescription()).contains(description).doesNotContain(SECRET);
        assertThat(analysis.getAction()).contains(action).doesNotContain(SECRET);
    }

    private static FailureAnalysis failure(ApplicationContextRunner application) {
        List<FailureAnalysis> analyses = new ArrayList<>();
        application.run(context -> {
            Throwable failure = Objects.requireNonNull(context.getStartupFailure(), "it started");
            analyses.add(Objects.requireNonNull(
                    new InvalidSettingsFailureAnalyzer().analyze(failure), () -> "not explained: " + failure));
        });
        return analyses.get(0);
    }
}
