package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.event.NodeStateChangedEvent;
import io.github.replicationrouting.event.PrimaryChangedEvent;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import tools.jackson.databind.JsonNode;

/** Endpoint, health and events on a real cluster in each of its states. */
@Tag("essential")
class StatesIT {

    private static ReplicatedCluster cluster;
    private static ObservedApplication application;

    @BeforeAll
    static void start() {
        cluster = ReplicatedCluster.mariaDb().start();
        cluster.primary()
                .execute(List.of(
                        "CREATE TABLE %s.tick (id BIGINT AUTO_INCREMENT PRIMARY KEY)".formatted(cluster.database())));
        cluster.awaitReplicated();
        application = ObservedApplication.start(
                cluster,
                ListeningApplication.class,
                TestApplication.PATIENT,
                "management.endpoint.replicationrouting.access=unrestricted");
    }

    @AfterAll
    static void stop() {
        try (ReplicatedCluster last = cluster;
                ObservedApplication first = application) {
            assertThat(last).isNotNull();
            assertThat(first).isNotNull();
        }
    }

    @BeforeEach
    void heal() {
        cluster.heal();
        application.awaitStates("db1: db1 online, db2 online, db3 online");
        events().clear();
    }

    @Test
    void whenNothingFailsAllShouldBeOnline() {
        JsonNode router = application.router();

        assertThat(names(router))
                .containsExactly("topology", "primary", "writable", "nodes", "policy", "writers", "group");
        assertThat(router.get("topology").asString()).isEqualTo("primary-replica");
        assertThat(router.get("primary").asString()).isEqualTo("db1");
        assertThat(router.get("writable").asBoolean()).isTrue();
        assertThat(names(router.get("nodes"))).containsExactly("db1", "db2", "db3");
        JsonNode primary = router.get("nodes").get("db1");
        assertThat(names(primary))
                .startsWith(
                        "role",
                        "declaredRole",
                        "kind",
                        "state",
                        "reason",
                        "lagMillis",
                        "position",
                        "inFlight",
                        "weight",
                        "zone",
                        "server");
        assertThat(primary.get("role").asString()).isEqualTo("primary");
        assertThat(primary.get("declaredRole").asString()).isEqualTo("auto");
        assertThat(primary.get("kind").asString()).isEqualTo("server");
        assertThat(primary.get("reason").isNull()).isTrue();
        assertThat(primary.get("lagMillis").asInt(-1)).isZero();
        assertThat(primary.get("position").asString()).matches("\\d+-\\d+-\\d+.*");
        assertThat(primary.get("zone").isNull()).isTrue();
        assertThat(primary.get("server").asString()).startsWith("MariaDB 11.4");
        JsonNode replica = router.get("nodes").get("db2");
        assertThat(replica.get("role").asString()).isEqualTo("replica");
        assertThat(replica.get("lagMillis").isNumber()).isTrue();

        assertHealth(200, "UP", true, "2/2", "db1 online, db2 online, db3 online");
        JsonNode explanation = application
                .get("/actuator/replicationrouting?explain=read")
                .json()
                .get("explanation");
        assertThat(explanation.get("node").asString()).isIn("db2", "db3");
        assertThat(explanation.get("reason").asString()).isEqualTo("replica-selected");
        assertThat(explanation.get("nodes").get("db1").asString()).isEqualTo("is the primary");
        assertThat(explanation.get("nodes").get("db2").asString()).isEqualTo("eligible");
    }

    @Test
    void whenAReplicaLagsItShouldBeShown() {
        cluster.node("db3").stopApplier();
        await().atMost(ObservedApplication.LIMIT).untilAsserted(() -> {
            tick();
            assertThat(ObservedApplication.states(application.router()))
                    .isEqualTo("db1: db1 online, db2 online, db3 lagging");
        });

        JsonNode lagging = application.router().get("nodes").get("db3");
        // Above a second by less than a millisecond is shown as 1000.
        assertThat(lagging.get("lagMillis").asInt()).isGreaterThanOrEqualTo(1000);
        assertThat(lagging.get("reason").asString()).contains("above max-lag 1s");
        assertHealth(200, "UP", true, "1/2", "db1 online, db2 online, db3 lagging");
        assertThat(application
                        .get("/actuator/replicationrouting?explain=read")
                        .json()
                        .get("explanation")
                        .get("nodes")
                        .get("db3")
                        .asString())
                .startsWith("replica, lagging (");
        awaitEvent(
                NodeStateChangedEvent.class,
                event -> event.router().equals("dataSource")
                        && event.node().equals("db3")
                        && event.before() == NodeState.ONLINE
                        && event.after() == NodeState.LAGGING);
    }

