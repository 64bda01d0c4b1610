package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class IgnoredSettingsTest {

    private final StandardEnvironment environment = new StandardEnvironment();

    @ParameterizedTest
    @CsvSource({
        "replication.routing.reads.max-lagg, replication.routing.reads.max-lag",
        "replication.routing.reads.maxlags, replication.routing.reads.max-lag",
        "replication.routing.moniter.interval, replication.routing.monitor",
        "replication.routing.nodes.db1.wieght, replication.routing.nodes.db1.weight",
        "replication.routing.nodes.db1.hikary.maximum-pool-size, replication.routing.nodes.db1.hikari",
        "replication.routing.hikari.max-pool-size, replication.routing.hikari.maximum-pool-size",
        "replication.routing.nodes.db1.hikari.minimum-idel, replication.routing.nodes.db1.hikari.minimum-idle",
    })
    void shouldWarnOfAnUnknownKeyAndNameTheNearest(String key, String nearest, CapturedOutput output) {
        warn(key + "=1");
        assertThat(output)
                .contains("WARN")
                .containsOnlyOnce(
                        key + " is not known to this version and has no effect; did you mean " + nearest + "?");
    }

    @ParameterizedTest
    @CsvSource({
        "replication.routing.sharding.enabled",
        "replication.routing.encryption.algorithm",
        "replication.routing.hikari.pool-name",
        "replication.routing.nodes.db1.hikari.jdbc-url",
    })
    void whenNothingIsNearShouldOnlyWarn(String key, CapturedOutput output) {
        warn(key + "=x");
        assertThat(output).containsOnlyOnce(key + " is not known to this version and has no effect\n");
    }

    @Test
    void shouldKnowEveryKeyInEverySpelling(CapturedOutput output) {
        warn(
                "replication.routing.enabled=true",
                "replication.routing.topology=primary-replica",
                "replication.routing.username=u",
                "replication.routing.password=p",
                "replication.routing.driverClassName=com.mysql.cj.jdbc.Driver",
                "replication.routing.connect_timeout=1s",
                "replication.routing.zone=a",
                "replication.routing.hikari.maximumPoolSize=3",
                "replication.routing.hikari.driver-class-name=com.mysql.cj.jdbc.Driver",
                "replication.routing.hikari.data-source-properties.cachePrepStmts=true",
                "replication.routing.nodes.db1.role=primary",
                "replication.routing.nodes.db1.kind=server",
                "replication.routing.nodes.db1.weight=2",
                "replication.routing.nodes.db1.zone=a",
                "replication.routing.nodes.db1.dialect=mysql",
                "replication.routing.nodes.db1.username=u",
                "replication.routing.nodes.db1.password=p",
                "replication.routing.nodes.db1.driver-class-name=com.mysql.cj.jdbc.Driver",
                "replication.routing.nodes.db1.hikari.data-source-properties.useSSL=false",
                "replication.routing.nodes.DB_2.url=jdbc:mysql://db2/shop",
                "replication.routing.nodes.DB_2.hikari.minimumIdle=1",
                "replication.routing.reads.selector=round-robin",
                "replication.routing.reads.outside-transaction=replica",
                "replication.routing.reads.max-lag=1s",
                "replication.routing.reads.readmit-lag=1s",
                "replication.routing.reads.when-none-eligible=fail",
                "replication.routing.monitor.interval=1s",
                "replication.routing.monitor.timeout=1s",
                "replication.routing.monitor.failure-threshold=3",
                "replication.routing.monitor.lag-probe=none",
                "replication.routing.monitor.username=m",
                "replication.routing.monitor.password=p");
        assertThat(output).doesNotContain("not known");
    }

    @Test
    void whenTwoSourcesHaveAKeyShouldWarnOnce(CapturedOutput output) {
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("other", Map.of("replication.routing.nonsense", "1")));
        warn("replication.routing.nonsense=2");
        assertThat(output).containsOnlyOnce("replication.routing.nonsense is not known");
    }

    @Test
    void shouldNotShowAValue(CapturedOutput output) {
        warn(
                "replication.routing.passwort=marker-3f9a",
                "spring.datasource.url=jdbc:mysql://db/x?password=marker-3f9a");
        assertThat(output).contains("replication.routing.passwort").doesNotContain("marker-3f9a");
    }

    @Test
    void shouldWarnOfTheAccountsOfMigrations(CapturedOutput output) {
        warn("spring.liquibase.url=jdbc:mysql://db/x", "spring.flyway.user=ddl");
        assertThat(output)
                .containsOnlyOnce("spring.liquibase.url is ignored")
                .containsOnlyOnce("spring.flyway.user is ignored");
    }

    private void warn(String... properties) {
        TestPropertyValues.of(properties)
                .and("replication.routing.nodes.db1.url=jdbc:mysql://db1/shop")
                .applyTo(environment);
        List<DeclaredNode> nodes = DeclaredNode.bind(environment);
        new IgnoredSettings(environment).warn(nodes);
    }
}
