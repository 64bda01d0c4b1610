package io.github.replicationrouting.internal.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The nodes are unreachable, which does not matter here. */
class TopologyDiscoveryTest {

    private volatile List<NodeSpec> listed = List.of();
    private volatile @Nullable RuntimeException failure;
    private final AtomicInteger queries = new AtomicInteger();
    private final TopologySource source = () -> {
        queries.incrementAndGet();
        RuntimeException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
        return listed;
    };
    private final ReplicationRouting routing = ReplicationRouting.builder("dataSource")
            .node(settings(spec("db1")))
            .discovery(new DiscoverySettings(
                    source,
                    Duration.ofMillis(10),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(1),
                    TopologyDiscoveryTest::settings))
            .build();

    TopologyDiscoveryTest() {
        routing.start();
    }

    @AfterEach
    void close() {
        routing.close();
    }

    @Test
    void whenListedNodesChangeShouldAddAndRemoveThem() {
        listed = List.of(spec("db2"), spec("db3"));
        awaitNodes("db1", "db2", "db3");
        PooledNode pool = routing.pools().get(1);
        assertThat(routing.dataSource().node("db2")).hasToString("node db2");

        listed = List.of(spec("db3"));
        awaitNodes("db1", "db3");

        await().atMost(Duration.ofSeconds(30)).until(() -> pool.pool().isClosed());
        assertThat(routing.pools()).extracting(each -> each.node().name()).containsExactly("db1", "db3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> routing.dataSource().node("db2"))
                .withMessage("Router dataSource has no node db2; its nodes are [db1, db3]");
    }

    /** The properties still have the password that was declared. */
    @Test
    void whenThePasswordOfRunningPoolsHasChangedShouldAddNodesWithIt() {
        listed = List.of(spec("db2"));
        awaitNodes("db1", "db2");
        assertThat(routing.pools().get(1).pool().getPassword()).isEqualTo("marker");

        routing.pools().get(0).pool().setPassword("changed");
        listed = List.of(spec("db2"), spec("db3"));
        awaitNodes("db1", "db2", "db3");

        assertThat(routing.pools().get(2).pool().getPassword()).isEqualTo("changed");
        assertThat(routing.pools().get(1).pool().getPassword()).isEqualTo("marker");
    }

    @Test
    void whenADeclaredNodeIsNotListedShouldKeepIt() {
        listed = List.of(NodeSpec.of("db1", "jdbc:mysql://127.0.0.1:2/other"), spec("db2"));
        awaitNodes("db1", "db2");

        assertThat(routing.pools().get(0).node().spec()).isEqualTo(spec("db1"));
    }

    @Test
    void whenAListedNodeHasChangedShouldReplaceIt() {
        listed = List.of(spec("db2"));
        awaitNodes("db1", "db2");
        NodeSpec moved = NodeSpec.of("db2", "jdbc:mysql://127.0.0.1:2/elsewhere");

        listed = List.of(moved);

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            NodeStatus db2 = routing.snapshot().node("db2");
            return db2 != null && db2.node().spec().equals(moved);
        });
    }

    @Test
    void whenTheSourceFailsShouldKeepAllNodes() {
        listed = List.of(spec("db2"));
        awaitNodes("db1", "db2");

        failure = new IllegalStateException("unreachable registry");
        int before = queries.get();
        await().atMost(Duration.ofSeconds(30)).until(() -> queries.get() > before + 3);

        awaitNodes("db1", "db2");
        failure = null;
        listed = List.of();
        awaitNodes("db1");
    }

    @Test
    void whenANodeCannotBeCreatedShouldAddTheOthers() {
        listed = List.of(NodeSpec.of("odd", "jdbc:nonsense:here"), spec("db2"));

        awaitNodes("db1", "db2");
    }

    @Test
    void whenTheApplicationChangesTheNodesShouldAddAndRemoveThem() throws InterruptedException {
        routing.addNode(settings(spec("db9")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> routing.addNode(settings(spec("db9"))))
                .withMessageContaining("already has a node named db9");

        routing.removeNode("db9", Duration.ofSeconds(1));

        awaitNodes("db1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> routing.removeNode("db9", Duration.ofSeconds(1)))
                .withMessageContaining("has no node named db9");
    }

    @Test
    void whenARemovedNodeIsListedAgainShouldAddItAgain() {
        for (int i = 0; i < 2; i++) {
            listed = List.of(spec("db2"));
            awaitNodes("db1", "db2");
            listed = List.of();
            awaitNodes("db1");
        }
    }

    @Test
    void whenTheApplicationRemovedANodeShouldAddItOnlyAfterItWasNotListed() throws InterruptedException {
        listed = List.of(spec("db1"), spec("db2"));
        awaitNodes("db1", "db2");

        for (String name : List.of("db2", "db1")) {
            routing.removeNode(name, Duration.ofSeconds(1));
            awaitQueries();
            assertThat(routing.snapshot().node(name)).as("still named").isNull();
        }
        listed = List.of();
        awaitQueries();
        listed = List.of(spec("db1"), spec("db2"));

        awaitNodes("db1", "db2");
    }

    /** The source has listed it, and it is being added when the router is closed. */
    @Test
    void whenANodeJoinsWhileTheRouterClosesShouldCloseItsPool() throws Exception {
        CountDownLatch joining = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        ReplicationRouting closing = ReplicationRouting.builder("closing")
                .node(settings(spec("first")))
                .discovery(new DiscoverySettings(
                        () -> List.of(spec("late")),
                        Duration.ofMillis(10),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1),
                        spec -> {
                            joining.countDown();
                            awaitUninterruptibly(closed);
                            return settings(spec);
                        }))
                .build();
        closing.start();
        assertThat(joining.await(30, TimeUnit.SECONDS)).isTrue();

        closing.close();
        closed.countDown();

        await().atMost(Duration.ofSeconds(30)).until(() -> threads("closing-discovery"), Set::isEmpty);
        await().atMost(Duration.ofSeconds(30)).until(() -> threads("late"), Set::isEmpty);
        assertThatIllegalStateException()
                .isThrownBy(() -> closing.addNode(settings(spec("later"))))
                .withMessage("Router closing is closed");
        await().atMost(Duration.ofSeconds(30)).until(() -> threads("later"), Set::isEmpty);
        closing.close();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .collect(Collectors.toSet());
    }

    private void awaitQueries() {
        int before = queries.get();
        await().atMost(Duration.ofSeconds(30)).until(() -> queries.get() > before + 2);
    }

    private void awaitNodes(String... names) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(routing.snapshot().nodes())
                        .extracting(NodeStatus::name)
                        .containsExactly(names));
    }

    private static NodeSpec spec(String name) {
        return NodeSpec.of(name, "jdbc:mysql://127.0.0.1:1/" + name);
    }

    private static NodeSettings settings(NodeSpec spec) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(spec.name());
        pool.setUsername("shop");
        pool.setPassword("marker");
        pool.setMinimumIdle(0);
        pool.setInitializationFailTimeout(-1);
        return new NodeSettings(spec, pool, null, Duration.ofMillis(200), null);
    }
}