    @Test
    void whenAReplicaIsDownItShouldBeShown() {
        cluster.node("db3").kill();
        application.awaitStates("db1: db1 online, db2 online, db3 down");

        JsonNode down = application.router().get("nodes").get("db3");
        assertThat(down.get("lagMillis").isNull()).isTrue();
        assertThat(down.get("reason").asString()).isNotEmpty();
        assertHealth(200, "UP", true, "1/2", "db1 online, db2 online, db3 down");
        assertThat(application.get("/actuator/health").status()).isEqualTo(200);
        awaitEvent(
                NodeStateChangedEvent.class,
                event -> event.node().equals("db3") && event.after() == NodeState.DOWN && event.reason() != null);
    }

    @Test
    void whenANodeIsDrainedItShouldBeShown() {
        ObservedApplication.Answer draining =
                application.post("/actuator/replicationrouting/db3", "{\"action\":\"drain\"}");
        assertThat(draining.status()).isEqualTo(200);
        assertThat(draining.json().get("state").asString()).isIn("draining", "drained");
        application.awaitStates("db1: db1 online, db2 online, db3 drained");

        assertThat(application.router().get("nodes").get("db3").get("reason").asString())
                .isNotEmpty();
        assertHealth(200, "UP", true, "1/2", "db1 online, db2 online, db3 drained");
        assertThat(application
                        .get("/actuator/replicationrouting?explain=read")
                        .json()
                        .get("explanation")
                        .get("node")
                        .asString())
                .isEqualTo("db2");

        assertThat(application
                        .post("/actuator/replicationrouting/db3", "{\"action\":\"undrain\"}")
                        .status())
                .isEqualTo(200);
        application.awaitStates("db1: db1 online, db2 online, db3 online");
    }

