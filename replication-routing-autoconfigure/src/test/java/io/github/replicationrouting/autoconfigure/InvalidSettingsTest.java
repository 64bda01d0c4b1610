package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.autoconfigure.session.ReplicationRoutingSessionAutoConfiguration;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;

/** Everything wrong is reported before anything is connected, with the full key and an action, and without secrets. */
class InvalidSettingsTest {

    private static final String SECRET = "marker-3f9a";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ReplicationRoutingAutoConfiguration.class, DataSourceAutoConfiguration.class))
            .withPropertyValues(
                    "replication.routing.username=" + SECRET,
                    "replication.routing.password=" + SECRET,
                    "replication.routing.monitor.password=" + SECRET);

    private final ApplicationContextRunner routed = runner.withPropertyValues(ClosedPorts.NODES);

    @Test
    void whenANodeHasNoUrlShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db3.weight=2"),
                "replication.routing.nodes.db3.url is not set",
                "Set 'replication.routing.nodes.db3.url'");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db:5432/shop?user=x&password=" + SECRET + ", jdbc:postgresql:",
        "jdbc:oracle:thin:scott/" + SECRET + "@db:1521/shop, jdbc:oracle:",
        "mysql://shop:" + SECRET + "@db/shop, mysql:",
        "jdbc:aws-wrapper:mysql://db/shop?password=" + SECRET + ", jdbc:aws-wrapper:",
    })
    void whenAUrlIsNotSupportedShouldFail(String url, String scheme) {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db3.url=" + url),
                "replication.routing.nodes.db3.url is not supported: it begins with '" + scheme + "'",
                "set 'replication.routing.nodes.db3.dialect' to one of [mariadb, mysql]");
    }

    @ParameterizedTest
    @ValueSource(strings = {SECRET + ":x@db/shop", SECRET + ":tiger"})
    void whenAUrlBeginsWithAUserShouldNotShowIt(String url) {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db3.url=" + url),
                "replication.routing.nodes.db3.url is not supported: it is not a JDBC URL",
                "Begin 'replication.routing.nodes.db3.url'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"#", "/", "?"})
    void whenAPasswordInAUrlHoldsADelimiterShouldNotShowIt(String delimiter) {
        String login = "shop:1" + SECRET + delimiter + SECRET;
        assertFailure(
                routed.withPropertyValues(
                        "replication.routing.nodes.db3.url=jdbc:mysql://" + login + "@127.0.0.1:3/shop",
                        "replication.routing.nodes.db4.url=jdbc:mysql://" + login + "@127.0.0.1:4/shop",
                        "replication.routing.nodes.db4.weight=0"),
                "replication.routing.nodes.db4.weight must be positive",
                "replication.routing.nodes.db4.weight");
    }

    @Test
    void whenAUrlIsNoUrlShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db3.url=" + SECRET),
                "replication.routing.nodes.db3.url is not supported: it is not a JDBC URL",
                "Begin 'replication.routing.nodes.db3.url' with 'jdbc:mysql:' or 'jdbc:mariadb:'");
    }

    @Test
    void whenThereIsNoDriverForAUrlShouldFail() {
        assertFailure(
                routed.withPropertyValues(
                        "replication.routing.nodes.db3.url=jdbc:aws-wrapper:mysql://db/shop?password=" + SECRET,
                        "replication.routing.nodes.db3.dialect=mysql"),
                "replication.routing.nodes.db3.url: no JDBC driver on the class path accepts a URL of"
                        + " 'jdbc:aws-wrapper:'",
                "Add the driver of 'jdbc:aws-wrapper:' to the class path");
    }

    @Test
    void whenTheNamedDriverIsMissingShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db2.driver-class-name=com.example.NoDriver"),
                "replication.routing.nodes.db2.driver-class-name: the JDBC driver 'com.example.NoDriver' is not on the"
                        + " class path (used for replication.routing.nodes.db2.url)",
                "Correct 'replication.routing.nodes.db2.driver-class-name'");
    }

    @Test
    void whenAnInheritedDriverDoesNotAcceptTheUrlShouldFail() {
        assertFailure(
                routed.withPropertyValues("spring.datasource.driver-class-name=org.h2.Driver"),
                "spring.datasource.driver-class-name: the JDBC driver 'org.h2.Driver' does not accept a URL of"
                        + " 'jdbc:mysql:' (used for replication.routing.nodes.db1.url)",
                "let the URL choose the driver");
    }

    @Test
    void whenTheNamedDriverIsNoDriverShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.hikari.driver-class-name=java.lang.String"),
                "replication.routing.hikari.driver-class-name: 'java.lang.String' cannot be used as a JDBC driver",
                "Correct 'replication.routing.hikari.driver-class-name'");
    }

    @Test
    void whenTwoNodesAreDeclaredPrimaryShouldFail() {
        assertFailure(
                routed.withPropertyValues(
                        "replication.routing.nodes.db1.role=primary", "replication.routing.nodes.db2.role=primary"),
                "more than one node is declared 'primary': replication.routing.nodes.db1.role,"
                        + " replication.routing.nodes.db2.role",
                "Declare one node 'primary' at most");
    }

    @Test
    void whenSeveralNodesAreDeclaredPrimaryShouldNameTheTopologyInWhichTheyMayBe() {
        assertFailure(
                routed.withPropertyValues(
                        "replication.routing.nodes.db1.role=primary", "replication.routing.nodes.db2.role=primary"),
                "more than one node is declared 'primary'",
                "set 'replication.routing.topology' to 'multi-primary'");
    }

    @Test
    void whenAnEndpointHasNoRoleShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db2.kind=endpoint"),
                "replication.routing.nodes.db2.role is not set",
                "Set 'replication.routing.nodes.db2.role' to 'primary' or 'replica'");
    }

    @ParameterizedTest
    @CsvSource({
        "connect-timeout, 0s, 0s",
        "monitor.interval, 0, 0s",
        "monitor.interval, -5ms, -5ms",
        "monitor.timeout, 0s, 0s",
        "discovery.interval, 0s, 0s",
        "discovery.remove-after, 0s, 0s",
        "discovery.drain-timeout, 0s, 0s",
        "monitor.failure-threshold, 0, 0",
        "reads.max-lag, 0s, 0s",
        "reads.readmit-lag, -1s, -1s",
        "reads.max-fallback-concurrency, 0, 0",
        "nodes.db1.weight, 0, 0",
    })
    void whenAValueIsNotPositiveShouldFail(String key, String value, String shown) {
        assertFailure(
                routed.withPropertyValues("replication.routing." + key + "=" + value),
                "replication.routing." + key + " must be positive, but is " + shown,
                "Set 'replication.routing." + key + "' to a positive value");
    }

    @ParameterizedTest
    @CsvSource({"writes.hold, -1s, -1s", "writes.max-held, -1, -1", "writes.conflict-retries, -1, -1"})
    void whenAValueIsNegativeShouldFail(String key, String value, String shown) {
        assertFailure(
                routed.withPropertyValues("replication.routing." + key + "=" + value),
                "replication.routing." + key + " must not be negative, but is " + shown,
                "Set 'replication.routing." + key + "' to 0 or more");
    }

    @Test
    void whenReadmitLagIsAboveMaxLagShouldFail() {
        assertFailure(
                routed.withPropertyValues(
                        "replication.routing.reads.max-lag=2s", "replication.routing.reads.readmit-lag=2500ms"),
                "replication.routing.reads.readmit-lag (2500ms) is above replication.routing.reads.max-lag (2s)",
                "Set 'replication.routing.reads.readmit-lag' below 'reads.max-lag'");
    }

    @Test
    void whenTheSlowStartIsNegativeShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.reads.slow-start=-1s"),
                "replication.routing.reads.slow-start must not be negative, but is -1s",
                "Set 'replication.routing.reads.slow-start' to 0 or more");
    }

    @Test
    void whenTheSelectorIsNotKnownShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.reads.selector=fastest"),
                "replication.routing.reads.selector: 'fastest' is not known",
                "Set 'replication.routing.reads.selector' to one of [least-in-flight, least-latency, round-robin], or"
                        + " define a NodeSelector bean");
    }

    @Test
    void whenTheDialectIsNotKnownShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db2.dialect=oracle"),
                "replication.routing.nodes.db2.dialect: 'oracle' is not known",
                "Set 'replication.routing.nodes.db2.dialect' to one of [mariadb, mysql]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"round-robin", "least-in-flight", "affinity"})
    void whenAPolicyNeedsSeveralWritableNodesShouldFail(String policy) {
        assertFailure(
                routed.withPropertyValues("replication.routing.writes.policy=" + policy),
                "replication.routing.writes.policy: '" + policy + "' needs several writable nodes, but"
                        + " replication.routing.topology is 'primary-replica'",
                "Set 'replication.routing.topology' to 'multi-primary'");
    }

    @ParameterizedTest
    @CsvSource({"topology, multi-master", "writes.policy, random", "nodes.db1.priority, high"})
    void whenAValueOfSeveralWritableNodesIsNotKnownShouldFail(String key, String value) {
        routed.withPropertyValues("replication.routing." + key + "=" + value)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://127.0.0.1:1/other", "jdbc:mariadb://shop:" + SECRET + "@127.0.0.1:1/shop"})
    void whenOneServerHasTwoNamesShouldFail(String url) {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db3.url=" + url),
                "replication.routing.nodes.db3.url leads to the same server as replication.routing.nodes.db1.url:"
                        + " 127.0.0.1:1",
                "remove 'db1' or 'db3'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"replication.routing.hikari", "replication.routing.nodes.db2.hikari"})
    void whenHikariRejectsAValueShouldFail(String layer) {
        assertFailure(
                routed.withPropertyValues(layer + ".connection-timeout=100"),
                layer + ".connection-timeout is not accepted by HikariCP: connectionTimeout cannot be less"
                        + " than 250ms",
                "Correct '" + layer + ".connection-timeout'");
    }

    @Test
    void whenAHikariValueIsOfAnotherTypeShouldFail() {
        assertFailure(
                routed.withPropertyValues("spring.datasource.hikari.maximum-pool-size=many"),
                "spring.datasource.hikari.maximum-pool-size is not accepted by HikariCP",
                "Correct 'spring.datasource.hikari.maximum-pool-size'");
    }

    @Test
    void whenTheIsolationIsNotKnownShouldFail() {
        assertFailure(
                routed.withPropertyValues("replication.routing.hikari.transaction-isolation=STRICT"),
                "hikari.transaction-isolation of replication.routing.nodes.db1.hikari: 'STRICT' is not known",
                "TRANSACTION_READ_COMMITTED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "jdbc:mysql:replication://a,b/shop; with 'jdbc:mysql:replication:' the driver chooses the server",
                "jdbc:mysql:loadbalance://a:3306,b:3306/shop; with 'jdbc:mysql:loadbalance:' the driver",
                "jdbc:mysql+srv://a/shop; with 'jdbc:mysql+srv:' the driver",
                "jdbc:mysql+srv:loadbalance://a/shop; with 'jdbc:mysql+srv:loadbalance:' the driver",
                "jdbc:mysql://a/shop?useSSL=true&dnsSrv=true; with 'dnsSrv=true' the driver",
                "jdbc:mariadb:replication://a/shop; with 'jdbc:mariadb:replication:' the driver",
                "jdbc:mariadb:SEQUENTIAL://a/shop; with 'jdbc:mariadb:SEQUENTIAL:' the driver",
                "jdbc:mariadb:sequential://a/shop; with 'jdbc:mariadb:sequential:' the driver",
                "jdbc:mariadb:loadbalance://a/shop; with 'jdbc:mariadb:loadbalance:' the driver",
                "jdbc:mariadb:load-balance-read://a/shop; with 'jdbc:mariadb:load-balance-read:' the driver",
                "jdbc:mysql://a,b/shop; it lists 2 servers, of which the driver chooses: a, b",
                "jdbc:mysql://a:3306,b:3307,c/shop; it lists 3 servers, of which the driver chooses: a, b, c",
                "jdbc:mariadb://a,b/shop?password=" + SECRET + "; it lists 2 servers",
                "jdbc:mysql://shop:" + SECRET + "@[a,b]/shop; it lists 2 servers, of which the driver chooses: a, b",
                "jdbc:mysql://x:" + SECRET + "@a,x:" + SECRET
                        + "@b/shop; it lists 2 servers, of which the driver chooses: a, b",
                "jdbc:mysql://(host=a,port=1,password=" + SECRET + "),(host=b)/shop; chooses: a, b",
                "jdbc:mysql://address=(host=a)(password=" + SECRET + "),address=(host=b)/shop; chooses: a, b",
                "jdbc:mariadb://address=(host=a)(port=1)(type=primary),address=(host=b)(type=replica)/shop; chooses: a, b",
            })
    void whenAUrlLeadsToSeveralServersShouldFail(String url, String why) {
        for (String kind : new String[] {"server", "endpoint"}) {
            assertFailure(
                    routed.withPropertyValues(
                            "replication.routing.nodes.db3.url=" + url,
                            "replication.routing.nodes.db3.kind=" + kind,
                            "replication.routing.nodes.db3.role=replica",
                            "replication.routing.nodes.db3.dialect=mysql"),
                    "replication.routing.nodes.db3.url leads to several servers:",
                    "Name each server as a node of its own");
            assertFailure(
                    routed.withPropertyValues("replication.routing.nodes.db3.url=" + url),
                    why,
                    "in place of 'replication.routing.nodes.db3.url'");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://(host=127.0.0.1,port=3)/shop",
                "jdbc:mysql://address=(host=127.0.0.1)(port=3)/shop",
                "jdbc:mysql://[::1]:3/shop",
                "jdbc:mysql://127.0.0.1:3/shop?sessionVariables=a=1,b=2",
                "jdbc:mariadb://address=(host=127.0.0.1)(port=3)/shop",
            })
    void whenAUrlLeadsToOneServerShouldStart(String url) {
        routed.withPropertyValues("replication.routing.nodes.db3.url=" + url)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://${DB_HOST}:3306/shop", "${DB_HOST}"})
    void whenAPlaceholderIsNotResolvedShouldFail(String url) {
        assertFailure(
                routed.withPropertyValues("replication.routing.nodes.db3.url=" + url),
                "the placeholder ${DB_HOST} in replication.routing.nodes.db3.url is not resolved",
                "Set 'DB_HOST' in the environment or a property source");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replication.routing.password",
                "replication.routing.nodes.db1.username",
                "replication.routing.monitor.password",
                "replication.routing.consistency.signing-key",
            })
    void whenAPlaceholderOfASecretIsNotResolvedShouldFail(String key) {
        assertFailure(
                routed.withPropertyValues(key + "=x${" + SECRET + "}"),
                "a placeholder in " + key + " is not resolved",
                "Set what it names");
    }

    @Test
    void whenAPlaceholderOfAnInheritedSecretIsNotResolvedShouldFail() {
        assertFailure(
                new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(ReplicationRoutingAutoConfiguration.class))
                        .withPropertyValues(ClosedPorts.NODES)
                        .withPropertyValues("spring.datasource.password=x${" + SECRET + "}"),
                "a placeholder in spring.datasource.password is not resolved",
                "Set what it names");
    }

    @Test
    void whenAPlaceholderHasADefaultOrIsNotUsedShouldStart() {
        routed.withPropertyValues(
                        "replication.routing.nodes.db3.url=jdbc:mysql://${DB_HOST:127.0.0.1}:${DB_PORT:${OTHER:3}}/shop",
                        "spring.datasource.url=jdbc:mysql://${OTHER_HOST}/shop",
                        "replication.routing.hikari.connection-init-sql=select '\\${x}'")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cookie", "header"})
    void whenACarrierHasNoKeyShouldFailBeforeTheWebServerStarts(String carrier) {
        new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
                .withConfiguration(AutoConfigurations.of(
                        ReplicationRoutingAutoConfiguration.class,
                        ReplicationRoutingSessionAutoConfiguration.class,
                        TomcatServletWebServerAutoConfiguration.class))
                .withPropertyValues(ClosedPorts.NODES)
                .withPropertyValues("server.port=0", "replication.routing.consistency.carrier=" + carrier)
                .run(context -> {
                    Throwable failure = Objects.requireNonNull(context.getStartupFailure(), "it started");
                    assertThat(stackTrace(failure)).doesNotContain("NullPointerException", "Tomcat");
                    FailureAnalysis analysis =
                            Objects.requireNonNull(new InvalidSettingsFailureAnalyzer().analyze(failure));
                    assertThat(analysis.getDescription())
                            .contains("replication.routing.consistency.signing-key is not set");
                    assertThat(analysis.getAction()).contains("Set 'replication.routing.consistency.signing-key'");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connect-timeout",
                "reads.max-lag",
                "reads.readmit-lag",
                "reads.slow-start",
                "writes.hold",
                "consistency.wait",
                "consistency.pin",
                "monitor.interval",
                "monitor.timeout",
                "discovery.interval",
                "discovery.remove-after",
                "discovery.drain-timeout",
            })
    void whenASmallNumberHasNoUnitShouldFail(String key) {
        assertFailure(
                routed.withPropertyValues("replication.routing." + key + "=5"),
                "replication.routing." + key + " is 5 ms: a number without a unit is milliseconds",
                "Set 'replication.routing." + key + "' to '5s'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "49ms", "1000us"})
    void whenNodesWouldBeProbedContinuouslyShouldFail(String interval) {
        assertFailure(
                routed.withPropertyValues("replication.routing.monitor.interval=" + interval),
                "each node would get hundreds of statements a second",
                "Set 'replication.routing.monitor.interval' to 50ms or more");
    }

    @Test
    void whenADataSourceBeanIsDefinedBesideTheNodesShouldFail() {
        assertFailure(
                routed.withUserConfiguration(ReplicationRoutingAutoConfigurationTest.OwnDataSource.class),
                "replication.routing.nodes is set, but the application defines the DataSource bean 'reporting'",
                "Mark 'reporting' with @Bean(defaultCandidate = false)");
    }

    @Test
    void whenSeveralSettingsAreInvalidShouldReportAll() {
        ApplicationContextRunner wrong = routed.withPropertyValues(
                "replication.routing.nodes.db1.weight=-1",
                "replication.routing.monitor.interval=0s",
                "replication.routing.reads.selector=fastest",
                "replication.routing.hikari.maximum-pool-size=0");
        assertFailure(wrong, "replication.routing.nodes.db1.weight must be positive, but is -1", "db1.weight");
        assertFailure(wrong, "replication.routing.monitor.interval must be positive, but is 0s", "monitor.interval");
        assertFailure(wrong, "'fastest' is not known", "least-in-flight");
        assertFailure(
                wrong, "replication.routing.hikari.maximum-pool-size is not accepted by HikariCP", "maximum-pool-size");
    }

    private void assertFailure(ApplicationContextRunner configuration, String description, String action) {
        configuration.run(context -> {
            Throwable failure = Objects.requireNonNull(context.getStartupFailure(), "it started");
            FailureAnalysis analysis = Objects.requireNonNull(new InvalidSettingsFailureAnalyzer().analyze(failure));
            assertThat(analysis.getDescription()).contains(description).doesNotContain(SECRET);
            assertThat(analysis.getAction()).contains(action).doesNotContain(SECRET);
            assertThat(stackTrace(failure)).doesNotContain(SECRET);
        });
    }

    private static String stackTrace(Throwable failure) {
        StringWriter writer = new StringWriter();
        failure.printStackTrace(new PrintWriter(writer));
        return writer.toString();
    }
}
