package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No connection of the primary's pool is available: its meters show that, and a larger limit takes effect. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class PoolIT {

    private static final int POOL = 2;
    private static final int WAITING = 3;
    private static final Duration POOL_WAIT = Duration.ofSeconds(6);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestApplication app;
    private final HikariDataSource pool;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch released = new CountDownLatch(1);

    PoolIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.maximum-pool-size=" + POOL,
                "replication.routing.hikari.connection-timeout=" + POOL_WAIT.toMillis());
        pool = app.bean(ReplicationRouting.class).pools().stream()
                .filter(each -> each.node().name().equals("db1"))
                .findFirst()
                .orElseThrow()
                .pool();
    }

    @AfterEach
    void release() {
        released.countDown();
        threads.shutdown();
        pool.setMaximumPoolSize(POOL);
        pool.setConnectionTimeout(POOL_WAIT.toMillis());
        app.awaitNothingHeld();
    }

    @Test
    void whenThreadsWaitMetersShouldCountEachOnce() {
        hold(POOL);
        double timeoutsBefore = timeouts();
        double acquiredBefore = acquired();
        List<CompletableFuture<String>> waits = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            waits.add(CompletableFuture.supplyAsync(() -> app.transactions().write(app::node), threads));
        }

        await().atMost(POOL_WAIT).untilAsserted(() -> assertThat(pending()).isEqualTo(WAITING));

        waits.forEach(wait -> assertThat(wait).failsWithin(LIMIT));
        assertThat(timeouts() - timeoutsBefore).isEqualTo(WAITING);
        assertThat(acquired()).isEqualTo(acquiredBefore);
    }

    @Test
    void whenAPoolIsEnlargedItShouldServeTheWaitingThreads() {
        pool.setConnectionTimeout(LIMIT.toMillis());
        List<CompletableFuture<String>> holding = hold(POOL);
        CompletableFuture<String> waiting =
                CompletableFuture.supplyAsync(() -> app.transactions().write(app::node), threads);
        await().atMost(LIMIT.dividedBy(2))
                .untilAsserted(() -> assertThat(pending()).isEqualTo(1));

        pool.setMaximumPoolSize(POOL + 1);

        assertThat(waiting).succeedsWithin(LIMIT.dividedBy(2)).isEqualTo("db1");
        assertThat(holding).noneMatch(CompletableFuture::isDone);
    }

    /** Transactions that keep their connection until they are released. */
    private List<CompletableFuture<String>> hold(int count) {
        AtomicInteger inside = new AtomicInteger();
        List<CompletableFuture<String>> holding = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            holding.add(CompletableFuture.supplyAsync(
                    () -> app.transactions().write(() -> {
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
        await().atMost(LIMIT).until(() -> inside.get() == count);
        return holding;
    }

    private double pending() {
        return registry()
                .get("hikaricp.connections.pending")
                .tag("pool", pool.getPoolName())
                .gauge()
                .value();
    }

    private double timeouts() {
        return registry()
                .get("hikaricp.connections.timeout")
                .tag("pool", pool.getPoolName())
                .counter()
                .count();
    }

    private double acquired() {
        return registry()
                .get("hikaricp.connections.acquire")
                .tag("pool", pool.getPoolName())
                .timer()
                .count();
    }

    private MeterRegistry registry() {
        return app.bean(MeterRegistry.class);
    }
}
