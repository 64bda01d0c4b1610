package io.github.replicationrouting.integration.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.event.GroupViewChangedEvent;
import io.github.replicationrouting.event.PrimaryChangedEvent;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.test.WithReplicatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import tools.jackson.databind.JsonNode;

/** Endpoint, health, meters, events and the line at the start on a real Galera cluster. */
@WithReplicatedCluster(kind = ClusterKind.GALERA, shared = false)
@ExtendWith(OutputCaptureExtension.class)
class GroupIT {

    @Test
    void whenServersAreInAGroupShouldShowTheirView(ReplicatedCluster cluster, CapturedOutput output) {
        try (ObservedApplication application = application(cluster)) {
            application.awaitStates("db1: db1 online, db2 online, db3 online");
            assertThat(output)
                    .containsPattern("Routing dataSource: writer db1 \\(MariaDB 11\\.[0-9.]+, galera view \\d+ of 3"
                            + " members\\), members db2 \\d+ ms, db3 \\d+ ms; policy single; max-lag 1s");
            shown(application);
            measured(application);

            cluster.node("db3").kill();
            application.awaitRouter(router -> {
                assertThat(router.get("group").get("members").asInt()).isEqualTo(2);
                assertThat(ObservedApplication.states(router)).isEqualTo("db1: db1 online, db2 online, db3 down");
            });
            assertThat(application.health().body()).contains("\"replicas\":\"1/2\"");
            List<Object> events = application.bean(ReceivedEvents.class).events;
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(events)
                    .filteredOn(GroupViewChangedEvent.class::isInstance)
                    .last()
                    .isInstanceOfSatisfying(GroupViewChangedEvent.class, event -> {
                        assertThat(event.before()).isNotNull();
                        assertThat(event.after()).isNotNull();
                        assertThat(event.after().kind()).isEqualTo("galera");
                        assertThat(event.after().members()).isEqualTo(2);
                    }));
            assertThat(events).noneMatch(PrimaryChangedEvent.class::isInstance);
        }
    }

    private static void shown(ObservedApplication application) {
        JsonNode router = application.router();
        assertThat(router.get("topology").asString()).isEqualTo("multi-primary");
        assertThat(router.get("primary").asString()).isEqualTo("db1");
        assertThat(router.get("policy").asString()).isEqualTo("single");
        assertThat(router.get("writers").toString()).isEqualTo("[\"db1\"]");
        JsonNode group = router.get("group");
        assertThat(group.get("kind").asString()).isEqualTo("galera");
        assertThat(group.get("groupId").asString()).matches("[0-9a-f-]{36}");
        assertThat(group.get("members").asInt()).isEqualTo(3);
        for (String name : List.of("db1", "db2", "db3")) {
            JsonNode node = router.get("nodes").get(name);
            assertThat(node.get("role").asString()).isEqualTo("primary");
            JsonNode member = node.get("member");
            assertThat(member.get("state").asString()).isEqualTo("Synced");
            assertThat(member.get("view").asString())
                    .endsWith(group.get("viewId").asString());
            assertThat(member.get("applierQueue").isNumber()).isTrue();
            assertThat(member.get("flowControl").isNumber()).isTrue();
            assertThat(node.get("conflicts").asInt()).isZero();
        }
        assertThat(application.health().body()).contains("\"writable\":true,\"replicas\":\"2/2\"");
    }

    private static void measured(ObservedApplication application) {
        assertThat(value(application, "replication.routing.view.members")).isEqualTo(3);
        assertThat(value(application, "replication.routing.writers")).isEqualTo(1);
        assertThat(value(application, "replication.routing.readable.replicas")).isEqualTo(2);
        assertThat(value(application, "replication.routing.node.applier.queue?tag=node:db2"))
                .isNotNegative();
        assertThat(value(application, "replication.routing.node.flow.control?tag=node:db2"))
                .isBetween(0.0, 1.0);
    }

    private static double value(ObservedApplication application, String meter) {
        return application
                .get("/actuator/metrics/" + meter)
                .json()
                .get("measurements")
                .get(0)
                .get("value")
                .asDouble();
    }

    private static ObservedApplication application(ReplicatedCluster cluster) {
        return ObservedApplication.start(
                cluster,
                ListeningApplication.class,
                TestApplication.PATIENT,
                "logging.level.io.github.replicationrouting=info",
                "replication.routing.topology=multi-primary");
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
        void onViewChange(GroupViewChangedEvent event) {
            events.add(event);
        }

        @EventListener
        void onPrimaryChange(PrimaryChangedEvent event) {
            events.add(event);
        }
    }
}
