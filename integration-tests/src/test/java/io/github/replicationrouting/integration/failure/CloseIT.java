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
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An application stops while servers do not answer: an orchestrator grants some seconds for that. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class CloseIT {

    private static final int POOL = 10;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Longer than one connection may take, shorter than one after the other. */
    private static final Duration GRACE = CONNECT_TIMEOUT.multipliedBy(4);

    private final Applications applications;
    private final Stack stack;
    private final ReplicatedCluster cluster;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    CloseIT(Stack stack, Applications applications) {
        this.applications = applications;
        this.stack = stack;
        this.cluster = applications.cluster(stack);
    }

    @AfterEach
    void heal() {
        threads.shutdownNow();
        cluster.heal();
    }

    @Test
    void whenThePrimaryIsFrozenUnderOpenWritesClosingShouldEndInTime() throws Exception {
        CountDownLatch frozen = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(POOL);
        TestApplication app = start();
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            writes.add(CompletableFuture.runAsync(
                    () -> app.transactions().write(() -> {
                        app.insertAuthor(UUID.randomUUID().toString());
                        inside.countDown();
                        try {
                            assertThat(frozen.await(1, TimeUnit.MINUTES)).isTrue();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        app.insertAuthor(UUID.randomUUID().toString());
                        return "";
                    }),
                    threads));
        }
        assertThat(inside.await(1, TimeUnit.MINUTES)).isTrue();
        cluster.node("db1").freeze();
        frozen.countDown();

        Duration took = close(app);

        System.out.printf("%s: with %d open writes closed in %d ms%n", this, POOL, took.toMillis());
        assertThat(took).isLessThan(GRACE);
        assertThat(writes).allSatisfy(write -> assertThat(write).failsWithin(GRACE));
    }

    @Test
    void whenServersAreFrozenUnderIdleConnectionsClosingShouldEndInTime() {
        TestApplication app = start();
        for (PooledNode pool : app.bean(ReplicationRouting.class).pools()) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> pool.pool().getHikariPoolMXBean().getIdleConnections() == POOL);
        }
        cluster.nodes().forEach(node -> node.freeze());

        Duration took = close(app);

        System.out.printf("%s: with frozen servers closed in %d ms%n", this, took.toMillis());
        assertThat(took).isLessThan(GRACE);
    }

    private static Duration close(TestApplication app) {
        long began = System.nanoTime();
        app.close();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private TestApplication start() {
        TestApplication app = applications.start(
                stack,
                JdbcApplication.class,
                "replication.routing.hikari.maximum-pool-size=" + POOL,
                "replication.routing.hikari.minimum-idle=" + POOL,
                "replication.routing.connect-timeout=" + CONNECT_TIMEOUT.toSeconds() + "s");
        app.awaitAllEligible();
        return app;
    }

    @Override
    public String toString() {
        return "CloseIT on " + stack;
    }
}
