package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One replica after the other fails and recovers, under load; on servers that restart within a moment, and with
 * {@code -Dsuccessive-faults.mysql=true} also on those that take half a minute.
 */
@ParameterizedClass
@MethodSource("stacks")
@ExtendWith(Applications.Extension.class)
class SuccessiveFaultsIT {

    private static final int READERS = 8;
    private static final int ENOUGH = 200;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestApplication app;
    private final ClusterNode db2;
    private final ClusterNode db3;

    static Stream<Stack> stacks() {
        return Boolean.getBoolean("successive-faults.mysql")
                ? Stack.enabled(Stack.MYSQL, Stack.MARIADB)
                : Stream.of(Stack.MARIADB);
    }

    SuccessiveFaultsIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class, TestApplication.PATIENT);
        db2 = app.cluster().node("db2");
        db3 = app.cluster().node("db3");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenAllReplicasAreKilledThePrimaryShouldServeUntilTheyRecover() throws Exception {
        Traffic traffic = new Traffic(app, READERS);
        try (traffic) {
            awaitReads(traffic);
            db2.kill();
            app.awaitState("db2", NodeState.DOWN);
            awaitReads(traffic);
            db3.kill();
            app.awaitState("db3", NodeState.DOWN);
            awaitReadsServedBy(traffic, "db1");
            db2.start();
            db3.start();
            app.awaitAllEligible();
            awaitReadsServedBy(traffic, "db2");
            awaitReadsServedBy(traffic, "db3");
        }
        assertThat(Traffic.failed(traffic.reads())).isEmpty();
        assertThat(Traffic.failed(traffic.writes())).isEmpty();
    }

    @Test
    void whenAllReplicasRestartInTurnNoReadShouldFail() throws Exception {
        Traffic traffic = new Traffic(app, READERS);
        try (traffic) {
            for (ClusterNode node : app.cluster().replicas()) {
                awaitReads(traffic);
                node.kill();
                app.awaitState(node.name(), NodeState.DOWN);
                node.start();
                app.awaitState(node.name(), NodeState.ONLINE);
                awaitReadsServedBy(traffic, node.name());
            }
        }
        assertThat(Traffic.failed(traffic.reads())).isEmpty();
        assertThat(Traffic.failed(traffic.writes())).isEmpty();
    }

    private static void awaitReads(Traffic traffic) {
        int soFar = traffic.reads().size();
        await().atMost(LIMIT).until(() -> traffic.reads().size() > soFar + ENOUGH);
    }

    private static void awaitReadsServedBy(Traffic traffic, String node) {
        long now = System.nanoTime();
        await("reads on " + node).atMost(LIMIT).until(() -> traffic.reads().stream()
                .anyMatch(read -> read.began() - now >= 0 && node.equals(read.node())));
    }
}