    @Test
    void whenADrainIsNotPossibleItShouldBeRefused() {
        assertThat(application.post("/actuator/replicationrouting/db9", "{\"action\":\"drain\"}"))
                .isEqualTo(new ObservedApplication.Answer(
                        404, "{\"error\":\"There is no node db9; there are db1, db2, db3\"}"));
        for (String body : List.of("{\"action\":\"stop\"}", "{}")) {
            ObservedApplication.Answer answer = application.post("/actuator/replicationrouting/db3", body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("must be drain or undrain");
        }
        ObservedApplication.Answer primary =
                application.post("/actuator/replicationrouting/db1", "{\"action\":\"drain\"}");
        assertThat(primary.status()).isEqualTo(400);
        assertThat(primary.body()).contains("primary");
        assertThat(ObservedApplication.states(application.router()))
                .isEqualTo("db1: db1 online, db2 online, db3 online");
    }

    @Test
    void whenANodeIsFencedItShouldBeShown() {
        detach(cluster.node("db2"));
        application.awaitStates("db1: db1 online, db2 fenced, db3 online");

        JsonNode fenced = application.router().get("nodes").get("db2");
        assertThat(fenced.get("reason").asString()).contains("writable beside the primary db1");
        assertHealth(200, "UP", true, "1/2", "db1 online, db2 fenced, db3 online");
    }

    @Test
    void whenThePrimaryIsLostItShouldBeShown() {
        try (ObservedApplication strict = ObservedApplication.start(
                cluster,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "management.health.replicationrouting.require-writable=true")) {
            strict.awaitStates("db1: db1 online, db2 online, db3 online");
            assertThat(strict.health().status()).isEqualTo(200);

            cluster.node("db1").kill();
            application.awaitStates("none: db1 down, db2 online, db3 online");
            strict.awaitStates("none: db1 down, db2 online, db3 online");

            assertThat(strict.health().status()).isEqualTo(503);
            assertThat(strict.get("/actuator/health/db").status()).isEqualTo(503);
        }
        JsonNode router = application.router();
        assertThat(router.get("primary").isNull()).isTrue();
        assertThat(router.get("writable").asBoolean(true)).isFalse();
        assertThat(router.get("reason").asString()).contains("db1");
        JsonNode health = application.health().json();
        assertThat(health.get("status").asString()).isEqualTo("UP");
        assertThat(health.get("details").get("writable").asBoolean(true)).isFalse();
        JsonNode explanation = application
                .get("/actuator/replicationrouting?explain=write")
                .json()
                .get("explanation");
        assertThat(explanation.get("node").isNull()).isTrue();
        assertThat(explanation.get("refusal").asString()).startsWith("Writes are unavailable: ");
        awaitEvent(
                PrimaryChangedEvent.class, event -> event.equals(new PrimaryChangedEvent("dataSource", "db1", null)));

        cluster.node("db1").start();
        awaitEvent(
                PrimaryChangedEvent.class, event -> event.equals(new PrimaryChangedEvent("dataSource", null, "db1")));
    }

    @Test
    void whenOnlyLaggingReplicasAreLeftItShouldBeShown() {
        try (ObservedApplication lenient = ObservedApplication.start(
                cluster,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.reads.when-none-eligible=least-lagged")) {
            lenient.awaitStates("db1: db1 online, db2 online, db3 online");
            cluster.node("db2").stopApplier();
            cluster.node("db3").stopApplier();
            await().atMost(ObservedApplication.LIMIT).untilAsserted(() -> {
                tick();
                for (ObservedApplication each : List.of(lenient, application)) {
                    assertThat(ObservedApplication.states(each.router()))
                            .isEqualTo("db1: db1 online, db2 lagging, db3 lagging");
                }
            });

            cluster.node("db1").kill();
            for (ObservedApplication each : List.of(lenient, application)) {
                each.awaitStates("none: db1 down, db2 lagging, db3 lagging");
            }

            assertThat(lenient.health().status()).as("a lagging replica serves").isEqualTo(200);
            assertThat(application.health().status()).as("no node serves").isEqualTo(503);
        }
    }

    @Test
    void whenTwoNodesAreWritableWithoutEvidenceItShouldBeShown() {
        detach(cluster.node("db2"));
        try (ObservedApplication fresh = ObservedApplication.start(
                cluster, JdbcApplication.class, TestApplication.PATIENT, "replication.routing.nodes.db3.url=")) {
            fresh.awaitStates("none: db1 fenced, db2 fenced");

            JsonNode router = fresh.router();
            assertThat(router.get("writable").asBoolean(true)).isFalse();
            assertThat(router.get("reason").asString()).contains("db1", "db2");
            assertThat(fresh.health().status()).isEqualTo(503);
            assertThat(fresh.get("/actuator/replicationrouting?explain=write")
                            .json()
                            .get("explanation")
                            .get("refusal")
                            .asString())
                    .startsWith("Writes are refused: ");
        }
    }

    private static void tick() {
        cluster.primary().execute(List.of("INSERT INTO %s.tick VALUES ()".formatted(cluster.database())));
    }

    /** Makes a replica an independent primary. */
    private static void detach(ClusterNode node) {
        node.stopReceiver();
        node.stopApplier();
        node.readOnly(false);
    }

    /** Awaited: a node that answers late on a busy machine is avoided for a moment. */
    private static void assertHealth(int status, String label, boolean writable, String replicas, String states) {
        await().atMost(ObservedApplication.LIMIT)
                .untilAsserted(() -> isHealth(status, label, writable, replicas, states));
    }

    private static void isHealth(int status, String label, boolean writable, String replicas, String states) {
        ObservedApplication.Answer answer = application.health();
        assertThat(answer.status()).isEqualTo(status);
        JsonNode health = answer.json();
        assertThat(health.get("status").asString()).isEqualTo(label);
        JsonNode details = health.get("details");
        assertThat(names(details)).containsExactly("writable", "replicas", "nodes");
        assertThat(details.get("writable").asBoolean()).isEqualTo(writable);
        assertThat(details.get("replicas").asString()).isEqualTo(replicas);
        List<String> all = new ArrayList<>();
        details.get("nodes")
                .properties()
                .forEach(node -> all.add(node.getKey() + " " + node.getValue().asString()));
        assertThat(String.join(", ", all)).isEqualTo(states);
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static List<Object> events() {
        return application.bean(ReceivedEvents.class).events();
    }

    private static <E> void awaitEvent(Class<E> type, Predicate<E> expected) {
        await().atMost(ObservedApplication.LIMIT)
                .untilAsserted(() -> assertThat(events()).anySatisfy(event -> {
                    assertThat(event).isInstanceOf(type);
                    assertThat(expected.test(type.cast(event)))
                            .as(event.toString())
                            .isTrue();
                }));
    }

    record ReceivedEvents(List<Object> events) {}

    @Configuration(proxyBeanMethods = false)
    @Import(JdbcApplication.class)
    static class ListeningApplication {

        private final List<Object> events = new CopyOnWriteArrayList<>();

        @Bean
        ReceivedEvents receivedEvents() {
            return new ReceivedEvents(events);
        }

        @EventListener
        void onEvent(NodeStateChangedEvent event) {
            events.add(event);
        }

        @EventListener
        void onEvent(PrimaryChangedEvent event) {
            events.add(event);
        }
    }
}
