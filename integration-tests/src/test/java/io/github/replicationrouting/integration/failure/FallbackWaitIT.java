package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads that queue for the primary because no replica is eligible: what they wait for, and what ends the wait. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class FallbackWaitIT {

    private static final int POOL = 4;
    private static final int ADMITTED = POOL / 2;
    private static final Duration POOL_WAIT = Duration.ofSeconds(40);

    private final TestApplication app;
    private final ReplicationRouting routing;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch released = new CountDownLatch(1);

    FallbackWaitIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.maximum-pool-size=" + POOL,
                "replication.routing.hikari.connection-timeout=" + POOL_WAIT.toMillis());
        routing = app.bean(ReplicationRouting.class);
    }

    @BeforeEach
    void drainReplicas() {
        for (String replica : app.replicas()) {
            routing.drain(replica);
            app.awaitState(replica, NodeState.DRAINED);
        }
    }

    @AfterEach
    void undrainReplicas() {
        released.countDown();
        threads.shutdown();
        app.replicas().forEach(routing::undrain);
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenAReplicaRecoversAQueuedReadShouldUseIt() {
        List<CompletableFuture<String>> holding = hold(ADMITTED, app.transactions()::<String>readOnly);
        CompletableFuture<String> queued = queued();

        routing.undrain("db2");

        assertThat(queued).succeedsWithin(POOL_WAIT.dividedBy(4)).isEqualTo("db2");
        assertThat(holding).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void whenAReplicaRecoversAReadThatWaitsForAConnectionShouldUseIt() {
        List<CompletableFuture<String>> holding = hold(POOL, app.transactions()::<String>write);
        CompletableFuture<String> queued = queued();

        routing.undrain("db2");

        assertThat(queued).succeedsWithin(POOL_WAIT.dividedBy(4)).isEqualTo("db2");
        assertThat(holding).noneMatch(CompletableFuture::isDone);
    }

    /** Runs all admitted reads concurrently, each with a nested read. */
    @Test
    void whenAReadIsNestedItShouldNotWaitForItsOuterRead() {
        CyclicBarrier allInside = new CyclicBarrier(ADMITTED);
        List<CompletableFuture<String>> requests = new ArrayList<>();
        for (int i = 0; i < ADMITTED; i++) {
            requests.add(CompletableFuture.supplyAsync(
                    () -> app.transactions().readOnly(() -> {
                        app.node();
                        pass(allInside);
                        return app.transactions().newReadOnly(app::node);
                    }),
                    threads));
        }

        assertThat(requests).allSatisfy(request -> assertThat(request)
                .succeedsWithin(POOL_WAIT.dividedBy(4))
                .isEqualTo("db1"));
        // And no permit is lost: as many as before are admitted, and the next one queues.
        hold(ADMITTED, app.transactions()::<String>readOnly);
        CompletableFuture<String> next = queued();
        released.countDown();
        assertThat(next).succeedsWithin(POOL_WAIT.dividedBy(4)).isEqualTo("db1");
    }

    @Test
    void whenAThreadIsInterruptedItShouldReadIfThereIsNoQueue() {
        Thread.currentThread().interrupt();
        try {
            assertThat(app.transactions().readOnly(app::node)).isEqualTo("db1");
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    /** Transactions that keep their connection of the primary until they are released. */
    private List<CompletableFuture<String>> hold(int count, Transaction transaction) {
        AtomicInteger inside = new AtomicInteger();
        List<CompletableFuture<String>> holding = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            holding.add(CompletableFuture.supplyAsync(
                    () -> transaction.run(() -> {
                        String node = app.node();
                        inside.incrementAndGet();
                        try {
                            assertThat(released.await(2, TimeUnit.MINUTES)).isTrue();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return node;
                    }),
                    threads));
        }
        await().atMost(POOL_WAIT).until(() -> inside.get() == count);
        return holding;
    }

    /** Adds one read to the queue. */
    private CompletableFuture<String> queued() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<String> read = CompletableFuture.supplyAsync(
                () -> {
                    thread.complete(Thread.currentThread());
                    return app.transactions().readOnly(app::node);
                },
                threads);
        await().atMost(POOL_WAIT).until(() -> thread.join().getState() == Thread.State.TIMED_WAITING);
        assertThat(read).isNotDone();
        return read;
    }

    private static void pass(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Transaction {
        String run(Supplier<String> work);
    }
}
