package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeState;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** All replicas are lost and all readers use the primary, which must continue to write. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class FallbackReadsIT {

    private static final int READERS = 16;
    private static final int WRITERS = 2;
    private static final int POOL_SIZE = 4;
    private static final int WRITES_WATCHED = 100;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestApplication app;

    FallbackReadsIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.maximum-pool-size=" + POOL_SIZE,
                "replication.routing.hikari.connection-timeout=30000");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenReadsFallBackTheyShouldLeaveHalfOfThePoolToWrites() throws Exception {
        app.cluster().node("db2").kill();
        app.cluster().node("db3").kill();
        app.awaitState("db2", NodeState.DOWN);
        app.awaitState("db3", NodeState.DOWN);

        ExecutorService threads = Executors.newCachedThreadPool();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        AtomicInteger writes = new AtomicInteger();
        AtomicInteger readsNow = new AtomicInteger();
        AtomicInteger mostReads = new AtomicInteger();
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            work.add(threads.submit(() -> {
                while (!done.get()) {
                    app.transactions().readOnly(() -> {
                        assertThat(app.node()).isEqualTo("db1");
                        mostReads.accumulateAndGet(readsNow.incrementAndGet(), Math::max);
                        app.jdbc().queryForObject("SELECT SLEEP(0.02)", Integer.class);
                        readsNow.decrementAndGet();
                        return reads.incrementAndGet();
                    });
                }
            }));
        }
        for (int i = 0; i < WRITERS; i++) {
            work.add(threads.submit(() -> {
                while (!done.get()) {
                    app.transactions().write(() -> {
                        app.insertAuthor(UUID.randomUUID().toString());
                        return writes.incrementAndGet();
                    });
                }
            }));
        }
        // The first read that falls back creates it; a query by its name alone would create one with other
        // limits in the registry.
        Bulkhead bulkhead = await().atMost(LIMIT)
                .until(() -> app.bean(BulkheadRegistry.class).find("dataSource-fallback-db1"), Optional::isPresent)
                .orElseThrow();
        PooledNode primary = app.bean(ReplicationRouting.class).pools().stream()
                .filter(pool -> pool.node().name().equals("db1"))
                .findFirst()
                .orElseThrow();
        int mostWaiting = 0;
        int fewestPermits = POOL_SIZE;
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() - end < 0 && (writes.get() < WRITES_WATCHED || reads.get() < WRITES_WATCHED)) {
            mostWaiting = Math.max(mostWaiting, primary.waiting());
            fewestPermits = Math.min(fewestPermits, bulkhead.getMetrics().getAvailableConcurrentCalls());
            // Between two samples, so that sampling does not take the processor from the sampled threads.
            TimeUnit.MILLISECONDS.sleep(1);
        }
        done.set(true);
        for (Future<?> each : work) {
            each.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        System.out.printf(
                "%s: %d reads, at most %d concurrently; %d writes, at most %d threads waiting for a connection%n",
                getClass().getSimpleName(), reads.get(), mostReads.get(), writes.get(), mostWaiting);

        assertThat(bulkhead.getMetrics().getMaxAllowedConcurrentCalls()).isEqualTo(POOL_SIZE / 2);
        assertThat(fewestPermits).as("fewest permits available at a time").isZero();
        assertThat(mostReads).hasValueLessThanOrEqualTo(POOL_SIZE / 2);
        assertThat(writes).hasValueGreaterThanOrEqualTo(WRITES_WATCHED);
        assertThat(mostWaiting)
                .as("threads that wait for a connection of the primary")
                .isZero();
        await().atMost(LIMIT).until(() -> bulkhead.getMetrics().getAvailableConcurrentCalls() == POOL_SIZE / 2);
    }
}
