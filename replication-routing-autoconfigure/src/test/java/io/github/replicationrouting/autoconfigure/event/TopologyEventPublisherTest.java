package io.github.replicationrouting.autoconfigure.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.event.DivergenceDetectedEvent;
import io.github.replicationrouting.event.GroupViewChangedEvent;
import io.github.replicationrouting.event.NodeStateChangedEvent;
import io.github.replicationrouting.event.PrimaryChangedEvent;
import io.github.replicationrouting.event.ReplicationLagRecoveredEvent;
import io.github.replicationrouting.event.ReplicationLagWarningEvent;
import io.github.replicationrouting.event.SemiSynchronousChangedEvent;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;

@ExtendWith(OutputCaptureExtension.class)
class TopologyEventPublisherTest {

    private final Node db2 = new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop"));
    private final NodeStatus online = status(NodeState.ONLINE, null);
    private final NodeStatus down = status(NodeState.DOWN, "connection refused");
    private final List<Object> received = new CopyOnWriteArrayList<>();
    private final AtomicReference<ApplicationEventPublisher> events = new AtomicReference<>(received::add);
    private final TopologyEventPublisher publisher =
            new TopologyEventPublisher("dataSource", event -> events.get().publishEvent(event));

    @AfterEach
    void close() {
        publisher.close();
    }

    @Test
    void whenTopologyChangesShouldPublishEventsInOrder() {
        publisher.start();
        publisher.nodeStateChanged(online, down);
        publisher.primaryChanged(online, null);
        publisher.primaryChanged(null, online);
        publisher.lagWarning(online, 0.5);
        publisher.lagRecovered(online);
        publisher.semiSynchronousChanged(db2, false);

        await().untilAsserted(() -> assertThat(received)
                .containsExactly(
                        new NodeStateChangedEvent(
                                "dataSource",
                                "db2",
                                Role.REPLICA,
                                NodeState.ONLINE,
                                NodeState.DOWN,
                                "connection refused"),
                        new PrimaryChangedEvent("dataSource", "db2", null),
                        new PrimaryChangedEvent("dataSource", null, "db2"),
                        new ReplicationLagWarningEvent("dataSource", "db2", null, 0.5),
                        new ReplicationLagRecoveredEvent("dataSource", "db2", null),
                        new SemiSynchronousChangedEvent("dataSource", "db2", false)));
    }

    @Test
    void whenTheViewOfTheGroupChangesShouldPublishBoth() {
        GroupView three = new GroupView("galera", "7f4e4a3e", "7f4e4a3e:7", 3);
        GroupView two = new GroupView("galera", "7f4e4a3e", "7f4e4a3e:8", 2);
        publisher.start();
        publisher.snapshotPublished(snapshot(null), snapshot(three));
        publisher.snapshotPublished(snapshot(three), snapshot(three));
        publisher.snapshotPublished(snapshot(three), snapshot(new GroupView("galera", "7f4e4a3e", "7f4e4a3e:7", 3)));
        publisher.snapshotPublished(snapshot(three), snapshot(two));
        publisher.snapshotPublished(snapshot(two), snapshot(null));
        publisher.snapshotPublished(snapshot(null), snapshot(null));
        publisher.lagRecovered(online);

        await().until(() -> received.stream().anyMatch(ReplicationLagRecoveredEvent.class::isInstance));
        assertThat(received)
                .containsExactly(
                        new GroupViewChangedEvent("dataSource", null, three),
                        new GroupViewChangedEvent("dataSource", three, two),
                        new GroupViewChangedEvent("dataSource", two, null),
                        new ReplicationLagRecoveredEvent("dataSource", "db2", null));
    }

    @Test
    void whenANodeHasDivergedShouldPublishWhy() {
        publisher.start();
        publisher.diverged(db2, "10.0.0.1:3306", 1062, "has diverged");

        await().untilAsserted(() -> assertThat(received)
                .containsExactly(
                        new DivergenceDetectedEvent("dataSource", "db2", "10.0.0.1:3306", 1062, "has diverged")));
    }

    private TopologySnapshot snapshot(@Nullable GroupView group) {
        return new TopologySnapshot(List.of(online), null, List.of(online), null, group);
    }

    @Test
    void whenApplicationIsNotRunningShouldPublishNothing() {
        publisher.nodeStateChanged(online, down);
        publisher.start();
        publisher.primaryChanged(null, online);
        await().until(() -> received.size() == 1);
        publisher.stop();
        publisher.nodeStateChanged(online, down);
        publisher.start();
        publisher.primaryChanged(online, null);

        await().untilAsserted(() -> assertThat(received)
                .containsExactly(
                        new PrimaryChangedEvent("dataSource", null, "db2"),
                        new PrimaryChangedEvent("dataSource", "db2", null)));
    }

    @Test
    void whenListenerIsSlowShouldDropEventsAndWarnOnce(CapturedOutput output) throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        events.set(event -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            received.add(event);
        });
        publisher.start();
        for (int i = 0; i < 3_000; i++) {
            // Would block this thread if publishing waited for the listener.
            publisher.nodeStateChanged(online, down);
        }
        release.countDown();

        await().untilAsserted(() -> assertThat(received).hasSizeBetween(1_000, 1_002));
        assertThat(output.getOut().lines().filter(line -> line.contains("events are dropped")))
                .hasSize(1);
    }

    @Test
    void whenListenerFailsShouldPublishLaterEvents(CapturedOutput output) {
        events.set(event -> {
            events.set(received::add);
            throw new IllegalStateException("listener");
        });
        publisher.start();
        publisher.primaryChanged(online, null);
        publisher.primaryChanged(null, online);

        await().untilAsserted(
                        () -> assertThat(received).containsExactly(new PrimaryChangedEvent("dataSource", null, "db2")));
        assertThat(output).contains("event listener failed on PrimaryChangedEvent");
    }

    private NodeStatus status(NodeState state, String reason) {
        return new NodeStatus(db2, Role.REPLICA, state, false, 1, reason, null, Freshness.UNKNOWN, null, null);
    }
}
