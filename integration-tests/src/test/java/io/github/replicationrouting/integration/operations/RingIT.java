package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.event.DivergenceDetectedEvent;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Servers that replicate from each other, which detect no conflict. */
@Tag("essential")
@OnStacks({Stack.MARIADB, Stack.MYSQL})
@ExtendWith(OutputCaptureExtension.class)
class RingIT {

    private static final String AFFINITY = "replication.routing.writes.policy=affinity";

    private final Stack stack;
    private ReplicatedCluster cluster;
    private ClusterNode db1;
    private ClusterNode db2;
    private String table;

    RingIT(Stack stack) {
        this.stack = stack;
    }

    private void startRing(int size) {
        cluster = stack.builder().replicas(size - 1).start();
        db1 = cluster.node("db1");
        db2 = cluster.node("db2");
        table = cluster.database() + ".ring";
        db1.execute(List.of("CREATE TABLE " + table + " (id INT AUTO_INCREMENT PRIMARY KEY, node INT)"));
        cluster.awaitReplicated();
        for (int number = 1; number <= size; number++) {
            ClusterNode node = cluster.node("db" + number);
            node.execute(List.of(
                    "SET GLOBAL auto_increment_increment = " + size, "SET GLOBAL auto_increment_offset = " + number));
            if (stack == Stack.MARIADB) {
                node.execute(List.of("SET GLOBAL gtid_domain_id = " + number));
            }
            node.readOnly(false);
            if (number > 2) {
                node.replicateFrom(cluster.node("db" + (number - 1)));
            }
        }
        db1.replicateFrom(cluster.node("db" + size));
        cluster.grantMonitoring();
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void whenKeysDivideTheWritesShouldUseAllServers(int size) {
        startRing(size);
        try (ObservedApplication application = application(AFFINITY)) {
            awaitWriters(
                    application,
                    IntStream.rangeClosed(1, size)
                            .mapToObj(number -> "db" + number)
                            .toArray(String[]::new));
            JsonNode router = application.router();
            assertThat(router.get("primary").isNull()).isTrue();
            assertThat(router.get("writable").asBoolean()).isTrue();
            assertThat(router.get("policy").asString()).isEqualTo("affinity");
            assertThat(router.get("group").isNull()).isTrue();
            Transactions transactions = application.bean(Transactions.class);
            JdbcTemplate jdbc = application.bean(JdbcTemplate.class);

            Set<Integer> ids = new TreeSet<>();
            for (int key = 0; key < 40; key++) {
                ids.add(RoutingHints.withAffinity(
                        key,
                        () -> transactions.write(() -> {
                            jdbc.update("INSERT INTO " + table + " (node) SELECT @@server_id");
                            return jdbc.queryForObject("SELECT LAST_INSERT_ID()", Integer.class);
                        })));
            }

            assertThat(ids).hasSize(40);
            assertThat(ids.stream().map(id -> id % size).distinct()).hasSize(size);
            cluster.awaitRowCount("ring", 40);
        }
    }

    @Test
    void whenBothServersGenerateTheSameKeysShouldWriteToOne(CapturedOutput output) {
        startRing(2);
        try (ObservedApplication application = application(AFFINITY)) {
            awaitWriters(application, "db1", "db2");

            db2.execute(List.of("SET GLOBAL auto_increment_offset = 1"));
            awaitWriters(application, "db1");
            assertThat(output).contains("db1 and db2 can generate the same AUTO_INCREMENT values");

            db2.execute(List.of("SET GLOBAL auto_increment_offset = 2"));
            awaitWriters(application, "db1", "db2");
        }
    }

    @Test
    void whenAServerHasDivergedShouldEvictItUntilItIsRepaired() {
        startRing(2);
        try (ObservedApplication application = application()) {
            application.awaitRouter(
                    router -> assertThat(router.get("writable").asBoolean()).isTrue());
            // The server with the lowest id, which on MySQL is random.
            ClusterNode writer =
                    cluster.node(application.router().get("primary").asString());
            ClusterNode other = writer == db1 ? db2 : db1;
            List<DivergenceDetectedEvent> events = application.bean(DivergenceListener.class).events;

            other.executeLocally(List.of("INSERT INTO " + table + " VALUES (100, 2)"));
            writer.execute(List.of("INSERT INTO " + table + " VALUES (100, 1)"));

            application.awaitRouter(router -> assertThat(
                            node(router, other.name()).get("reason").asString(""))
                    .contains("has diverged")
                    .contains("1062"));
            assertThat(node(application.router(), other.name()).get("state").asString())
                    .isEqualTo("unknown");
            assertThat(application.router().get("primary").asString()).isEqualTo(writer.name());
            await().untilAsserted(() -> assertThat(events).singleElement().satisfies(event -> {
                assertThat(event.node()).isEqualTo(other.name());
                assertThat(event.errorCode()).isEqualTo(1062);
            }));

            other.executeLocally(List.of("DELETE FROM " + table + " WHERE id = 100"));
            other.startApplier();
            application.awaitStates(writer.name() + ": db1 online, db2 online");
            assertThat(events).hasSize(1);
        }
    }

    @Test
    void whenAPolicyWouldLetServersDivergeShouldRefuseWrites() {
        startRing(2);
        try (ObservedApplication application = application("replication.routing.writes.policy=round-robin")) {
            application.awaitRouter(
                    router -> assertThat(router.get("reason").asString("")).contains("writes.allow-divergence=true"));
            assertThat(application.router().get("writable").asBoolean()).isFalse();
            JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
            Transactions transactions = application.bean(Transactions.class);
            assertThatThrownBy(
                            () -> transactions.write(() -> jdbc.update("INSERT INTO " + table + " (node) VALUES (1)")))
                    .rootCause()
                    .hasMessageContaining("allow-divergence");
        }
        try (ObservedApplication application = application(
                "replication.routing.writes.policy=round-robin", "replication.routing.writes.allow-divergence=true")) {
            awaitWriters(application, "db1", "db2");
        }
    }

    private static void awaitWriters(ObservedApplication application, String... names) {
        application.awaitRouter(router -> {
            assertThat(router.get("writers").valueStream().map(JsonNode::asString))
                    .as(router.toString())
                    .containsExactly(names);
        });
    }

    private static JsonNode node(JsonNode router, String name) {
        return router.get("nodes").get(name);
    }

    private ObservedApplication application(String... properties) {
        String[] all = List.of(
                        List.of(
                                TestApplication.PATIENT,
                                "replication.routing.topology=multi-primary",
                                "replication.routing.monitor.username=" + cluster.monitorUsername(),
                                "replication.routing.monitor.password=" + cluster.monitorPassword(),
                                "replication.routing.writes.hold=0"),
                        List.of(properties))
                .stream()
                .flatMap(List::stream)
                .toArray(String[]::new);
        return ObservedApplication.start(cluster, ListeningApplication.class, all);
    }

    static class DivergenceListener {

        final List<DivergenceDetectedEvent> events = new CopyOnWriteArrayList<>();

        @EventListener
        void on(DivergenceDetectedEvent event) {
            events.add(event);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(JdbcApplication.class)
    static class ListeningApplication {

        @Bean
        DivergenceListener divergenceListener() {
            return new DivergenceListener();
        }
    }
}
