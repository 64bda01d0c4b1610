package io.github.replicationrouting.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.connection.pool.NodePool;
import io.github.replicationrouting.dialect.Dialects;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.routing.Decision;
import io.github.replicationrouting.routing.DecisionReason;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackReadsTest {

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
    void shouldAdmitHalfOfThePoolAndRefuseTheNextOneWithTheKeyToRaise() throws Exception {
        FallbackReads reads = reads(null);
        NodePool pool = pool(5);

        reads.enter(fallback, pool);
        Runnable second = reads.enter(fallback, pool);

        assertThatThrownBy(() -> reads.enter(fallback, pool))
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("Node db1 serves reads because no replica can, and no more than 2 at a time")
                .hasMessageContaining("replication.routing.reads.max-fallback-concurrency")
                .hasNoCause();
        second.run();
        reads.enter(fallback, pool);
    }

    @Test
    void aPoolOfOneShouldStillServeOne() throws Exception {
        reads(null).enter(fallback, pool(1));

        assertThat(registry.bulkhead("shop-fallback-db1").getMetrics().getMaxAllowedConcurrentCalls())
                .isOne();
    }

    @Test
    void theConfiguredLimitShouldWin() throws Exception {
        reads(3).enter(fallback, pool(2));

        assertThat(registry.bulkhead("shop-fallback-db1").getMetrics()).satisfies(metrics -> {
            assertThat(metrics.getMaxAllowedConcurrentCalls()).isEqualTo(3);
            assertThat(metrics.getAvailableConcurrentCalls()).isEqualTo(2);
        });
    }

    @Test
    void whoQueuesShouldBeServedWhenAReadEnds() throws Exception {
        FallbackReads reads = reads(1);
        NodePool pool = pool(2, Duration.ofMinutes(1));
        Runnable first = reads.enter(fallback, pool);
        CompletableFuture<Runnable> second = CompletableFuture.supplyAsync(() -> {
            try {
                return reads.enter(fallback, pool);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(second).isNotDone();
        first.run();

        assertThat(second).succeedsWithin(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @EnumSource(value = DecisionReason.class, mode = EnumSource.Mode.EXCLUDE, names = "NO_ELIGIBLE_REPLICA")
    void nothingElseShouldNeedPermission(DecisionReason reason) throws Exception {
        FallbackReads reads = reads(1);
        NodePool pool = pool(1);

        for (int i = 0; i < 3; i++) {
            reads.enter(new Decision(db1, reason, false), pool);
        }
        assertThat(registry.getAllBulkheads()).isEmpty();
    }

    private FallbackReads reads(@Nullable Integer limit) {
        return new FallbackReads("shop", registry, limit);
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
                db1,
                config,
                connections,
                connection -> Dialects.standard().named("mysql"),
                new ConnectionDefaults(true, null),
                CircuitBreaker.ofDefaults("db1"),
                Runnable::run,
                false);
        pools.add(pool);
        return pool;
    }
}
