package io.github.replicationrouting.integration.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A reader endpoint with two servers behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EndpointTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String READERS = "readers";

    private final ReplicatedCluster cluster;
    private final HaProxy proxy;
    private final TestRouter router;

    EndpointTests(ClusterKind kind) throws Exception {
        cluster = ReplicatedCluster.of(kind).start();
        proxy = HaProxy.over(cluster.replicas());
        NodeSpec primary = NodeSpec.of("db1", cluster.node("db1").jdbcUrl(JdbcDriver.CONNECTOR_J));
        NodeSpec readers = Objects.requireNonNull(primary.elsewhere(READERS, "127.0.0.1", proxy.port()));
        router = TestRouter.over(cluster)
                .declared(List.of(
                        primary,
                        new NodeSpec(READERS, readers.url(), DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null)))
                .start();
    }

    @AfterAll
    void close() throws Exception {
        router.close();
        proxy.close();
        cluster.close();
    }

    @BeforeEach
    @AfterEach
    void heal() {
        cluster.heal();
        await("readers serve").atMost(LIMIT).until(() -> router.state(READERS) == NodeState.ONLINE);
    }

    @Test
    void whenAnEndpointHasTwoServersReadsShouldReachBothAndItsStateBeSteady() throws Exception {
        router.awaitOnline("db1", READERS);
        int changes = router.stateChanges();
        // After the death of a server all connections lead to the other one, until they are renewed.
        router.pool(READERS).pool().getHikariPoolMXBean().softEvictConnections();
        await("connections lead to both servers")
                .atMost(LIMIT)
                .until(() -> router.serversOf(READERS).size() == 2);
        try (ContinuousReads reads = new ContinuousReads(router)) {
            reads.awaitMore(1_000);
            assertThat(reads.failures()).isEmpty();
            assertThat(reads.servedBy(READERS)).isGreaterThan(900);
        }
        assertThat(router.stateChanges()).isEqualTo(changes);
        assertThat(router.names()).containsExactly("db1", READERS);
    }

    /** The router cannot choose a server behind it, so that the most lagging one counts. */
    @Test
    void whenOneServerFallsBehindTheEndpointShouldBeEvictedUntilItHasCaughtUp() throws Exception {
        try (Updates updates = new Updates(cluster);
                ContinuousReads reads = new ContinuousReads(router)) {
            updates.awaitMore(10);
            cluster.node("db3").stopApplier();
            await("the endpoint lags").atMost(LIMIT).until(() -> router.state(READERS) == NodeState.LAGGING);
            long before = reads.servedBy(READERS);
            reads.awaitMore(500);
            assertThat(reads.servedBy(READERS)).isLessThanOrEqualTo(before + ContinuousReads.THREADS);
            assertThat(router.state(READERS))
                    .as("also while probes reach the other server")
                    .isEqualTo(NodeState.LAGGING);

            cluster.node("db3").startApplier();
            await("it serves again").atMost(LIMIT).until(() -> reads.servedBy(READERS) > before + 100);
            assertThat(reads.failures()).isEmpty();
        }
    }

    /** Reads on the dead server's connections fail, or are retried where that is possible; no others do. */
    @Test
    void whenOneServerDiesTheOtherShouldContinueToServe() throws Exception {
        router.awaitOnline("db1", READERS);
        try (ContinuousReads reads = new ContinuousReads(router)) {
            reads.awaitMore(100);
            cluster.node("db2").kill();
            reads.awaitMore(500);
            int lost = reads.failures().size();
            assertThat(lost).isLessThanOrEqualTo(ContinuousReads.THREADS);
            long before = reads.servedBy(READERS);
            await("the endpoint serves").atMost(LIMIT).until(() -> reads.servedBy(READERS) > before + 500);
            assertThat(reads.failures()).hasSize(lost);
            assertThat(router.state(READERS)).isEqualTo(NodeState.ONLINE);
        }
    }
}
