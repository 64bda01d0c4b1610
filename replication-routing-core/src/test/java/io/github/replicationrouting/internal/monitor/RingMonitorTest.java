package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.FakeScheduler;
import io.github.replicationrouting.internal.monitor.probe.FakeServer;
import io.github.replicationrouting.internal.monitor.probe.FakeServer.Condition;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.spi.WriterSettings;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The monitor and two servers that replicate from each other without a group, in virtual time. */
class RingMonitorTest {

    private final FailureGuard failureGuard = new FailureGuard("test");
    private final FakeScheduler scheduler = new FakeScheduler(failureGuard);
    private final FakeServer db1 = new FakeServer("db1", scheduler);
    private final FakeServer db2 = new FakeServer("db2", scheduler);
    private final List<String> events = new ArrayList<>();
    private @Nullable MonitorCore created;

    RingMonitorTest() {
        db1.source = db2;
        db2.source = db1;
        db1.writerSettings = new WriterSettings(1, 2, 1);
        db2.writerSettings = new WriterSettings(2, 2, 2);
    }

    @Test
    void whenSettingsExcludeConflictsShouldWriteToBothByKey() {
        start(WritePolicy.AFFINITY);

        assertThat(writers()).containsExactly("db1", "db2");
    }

    @Test
    void whenBothGenerateTheSameKeysShouldWriteToOne() {
        db2.writerSettings = new WriterSettings(2, 2, 1);

        start(WritePolicy.AFFINITY);

        assertThat(writers()).containsExactly("db1");
        assertThat(status("db2").state()).as("it serves reads").isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenPolicyLetsThemDivergeShouldWriteToNone() {
        start(WritePolicy.ROUND_ROBIN);

        assertThat(writers()).isEmpty();
        assertThat(snapshot().noPrimaryReason()).contains("allow-divergence");
    }

    @Test
    void whenAServerDivergesShouldReportItOnceAndUseItAgainWhenItIsRepaired() {
        start(WritePolicy.SINGLE);
        assertThat(writers()).containsExactly("db1");

        diverge(db2, 1062);
        advance(Duration.ofSeconds(10));
        assertThat(status("db2").state()).isEqualTo(NodeState.UNKNOWN);
        assertThat(status("db2").reason()).contains("has diverged").contains("1062");
        assertThat(writers()).containsExactly("db1");
        assertThat(events).containsExactly("db2 diverged from db1:3306 (1062)");

        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(5));
        db2.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(5));
        assertThat(events).as("while it did not answer nothing was repaired").hasSize(1);

        repair(db2);
        advance(Duration.ofSeconds(60));
        assertThat(status("db2").state()).as(status("db2").reason()).isEqualTo(NodeState.ONLINE);

        diverge(db2, 1032);
        advance(Duration.ofSeconds(10));
        assertThat(events).containsExactly("db2 diverged from db1:3306 (1062)", "db2 diverged from db1:3306 (1032)");
    }

    @Test
    void whenTheWriterDivergesShouldMoveTheWrites() {
        start(WritePolicy.SINGLE);

        diverge(db1, 1032);
        advance(Duration.ofSeconds(10));

        assertThat(writers()).containsExactly("db2");
    }

    private static void diverge(FakeServer server, int code) {
        server.applying = false;
        server.behind = null;
        server.errorCode = code;
    }

    private static void repair(FakeServer server) {
        server.applying = true;
        server.behind = Duration.ZERO;
        server.errorCode = 0;
    }

    private void start(WritePolicy policy) {
        TopologyListener listener = new TopologyListener() {
            @Override
            public void diverged(Node node, String source, int errorCode, String reason) {
                assertThat(reason).contains("has diverged");
                events.add(node + " diverged from " + source + " (" + errorCode + ")");
            }
        };
        MonitorCore core = new MonitorCore(
                "test",
                Stream.of("db1", "db2")
                        .map(name -> new Node(NodeSpec.of(name, "jdbc:mysql://" + name)))
                        .toList(),
                node -> node.name().equals("db1") ? db1 : db2,
                new PoolHealthRegistry(Duration.ofMillis(500)),
                MonitorSettings.defaults(),
                scheduler,
                () -> 0.5,
                List.of(listener),
                RouterMetrics.NONE,
                TopologyKind.MULTI_PRIMARY,
                WriteSettings.defaults().withPolicy(policy),
                failureGuard);
        created = core;
        core.start();
        advance(Duration.ofSeconds(2));
    }

    private void advance(Duration by) {
        scheduler.advance(by);
    }

    private TopologySnapshot snapshot() {
        return Objects.requireNonNull(created).snapshot();
    }

    private NodeStatus status(String name) {
        return Objects.requireNonNull(snapshot().node(name));
    }

    private List<String> writers() {
        return snapshot().writers().stream().map(NodeStatus::name).toList();
    }
}
