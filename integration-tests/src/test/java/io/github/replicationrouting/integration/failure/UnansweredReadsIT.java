package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes that no longer answer, and the threads that wait for them, with the monitor's default settings. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class UnansweredReadsIT {

    private static final int READERS = 8;
    private static final int POOL_SIZE = 3;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

    /** The monitor's limits add up to 2.2 s; a thread that the router does not release waits far longer than this. */
    private static final Duration LONGEST = CONNECT_TIMEOUT.dividedBy(2);

    private final TestApplication app;
    private final ClusterNode db1;
    private final ClusterNode db2;

    UnansweredReadsIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.hikari.maximum-pool-size=" + POOL_SIZE,
                "replication.routing.hikari.connection-timeout=20000",
                "replication.routing.monitor.interval=500ms",
                "replication.routing.connect-timeout=" + CONNECT_TIMEOUT.toSeconds() + "s");
        db1 = app.cluster().node("db1");
        db2 = app.cluster().node("db2");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenAReplicaFreezesItsReadsAndQueuedThreadsShouldBeReleased() throws Exception {
        assertReadsReleased(db2::freeze);
    }

    @Test
    void whenAReplicaIsPartitionedItsReadsAndQueuedThreadsShouldBeReleased() throws Exception {
        assertReadsReleased(db2::partition);
    }

    private void assertReadsReleased(Runnable fault) throws Exception {
        try (SchedulingDelay schedulingDelay = new SchedulingDelay()) {
            Traffic traffic = new Traffic(app, READERS);
            long faultAt;
            try (traffic) {
                await().atMost(LIMIT).until(() -> traffic.reads().size() > 200);
                faultAt = System.nanoTime();
                fault.run();
                app.awaitState("db2", NodeState.DOWN);
                int soFar = traffic.reads().size();
                await().atMost(LIMIT).until(() -> traffic.reads().size() > soFar + 200);
            }
            List<Traffic.Outcome> after = traffic.reads().stream()
                    .filter(read -> read.ended() - faultAt > 0)
                    .toList();
            System.out.printf(
                    "%s: %d reads after the fault, %d failed, longest %d ms, noise %d ms%n",
                    getClass().getSimpleName(),
                    after.size(),
                    Traffic.failed(after).count(),
                    Traffic.longest(after).toMillis(),
                    schedulingDelay.tolerance().toMillis());

            assertThat(Traffic.longest(after)).isLessThan(LONGEST);
            assertThat(Traffic.failed(after))
                    .as("only those that had been sent to the node")
                    .hasSizeLessThanOrEqualTo(POOL_SIZE)
                    .allSatisfy(read -> assertThat(read.failure())
                            .hasStackTraceContaining("Node db2 was declared down while this read waited"));
            assertThat(Traffic.failed(traffic.writes())).isEmpty();
        }
    }

    /** As when a node is drained for maintenance and then stopped too early. */
    @Test
    void whenADrainingReplicaFreezesItsReadsShouldBeReleased() throws Exception {
        ReplicationRouting routing = app.bean(ReplicationRouting.class);
        CompletableFuture<Void> drained = new CompletableFuture<>();
        CompletableFuture<Void> began = new CompletableFuture<>();
        AtomicReference<String> node = new AtomicReference<>();
        CompletableFuture<String> read =
                CompletableFuture.supplyAsync(() -> app.transactions().readOnly(() -> {
                    if (node.compareAndSet(null, app.node())) {
                        began.complete(null);
                        drained.join();
                    }
                    return app.node();
                }));
        began.get(20, TimeUnit.SECONDS);
        ClusterNode draining = app.cluster().node(node.get());
        try {
            routing.drain(draining.name());
            app.awaitState(draining.name(), NodeState.DRAINING);
            draining.freeze();
            drained.complete(null);

            assertThat(read).succeedsWithin(CONNECT_TIMEOUT.dividedBy(2)).isNotEqualTo(draining.name());
        } finally {
            drained.complete(null);
            draining.thaw();
            routing.undrain(draining.name());
        }
    }

    /** HikariCP validates an idle connection: a thread that waits for that has sent no statement yet. */
    @Test
    void whenAnIdleConnectionIsValidatedTheReadShouldMoveWithoutFailing() throws Exception {
        app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
        await().pollDelay(Duration.ofMillis(700)).until(() -> true); // it validates what was idle for 500 ms
        db2.freeze();
        try (SchedulingDelay schedulingDelay = new SchedulingDelay()) {
            Traffic traffic = new Traffic(app, READERS);
            try (traffic) {
                app.awaitState("db2", NodeState.DOWN);
                await().atMost(LIMIT).until(() -> traffic.reads().size() > 200);
            }
            assertThat(Traffic.failed(traffic.reads())).isEmpty();
            assertThat(Traffic.longest(traffic.reads())).isLessThan(LONGEST);
        }
    }

    @Test
    void whenThePrimaryDoesNotAnswerAWriteShouldNotBeInterrupted() throws Exception {
        String author = UUID.randomUUID().toString();
        CompletableFuture<Void> frozen = new CompletableFuture<>();
        CompletableFuture<Void> began = new CompletableFuture<>();
        CompletableFuture<Void> write =
                CompletableFuture.runAsync(() -> app.transactions().write(() -> {
                    assertThat(app.node()).isEqualTo("db1");
                    began.complete(null);
                    frozen.join();
                    app.insertAuthor(author);
                    return author;
                }));
        began.get(20, TimeUnit.SECONDS);
        db1.freeze();
        frozen.complete(null);
        app.awaitState("db1", NodeState.DOWN);
        assertThat(write).isNotDone();

        db1.thaw();

        assertThat(write).succeedsWithin(LIMIT);
        app.awaitAllEligible();
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }
}
