package io.github.replicationrouting.integration.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Nodes join and leave under load, and no read fails. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MembershipTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ClusterKind kind;
    private ReplicatedCluster cluster;

    MembershipTests(ClusterKind kind) {
        this.kind = kind;
    }

    @BeforeAll
    void start() {
        cluster = ReplicatedCluster.of(kind)
                .serverArguments("--report-host=127.0.0.1")
                .start();
    }

    @AfterAll
    void close() {
        cluster.close();
    }

    @Test
    void whenNodesJoinAndLeaveTheyShouldCatchUpAndBeDrained() throws Exception {
        NamedNodes named = new NamedNodes();
        try (TestRouter router = TestRouter.over(cluster)
                        .declared("db1", "db2")
                        .source(named)
                        .start();
                Updates updates = new Updates(cluster);
                ContinuousReads reads = new ContinuousReads(router)) {
            router.awaitOnline("db2");

            cluster.node("db3").stopApplier();
            // At least three seconds, so that it is above the limit for readmission.
            updates.awaitMore(150);
            named.set(List.of(router.spec("db3")));
            await("db3 is monitored").atMost(LIMIT).until(() -> router.status("db3") != null);
            reads.awaitMore(500);
            assertThat(router.state("db3")).as("has not caught up").isNotEqualTo(NodeState.ONLINE);
            assertThat(reads.servedBy("db3")).isZero();

            cluster.node("db3").startApplier();
            await("db3 serves").atMost(LIMIT).until(() -> reads.servedBy("db3") > 100);
            PooledNode pool = router.pool("db3");

            try (Connection lasting = router.routing().dataSource().node("db3").getConnection();
                    Statement statement = lasting.createStatement()) {
                statement.execute("SELECT 1");
                named.set(List.of());
                await("db3 is drained").atMost(LIMIT).until(() -> router.state("db3") == NodeState.DRAINING);
                long before = reads.servedBy("db3");
                reads.awaitMore(500);
                assertThat(reads.servedBy("db3"))
                        .as("reads after it left")
                        .isLessThanOrEqualTo(before + ContinuousReads.THREADS);
                statement.execute("SELECT 1");
                assertThat(pool.pool().isClosed())
                        .as("closed under running work")
                        .isFalse();
            }
            await("db3 has left").atMost(LIMIT).until(() -> router.status("db3") == null);
            await("its pool is closed").atMost(LIMIT).until(() -> pool.pool().isClosed());
            reads.awaitMore(100);

            named.set(List.of(router.spec("db3")));
            long before = reads.servedBy("db3");
            await("db3 serves again").atMost(LIMIT).until(() -> reads.servedBy("db3") > before + 100);
            assertThat(reads.failures()).isEmpty();
        }
    }

    @Test
    void whenANodeHasABadAddressTheOthersShouldServe() throws Exception {
        NamedNodes named = new NamedNodes();
        try (TestRouter router = TestRouter.over(cluster)
                        .declared("db1", "db2")
                        .source(named)
                        .start();
                ContinuousReads reads = new ContinuousReads(router)) {
            router.awaitOnline("db2");
            named.set(List.of(
                    NodeSpec.of("closed", "jdbc:mysql://127.0.0.1:1/app"),
                    NodeSpec.of("unknown", "jdbc:mysql://no.such.host.invalid:3306/app"),
                    NodeSpec.of("foreign", "jdbc:nonsense:here")));

            await("both are down")
                    .atMost(LIMIT)
                    .until(() -> isDown(router.status("closed")) && isDown(router.status("unknown")));
            assertThat(router.status("foreign")).isNull();
            reads.awaitMore(200);
            named.set(List.of());
            await("both have left")
                    .atMost(LIMIT)
                    .until(() -> router.status("closed") == null && router.status("unknown") == null);
            assertThat(reads.failures()).isEmpty();
        }
    }

    @Test
    void whenThePrimaryIsNoLongerNamedItShouldStay() {
        NamedNodes named = new NamedNodes();
        try (TestRouter router =
                TestRouter.over(cluster).declared("db2").source(named).start()) {
            named.set(List.of(router.spec("db1"), router.spec("db3")));
            router.awaitOnline("db1", "db3");

            named.set(List.of());

            await("db3 has left").atMost(LIMIT).until(() -> router.status("db3") == null);
            assertThat(router.state("db1")).isEqualTo(NodeState.ONLINE);
        }
    }

    /** The servers are queried; the reported one is reached directly, not through the relay, under another address. */
    @Test
    void whenServersAreQueriedTheyShouldNameTheirReplicas() {
        String privilege = kind == ClusterKind.MARIADB ? "REPLICATION MASTER ADMIN" : "REPLICATION SLAVE";
        cluster.nodes()
                .forEach(node -> node.executeLocally(
                        List.of("GRANT " + privilege + " ON *.* TO '" + cluster.username() + "'@'%'")));
        try (TestRouter router =
                TestRouter.over(cluster).declared("db1", "db2").askingServers().start()) {
            if (kind == ClusterKind.MARIADB) {
                await("the third node has joined")
                        .atMost(LIMIT)
                        .until(() -> router.names().size() == 3);
                String third = router.names().get(2);
                assertThat(third).startsWith("127.0.0.1-");
                router.awaitOnline(third);
                await("reads reach it").atMost(LIMIT).until(() -> router.read().equals(third));
            } else {
                // In their containers all report 127.0.0.1:3306, which is not reachable.
                router.awaitOnline("db1", "db2");
            }
            assertThat(router.names()).startsWith("db1", "db2");
        }
    }

    private static boolean isDown(@Nullable NodeStatus node) {
        return node != null && node.state() == NodeState.DOWN;
    }
}
