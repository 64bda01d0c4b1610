package io.github.replicationrouting.internal.connection.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.PoolStats;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pool whose server is never reached. */
class NodePoolTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Node db1 =
            new Node(new NodeSpec("db1", "jdbc:mysql://127.0.0.1:1/shop", DeclaredRole.AUTO, NodeKind.SERVER, 1, null));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger timeouts = new AtomicInteger();
    private final AtomicInteger acquired = new AtomicInteger();
    private volatile @Nullable PoolStats stats;
    private final MetricsTrackerFactory meters = (name, numbers) -> {
        stats = numbers;
        return new IMetricsTracker() {
            @Override
            public void recordConnectionTimeout() {
                timeouts.incrementAndGet();
            }

            @Override
            public void recordConnectionAcquiredNanos(long nanos) {
                acquired.incrementAndGet();
            }
        };
    };
    private @Nullable NodePool pool;

    @AfterEach
    void close() {
        if (pool != null) {
            pool.close();
        }
        threads.shutdownNow();
    }

    /** One waits in HikariCP, for a connection that is being opened, and the others above it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenThreadsWaitShouldCountEachWaitOnceAndEachThreadAsPending(boolean configured) {
        HikariConfig config = config(1, Duration.ofSeconds(2));
        if (configured) {
            config.setMetricsTrackerFactory(meters);
        }
        NodePool measured = open(config);
        measured.bindMetrics(meters);
        List<CompletableFuture<Connection>> waits = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waits.add(borrow(measured));
        }

        await().atMost(LIMIT).until(() -> Objects.requireNonNull(stats).getPendingThreads() == 3);
        waits.forEach(wait -> assertThat(wait).failsWithin(LIMIT));
        assertThat(timeouts).hasValue(3);
        assertThat(acquired).hasValue(0);
    }

    @Test
    void whenClosedShouldEndAllWaits() {
        NodePool closing = open(config(1, Duration.ofMinutes(2)));
        CompletableFuture<Connection> inHikari = borrow(closing);
        CompletableFuture<Connection> queued = borrow(closing);
        await().atMost(LIMIT).until(() -> closing.waiting() == 1);

        closing.close();

        for (CompletableFuture<Connection> wait : List.of(inHikari, queued)) {
            assertThatThrownBy(() -> wait.get(30, TimeUnit.SECONDS))
                    .hasStackTraceContaining("The pool of node db1 is closed");
        }
        assertThat(timeouts).hasValue(0);
        assertThat(db1.inFlight()).isZero();
    }

    private CompletableFuture<Connection> borrow(NodePool from) {
        CompletableFuture<Connection> borrowed = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                borrowed.complete(from.borrow(System.nanoTime(), WaitCondition.UNCONDITIONAL));
            } catch (Exception e) {
                borrowed.completeExceptionally(e);
            }
        });
        return borrowed;
    }

    private static HikariConfig config(int size, Duration wait) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(wait.toMillis());
        config.setInitializationFailTimeout(-1);
        return config;
    }

    private NodePool open(HikariConfig config) {
        ConnectionFactory connections = new ConnectionFactory(
                db1.spec().url(), null, new Properties(), () -> Credentials.of("u", "p"), Duration.ofSeconds(1));
        NodePool opened = new NodePool(
                "test",
                db1,
                config,
                connections,
                connection -> Dialects.standard().named("mysql"),
                new ConnectionDefaults(true, null),
                failure -> {},
                threads,
                SessionOptions.NONE,
                false);
        pool = opened;
        return opened;
    }
}
