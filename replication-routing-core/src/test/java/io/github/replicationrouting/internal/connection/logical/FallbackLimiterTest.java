package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackLimiterTest {

    private final Node db1 =
            new Node(new NodeSpec("db1", "jdbc:mysql://127.0.0.1:1/shop", DeclaredRole.AUTO, NodeKind.SERVER, 1, null));
    private final Decision fallback = new Decision(db1, DecisionReason.NO_ELIGIBLE_REPLICA, false);
    private final BulkheadRegistry registry = BulkheadRegistry.ofDefaults();
    private final List<NodePool> pools = new ArrayList<>();

    @AfterEach
    void close() {
        pools.forEach(NodePool::close);
    }

    @Test
    void whenHalfOfThePoolIsInUseShouldRejectTheNextReadAndNameTheKey() throws Exception {
        FallbackLimiter reads = reads(null);
        NodePool pool = pool(5);

        onThread(() -> enter(reads, pool));
        Runnable second = onThread(() -> enter(reads, pool));

        assertThatThrownBy(() -> enter(reads, pool))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("Node db1 serves reads because no replica can, and no more than 2 at a time")
                .hasMessageContaining("replication.routing.reads.max-fallback-concurrency")
                .hasNoCause();
        second.run();
        enter(reads, pool);
    }

    @Test
    void whenThePoolHasOneConnectionShouldAdmitOneRead() throws Exception {
        enter(reads(null), pool(1));

        assertThat(registry.bulkhead("shop-fallback-db1").getMetrics().getMaxAllowedConcurrentCalls())
                .isOne();
    }

    @Test
    void whenALimitIsConfiguredShouldUseIt() throws Exception {
        enter(reads(3), pool(2));

        assertThat(registry.bulkhead("shop-fallback-db1").getMetrics()).satisfies(metrics -> {
            assertThat(metrics.getMaxAllowedConcurrentCalls()).isEqualTo(3);
            assertThat(metrics.getAvailableConcurrentCalls()).isEqualTo(2);
        });
    }

    @Test
    void whenAReadEndsShouldAdmitAQueuedThread() throws Exception {
        FallbackLimiter reads = reads(1);
        NodePool pool = pool(2, Duration.ofMinutes(1));
        Runnable first = enter(reads, pool);
        CompletableFuture<Runnable> second = queued(reads, pool, WaitCondition.UNCONDITIONAL);

        assertThat(second).isNotDone();
        first.run();

        assertThat(second).succeedsWithin(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @EnumSource(value = DecisionReason.class, mode = EnumSource.Mode.EXCLUDE, names = "NO_ELIGIBLE_REPLICA")
    void whenADecisionIsNoFallbackShouldNotLimitIt(DecisionReason reason) throws Exception {
        FallbackLimiter reads = reads(1);
        NodePool pool = pool(1);

        for (int i = 0; i < 3; i++) {
            reads.enter(new Decision(db1, reason, false), pool, System.nanoTime(), WaitCondition.UNCONDITIONAL);
        }
        assertThat(registry.getAllBulkheads()).isEmpty();
    }

    @Test
    void whenReadsOfAThreadAreNestedShouldShareOnePermission() throws Exception {
        FallbackLimiter reads = reads(1);
        NodePool pool = pool(2);

        Runnable outer = enter(reads, pool);
        Runnable inner = enter(reads, pool);
        assertThatThrownBy(() -> onThread(() -> enter(reads, pool)))
                .hasStackTraceContaining("no more than 1 at a time");
        inner.run();
        assertThatThrownBy(() -> onThread(() -> enter(reads, pool)))
                .hasStackTraceContaining("no more than 1 at a time");
        outer.run();

        onThread(() -> enter(reads, pool));
    }

    /** As with a connection that another thread closes. */
    @Test
    void whenAReadEndsOnAnotherThreadShouldReleaseOnePermission() throws Exception {
        FallbackLimiter reads = reads(1);
        NodePool pool = pool(2);
        Runnable first = enter(reads, pool);
        onThread(() -> {
            first.run();
            return first;
        });

        onThread(() -> enter(reads, pool));

        assertThatThrownBy(() -> enter(reads, pool)).hasMessageContaining("no more than 1 at a time");
    }

    @Test
    void whenReadsEndOnOtherThreadsShouldReleaseTheirMemory() throws Exception {
        FallbackLimiter reads = reads(1);
        NodePool pool = pool(2);
        List<WeakReference<Runnable>> ended = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ended.add(new WeakReference<>(endedOnAnotherThread(enter(reads, pool))));
        }

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            System.gc();
            return ended.get(0).refersTo(null) && ended.get(1).refersTo(null);
        });
    }

    private static Runnable endedOnAnotherThread(Runnable read) throws Exception {
        return onThread(() -> {
            read.run();
            return read;
        });
    }

    @Test
    void whenAReplicaRecoversOrTheLimiterIsClosedShouldEndTheWait() throws Exception {
        FallbackLimiter reads = reads(1);
        NodePool pool = pool(2, Duration.ofMinutes(1));
        enter(reads, pool);
        AtomicBoolean replicaServes = new AtomicBoolean();
        CompletableFuture<Runnable> queued = queued(reads, pool, replicaServes::get);
        CompletableFuture<Runnable> other = queued(reads, pool, WaitCondition.UNCONDITIONAL);

        reads.recheck();
        assertThat(queued).isNotDone();
        replicaServes.set(true);
        reads.recheck();

        assertThat(queued)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(ExecutionException.class)
                .withRootCauseInstanceOf(NodeEvictedException.class);
        assertThat(other).isNotDone();
        reads.close();
        assertThat(other)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(ExecutionException.class)
                .withStackTraceContaining("The pool of node db1 is closed");
    }

    @Test
    void whenNoThreadWaitsShouldAdmitAnInterruptedThread() throws Exception {
        Thread.currentThread().interrupt();
        try {
            enter(reads(1), pool(2));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void whenThePoolIsEnlargedShouldAdmitMoreReads() throws Exception {
        FallbackLimiter reads = reads(null);
        NodePool pool = pool(2, Duration.ofMinutes(1));
        onThread(() -> enter(reads, pool));
        CompletableFuture<Runnable> queued = queued(reads, pool, WaitCondition.UNCONDITIONAL);

        pool.pool().setMaximumPoolSize(4);
        reads.recheck();

        assertThat(queued).succeedsWithin(Duration.ofSeconds(20));
        assertThat(registry.bulkhead("shop-fallback-db1").getMetrics().getMaxAllowedConcurrentCalls())
                .isEqualTo(2);
    }

    private Runnable enter(FallbackLimiter reads, NodePool pool) throws SQLException {
        return reads.enter(fallback, pool, System.nanoTime(), WaitCondition.UNCONDITIONAL);
    }

    /** Starts a read on another thread, and returns when it waits. */
    private CompletableFuture<Runnable> queued(FallbackLimiter reads, NodePool pool, WaitCondition condition) {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<Runnable> queued = new CompletableFuture<>();
        new Thread(() -> {
                    thread.complete(Thread.currentThread());
                    try {
                        queued.complete(reads.enter(fallback, pool, System.nanoTime(), condition));
                    } catch (SQLException e) {
                        queued.completeExceptionally(e);
                    }
                })
                .start();
        await().atMost(Duration.ofSeconds(20)).until(() -> thread.join().getState() == Thread.State.TIMED_WAITING);
        return queued;
    }

    private static Runnable onThread(Callable<Runnable> work) throws Exception {
        FutureTask<Runnable> task = new FutureTask<>(work);
        new Thread(task).start();
        return task.get(20, TimeUnit.SECONDS);
    }

    private FallbackLimiter reads(@Nullable Integer limit) {
        return new FallbackLimiter("shop", registry, limit);
    }

    private NodePool pool(int size) {
        return pool(size, Duration.ofMillis(250));
    }

    /** Never reaches a server. */
    private NodePool pool(int size, Duration wait) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(wait.toMillis());
        config.setInitializationFailTimeout(-1);
        ConnectionFactory connections = new ConnectionFactory(
                db1.spec().url(), null, new Properties(), () -> Credentials.of("u", "p"), Duration.ofSeconds(1));
        NodePool pool = new NodePool(
                "shop",
                db1,
                config,
                connections,
                connection -> Dialects.standard().named("mysql"),
                new ConnectionDefaults(true, null),
                failure -> {},
                task -> new Thread(task).start(),
                SessionOptions.NONE,
                false);
        pools.add(pool);
        return pool;
    }
}
