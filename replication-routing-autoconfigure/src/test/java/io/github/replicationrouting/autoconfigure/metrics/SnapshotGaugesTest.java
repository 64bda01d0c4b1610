package io.github.replicationrouting.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotGaugesTest {

    private final NodeStatus db1 = status("db1", NodeState.ONLINE, new GroupMember("Synced", "c:7", 3, 0.25));
    private final NodeStatus db2 = status("db2", NodeState.ONLINE, new GroupMember("Synced", "c:7", 0, null));
    private final NodeStatus db3 = status("db3", NodeState.DOWN, null);
    private final NodeStatus db4 = status("db4", NodeState.UNKNOWN, new GroupMember("unknown", null, 0, null));
    private final List<NodeStatus> all = List.of(db1, db2, db3, db4);
    private final GroupView view = new GroupView("galera", "c", "c:7", 3);
    private final TopologySnapshot single = new TopologySnapshot(all, db1, List.of(db1), null, view);
    private final TopologySnapshot shared = new TopologySnapshot(all, null, List.of(db1, db2), null, view);
    private final TopologySnapshot none = new TopologySnapshot(all, null, List.of(), "no member has a majority", null);

    @Test
    void whenANodeTakesWritesShouldBeWritable() {
        assertThat(SnapshotGauges.writable(single)).isEqualTo(1);
        assertThat(SnapshotGauges.writable(shared)).isEqualTo(1);
        assertThat(SnapshotGauges.writable(none)).isZero();
        assertThat(SnapshotGauges.writers(single)).isEqualTo(1);
        assertThat(SnapshotGauges.writers(shared)).isEqualTo(2);
        assertThat(SnapshotGauges.writers(none)).isZero();
    }

    @Test
    void whenOneNodeTakesAllWritesShouldCountTheOthersThatServeReads() {
        assertThat(SnapshotGauges.readableReplicas(single)).isEqualTo(1);
        assertThat(SnapshotGauges.readableReplicas(shared)).isEqualTo(2);
        assertThat(SnapshotGauges.readableReplicas(none)).isEqualTo(2);
    }

    @Test
    void whenThereIsAGroupShouldShowItsMembers() {
        assertThat(SnapshotGauges.viewMembers(single)).isEqualTo(3);
        assertThat(SnapshotGauges.viewMembers(none)).isNaN();
    }

    @Test
    void whenAMemberIsKnownShouldShowItsQueueAndFlowControl() {
        assertThat(SnapshotGauges.applierQueue(single, "db1")).isEqualTo(3);
        assertThat(SnapshotGauges.flowControl(single, "db1")).isEqualTo(0.25);
        assertThat(SnapshotGauges.applierQueue(single, "db2")).isZero();
        assertThat(SnapshotGauges.flowControl(single, "db2")).isNaN();
    }

    @Test
    void whenAMemberIsNotKnownShouldBeNaN() {
        for (String name : List.of("db3", "db4", "db9")) {
            assertThat(SnapshotGauges.applierQueue(single, name)).as(name).isNaN();
            assertThat(SnapshotGauges.flowControl(single, name)).as(name).isNaN();
        }
        assertThat(SnapshotGauges.lag(single, "db3")).isNaN();
        assertThat(SnapshotGauges.lag(single, "db1")).isEqualTo(0.004);
    }

    private static NodeStatus status(String name, NodeState state, @Nullable GroupMember member) {
        return new NodeStatus(
                new Node(NodeSpec.of(name, "jdbc:mysql://" + name + "/shop")),
                Role.PRIMARY,
                state,
                false,
                1,
                null,
                name.equals("db1") ? Duration.ofMillis(4) : null,
                Freshness.UNKNOWN,
                null,
                null,
                null,
                member);
    }
}
