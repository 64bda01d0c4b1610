package io.github.replicationrouting.integration.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.autoconfigure.ReplicationRoutingAutoConfiguration;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** Settings that only a server can prove wrong are reported in one clear line at the start. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
@ExtendWith(OutputCaptureExtension.class)
class MisconfigurationIT {

    private static final String SECRET = "marker-3f9a";

    /** Warnings of the start, without those of missing grants. */
    private static final Pattern WARNING =
            Pattern.compile("RouterConfigurer|RouterGuard|ReplicationRoutingAutoConfiguration");

    private final Applications applications;
    private final Stack stack;
    private final ReplicatedCluster cluster;

    MisconfigurationIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        this.cluster = applications.cluster(stack);
    }

    @BeforeEach
    void heal() {
        cluster.heal();
    }

    @Test
    void whenTheSettingsAreRightNothingShouldBeWarned(CapturedOutput output) {
        start(List.of("db1", "db2", "db3"));
        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void whenThePasswordOfANodeIsWrongItShouldBeReported(CapturedOutput output) {
        start(List.of("db1", "db2", "db3"), "replication.routing.nodes.db3.password=" + SECRET);
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("access denied on node db3: check replication.routing.username"
                        + " and replication.routing.nodes.db3.password");
        assertThat(startLine(output)).containsOnlyOnce("access denied");
        assertThat(output).doesNotContain(SECRET);
    }

    @Test
    void whenThePasswordOfAllNodesIsWrongItShouldBeReported(CapturedOutput output) {
        start(List.of("db1", "db2"), "replication.routing.hikari.password=" + SECRET);
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("access denied on node db1, node db2: check replication.routing.username"
                        + " and replication.routing.hikari.password");
        // Once per node.
        assertThat(startLine(output).split("access denied", -1)).hasSize(3);
        assertThat(output).doesNotContain(SECRET);
    }

    @Test
    void whenThePasswordOfTheMonitorIsWrongItShouldBeReported(CapturedOutput output) {
        start(List.of("db1", "db2", "db3"), "replication.routing.monitor.password=" + SECRET);
        // The nodes are probed with their own account, so that the application starts normally.
        assertThat(warnings(output)).isEmpty();
        for (String node : List.of("db1", "db2", "db3")) {
            assertThat(output.getOut().lines())
                    .filteredOn(line -> line.contains("node " + node + ": the server refuses the monitor's account"))
                    .singleElement()
                    .asString()
                    .contains(
                            " WARN ",
                            "check replication.routing.monitor.username and replication.routing.monitor.password");
        }
        assertThat(output).doesNotContain(SECRET);
    }

    @Test
    void whenThePasswordOfAPoolAloneIsWrongItShouldBeReported(CapturedOutput output) {
        try (TestApplication app = application(
                List.of("db1", "db2", "db3"),
                "replication.routing.nodes.db3.password=" + SECRET,
                "replication.routing.monitor.username=" + cluster.monitorUsername(),
                "replication.routing.monitor.password=" + cluster.monitorPassword())) {
            assertThat(app.status("db3").role()).isEqualTo(Role.REPLICA);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(output.getOut().lines())
                            .filteredOn(line -> line.contains(" WARN ") && line.contains("NodePool"))
                            .singleElement()
                            .asString()
                            .contains("node db3: the server opens no connection for the pool (")
                            .containsIgnoringCase("access denied")
                            .contains("Check replication.routing.nodes.db3.username, .password and .url"));
        }
        assertThat(output).doesNotContain(SECRET);
    }

    @Test
    void whenTheDatabaseDoesNotExistItShouldBeReported(CapturedOutput output) {
        String url = cluster.node("db3").jdbcUrl(driver()).replace("/" + cluster.database(), "/shpo");
        start(List.of("db1", "db2", "db3"), "replication.routing.nodes.db3.url=" + url);
        assertThat(warnings(output)).anySatisfy(line -> assertThat(line)
                .contains("node db3: the database 'shpo' of replication.routing.nodes.db3.url does not exist"));
    }

    @Test
    void whenTheDeclaredPrimaryIsReadOnlyItShouldBeReported(CapturedOutput output) {
        start(List.of("db1", "db2", "db3"), "replication.routing.nodes.db2.role=primary");
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("replication.routing.nodes.db2.role is 'primary', but the server is read-only and a replica");
    }

    @Test
    void whenOnlyReplicasAreListedItShouldBeReported(CapturedOutput output) {
        // Only an account with the grant can read the source of a replica.
        cluster.nodes().forEach(ClusterNode::grantMonitoring);
        try {
            start(
                    List.of("db2", "db3"),
                    "replication.routing.monitor.username=" + cluster.monitorUsername(),
                    "replication.routing.monitor.password=" + cluster.monitorPassword());
        } finally {
            cluster.nodes().forEach(ClusterNode::revokeMonitoring);
        }
        assertThat(warnings(output))
                .singleElement()
                .asString()
                .contains("only replicas are listed: no node is writable: db2 is read-only and replicates from ")
                .contains("which is none of the nodes")
                .endsWith("Add the primary under replication.routing.nodes");
    }

    private JdbcDriver driver() {
        return stack == Stack.MARIADB ? JdbcDriver.MARIADB : JdbcDriver.CONNECTOR_J;
    }

    private void start(List<String> nodes, String... properties) {
        application(nodes, properties).close();
    }

    private TestApplication application(List<String> nodes, String... properties) {
        List<String> all = new ArrayList<>(List.of(properties));
        all.add(TestApplication.PATIENT);
        all.add("replication.routing.writes.hold=0s");
        all.add("logging.level.io.github.replicationrouting=info");
        return applications.start(stack, nodes, Router.class, all.toArray(String[]::new));
    }

    private static String startLine(CapturedOutput output) {
        return output.getOut()
                .lines()
                .filter(line -> line.contains("Routing dataSource: "))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> warnings(CapturedOutput output) {
        return output.getOut()
                .lines()
                .filter(line -> line.contains(" WARN "))
                .filter(line -> WARNING.matcher(line).find())
                .toList();
    }

    /** An application that sends no statement when it starts. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ReplicationRoutingAutoConfiguration.class)
    static class Router {}
}
