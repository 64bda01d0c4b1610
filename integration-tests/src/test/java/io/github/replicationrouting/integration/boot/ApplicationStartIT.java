package io.github.replicationrouting.integration.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** An application that is configured by YAML alone starts, whichever node is down. */
@Tag("essential")
@ExtendWith(OutputCaptureExtension.class)
class ApplicationStartIT {

    /** Generous for a busy machine, but too short for several connect or pool timeouts in sequence. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static ReplicatedCluster cluster;

    private final Path directory;

    ApplicationStartIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @BeforeAll
    static void startCluster() {
        cluster = ReplicatedCluster.mariaDb().start();
        cluster.primary()
                .execute(List.of("create table %s.item (id bigint auto_increment primary key, name varchar(100))"
                        .formatted(cluster.database())));
        cluster.awaitReplicated();
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void heal() {
        cluster.heal();
    }

    @Test
    void whenAllNodesAreUpShouldRouteByYamlAlone(CapturedOutput output) {
        try (ConfigurableApplicationContext context = start()) {
            assertThat(output.getOut().lines().filter(line -> line.contains("Routing dataSource: ")))
                    .singleElement()
                    .asString()
                    .contains("primary db1 (MariaDB", "replicas db2", "db3", "max-lag 5s")
                    .doesNotContain(cluster.password());
            Shop.Items items = context.getBean(Shop.Items.class);
            awaitOnline(context, "db1", "db2", "db3");
            items.add("first");
            assertThat(items.writingServer()).isEqualTo(serverId(cluster.node("db1")));
            assertThat(serversThatRead(items))
                    .containsExactlyInAnyOrder(serverId(cluster.node("db2")), serverId(cluster.node("db3")));
            await().atMost(SOON).untilAsserted(() -> assertThat(items.count()).isEqualTo(1));
            assertThat(db(context).getStatus()).isEqualTo(Status.UP);
            assertThat(db(context).getDetails()).containsEntry("writable", true).containsEntry("replicas", "2/2");
        }
    }

    @Test
    void whenAReplicaIsDownShouldStartAndBeUp() {
        cluster.node("db3").kill();
        try (ConfigurableApplicationContext context = start()) {
            awaitOnline(context, "db1", "db2");
            Shop.Items items = context.getBean(Shop.Items.class);
            assertThat(serversThatRead(items)).containsExactly(serverId(cluster.node("db2")));
            assertThat(status(context, "db3").state()).isEqualTo(NodeState.DOWN);
            assertThat(health(context)).isEqualTo(Status.UP);
            assertThat(db(context).getDetails()).containsEntry("writable", true);
        }
    }

    @Test
    void whenThePrimaryIsDownShouldStartAndReadWithoutWaiting() {
        long primary = serverId(cluster.node("db1"));
        cluster.node("db1").kill();
        try (ConfigurableApplicationContext context = start("--replication.routing.writes.hold=100ms")) {
            Shop.Items items = context.getBean(Shop.Items.class);
            Instant begin = Instant.now();
            assertThat(serversThatRead(items)).isNotEmpty().doesNotContain(primary);
            assertThat(Duration.between(begin, Instant.now())).isLessThan(SOON);
            assertThatThrownBy(() -> items.add("never")).hasStackTraceContaining("db1");
            assertThat(health(context)).isEqualTo(Status.UP);
            assertThat(db(context).getDetails()).containsEntry("writable", false);

            cluster.node("db1").start();
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(items.writingServer()).isEqualTo(primary));
        }
    }

    @Test
    void whenThePasswordOfANodeIsWrongShouldSayItWithoutShowingIt(CapturedOutput output) {
        try (ConfigurableApplicationContext context =
                start("--replication.routing.nodes.db3.password=marker-3f9a", "--logging.level.io.github=debug")) {
            awaitOnline(context, "db1", "db2");
            Shop.Items items = context.getBean(Shop.Items.class);
            assertThat(serversThatRead(items)).containsExactly(serverId(cluster.node("db2")));
            assertThat(status(context, "db3").state()).isEqualTo(NodeState.DOWN);
            assertThat(status(context, "db3").reason()).containsIgnoringCase("access denied");
            assertThat(health(context)).isEqualTo(Status.UP);
        }
        assertThat(output).containsIgnoringCase("access denied").doesNotContain("marker-3f9a");
    }

    private ConfigurableApplicationContext start(String... arguments) {
        StringBuilder yaml = new StringBuilder("""
                replication:
                  routing:
                    username: %s
                    password: %s
                    nodes:
                """.formatted(cluster.username(), cluster.password()));
        for (ClusterNode node : cluster.nodes()) {
            yaml.append("      %s: { url: \"%s\" }\n".formatted(node.name(), node.jdbcUrl(JdbcDriver.MARIADB)));
        }
        Path file = directory.resolve("application.yml");
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return new SpringApplicationBuilder(Shop.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.config.location=" + file.toUri(),
                        TestApplication.PATIENT,
                        "spring.flyway.enabled=false",
                        "spring.liquibase.enabled=false",
                        "spring.jpa.open-in-view=false",
                        "management.endpoint.health.show-details=always")
                .run(arguments);
    }

    private static Set<Long> serversThatRead(Shop.Items items) {
        Set<Long> servers = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            SessionToken.clear(); // a session keeps its replica
            servers.add(items.readingServer());
        }
        return servers;
    }

    private static long serverId(ClusterNode node) {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet id = statement.executeQuery("select @@server_id")) {
            id.next();
            return id.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NodeStatus status(ConfigurableApplicationContext context, String node) {
        return Objects.requireNonNull(
                context.getBean(ReplicationRouting.class).snapshot().node(node));
    }

    private static void awaitOnline(ConfigurableApplicationContext context, String... nodes) {
        await().atMost(SOON).untilAsserted(() -> assertThat(nodes)
                .allSatisfy(node -> assertThat(status(context, node).state()).isEqualTo(NodeState.ONLINE)));
    }

    private static Status health(ConfigurableApplicationContext context) {
        return context.getBean(HealthEndpoint.class).health().getStatus();
    }

    private static IndicatedHealthDescriptor db(ConfigurableApplicationContext context) {
        return (IndicatedHealthDescriptor)
                Objects.requireNonNull(context.getBean(HealthEndpoint.class).healthForPath("db"));
    }
}
