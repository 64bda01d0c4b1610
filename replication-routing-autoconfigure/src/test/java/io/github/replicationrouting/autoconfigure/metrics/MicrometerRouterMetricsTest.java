package io.github.replicationrouting.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MicrometerRouterMetricsTest {

    private final ReplicationRouting routing = ReplicationRouting.builder("dataSource")
            .node(unreachable("db1"))
            .node(unreachable("db2"))
            .build();
    private final MicrometerRouterMetrics metrics = new MicrometerRouterMetrics("dataSource", () -> routing);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Node db1 = routing.pools().get(0).node();
    private final Node db2 = routing.pools().get(1).node();

    @AfterEach
    void close() {
        routing.close();
    }

    @Test
    void whenRegistryIsBoundLaterShouldKeepEarlierCounts() {
        metrics.decided("read", db2, "replica-selected");
        metrics.held(Duration.ofMillis(1500), "released");
        metrics.bindTo(registry);
        metrics.decided("read", db2, "replica-selected");
        metrics.decided("write", db1, "read-write");
        metrics.held(Duration.ofMillis(500), "released");

        assertThat(decisions("read", "db2", "replica-selected")).isEqualTo(2);
        assertThat(decisions("write", "db1", "read-write")).isEqualTo(1);
        assertThat(registry.get("replication.routing.hold")
                        .tags("router", "dataSource", "outcome", "released")
                        .timer())
                .satisfies(hold -> {
                    assertThat(hold.count()).isEqualTo(2);
                    assertThat(hold.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2000);
                });
    }

    @Test
    void whenBoundShouldHaveTheNamesAndTagsOfTheContract() {
        metrics.bindTo(registry);
        metrics.decided("read", db2, "replica-selected");
        metrics.probed(db1, "unreachable");
        metrics.retry("read", "succeeded");
        metrics.consistencyWaited(Duration.ofMillis(3), "reached");
        metrics.held(Duration.ofMillis(3), "released");

        assertThat(shape("replication.routing."))
                .containsExactlyInAnyOrder(
                        "replication.routing.decisions COUNTER [intent, node, reason, router]",
                        "replication.routing.node.lag GAUGE seconds [node, router]",
                        "replication.routing.node.state GAUGE [node, router, state]",
                        "replication.routing.node.waiting GAUGE [node, router]",
                        "replication.routing.node.applier.queue GAUGE [node, router]",
                        "replication.routing.node.flow.control GAUGE [node, router]",
                        "replication.routing.view.members GAUGE [router]",
                        "replication.routing.writers GAUGE [router]",
                        "replication.routing.writable GAUGE [router]",
                        "replication.routing.readable.replicas GAUGE [router]",
                        "replication.routing.probes COUNTER [node, outcome, router]",
                        "replication.routing.retries COUNTER [kind, outcome, router]",
                        "replication.routing.consistency.waits TIMER seconds [outcome, router]",
                        "replication.routing.hold TIMER seconds [outcome, router]",
                        "replication.routing.held GAUGE [router]",
                        "replication.routing.primary.changes COUNTER [router]");
    }

    @Test
    void whenNoNodeHasBeenProbedShouldExposeUnknownValues() {
        metrics.bindTo(registry);

        assertThat(gauge("replication.routing.node.lag", "node", "db1")).isNaN();
        assertThat(gauge("replication.routing.node.waiting", "node", "db1")).isZero();
        assertThat(gauge("replication.routing.node.state", "node", "db1", "state", "unknown"))
                .isEqualTo(1);
        assertThat(gauge("replication.routing.node.state", "node", "db1", "state", "online"))
                .isEqualTo(0);
        assertThat(gauge("replication.routing.writable")).isEqualTo(0);
        assertThat(gauge("replication.routing.held")).isEqualTo(0);
        assertThat(gauge("replication.routing.readable.replicas")).isEqualTo(0);
        assertThat(gauge("replication.routing.view.members")).isNaN();
        assertThat(gauge("replication.routing.node.applier.queue", "node", "db1"))
                .isNaN();
        assertThat(gauge("replication.routing.node.flow.control", "node", "db1"))
                .isNaN();
    }

    @Test
    void whenNodeIsRemovedOrAddedShouldRemoveOrRegisterItsMeters() {
        TopologySnapshot both = snapshot(db1, db2);
        TopologySnapshot one = snapshot(db1);
        metrics.bindTo(registry);
        metrics.decided("read", db2, "replica-selected");
        metrics.probed(db2, "answered");

        metrics.snapshotPublished(both, one);
        assertThat(registry.getMeters())
                .noneMatch(meter -> "db2".equals(meter.getId().getTag("node")))
                .anyMatch(meter -> "db1".equals(meter.getId().getTag("node")));

        metrics.snapshotPublished(one, both);
        assertThat(gauge("replication.routing.node.lag", "node", "db2")).isNaN();
    }

    private static TopologySnapshot snapshot(Node... nodes) {
        return new TopologySnapshot(Stream.of(nodes).map(NodeStatus::unknown).toList(), null, "nothing is known");
    }

    @Test
    void whenFirstPrimaryIsFoundShouldCountNoChange() {
        metrics.bindTo(registry);
        metrics.primaryChanged(null, null);
        assertThat(primaryChanges()).isZero();
        metrics.primaryChanged(null, null);
        assertThat(primaryChanges()).isEqualTo(1);
    }

    @Test
    void whenBoundTwiceShouldRegisterPoolMetersOnce() {
        metrics.bindTo(registry);
        metrics.bindTo(new SimpleMeterRegistry());

        assertThat(registry.find("hikaricp.connections").gauges())
                .extracting(gauge -> gauge.getId().getTag("pool"))
                .containsExactlyInAnyOrder("HikariPool-db1", "HikariPool-db2");
    }

    @Test
    void whenThreadsCountConcurrentlyShouldCountAll() throws InterruptedException {
        int threads = 8;
        int each = 20_000;
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int n = 0; n < each; n++) {
                    metrics.decided("read", n % 2 == 0 ? db1 : db2, "replica-selected");
                }
            });
            thread.start();
            all.add(thread);
        }
        go.countDown();
        metrics.bindTo(registry);
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(decisions("read", "db1", "replica-selected")).isEqualTo(threads * each / 2.0);
        assertThat(decisions("read", "db2", "replica-selected")).isEqualTo(threads * each / 2.0);
    }

    private double decisions(String intent, String node, String reason) {
        return registry.get("replication.routing.decisions")
                .tags("router", "dataSource", "intent", intent, "node", node, "reason", reason)
                .functionCounter()
                .count();
    }

    private double primaryChanges() {
        return registry.get("replication.routing.primary.changes")
                .functionCounter()
                .count();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private Set<String> shape(String prefix) {
        Set<String> shape = new TreeSet<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (id.getName().startsWith(prefix)) {
                List<String> keys =
                        id.getTags().stream().map(tag -> tag.getKey()).sorted().toList();
                String unit = id.getBaseUnit() == null ? "" : id.getBaseUnit() + " ";
                shape.add(id.getName() + " " + id.getType() + " " + unit + keys);
            }
        }
        return shape;
    }

    private static NodeSettings unreachable(String name) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("HikariPool-" + name);
        pool.setInitializationFailTimeout(-1);
        return new NodeSettings(
                NodeSpec.of(name, "jdbc:mysql://127.0.0.1:1/shop"), pool, null, Duration.ofMillis(200), null);
    }
}
