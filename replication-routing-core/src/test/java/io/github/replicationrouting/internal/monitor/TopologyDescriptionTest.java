package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.settings.WritePolicy;
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

class TopologyDescriptionTest {

    private static final Duration MAX_LAG = Duration.ofSeconds(5);

    private final GroupView galera = new GroupView("galera", "7f4e4a3e", "7f4e4a3e:7", 3);
    private final NodeStatus db1 = online("db1", 0, "Synced");
    private final NodeStatus db2 = online("db2", 3, "Synced");
    private final NodeStatus db3 =
            status("db3", Role.UNKNOWN, NodeState.UNKNOWN, "receives the state of another member", null, "Joining");
    private final List<NodeStatus> all = List.of(db1, db2, db3);

    @Test
    void whenOneNodeTakesAllWritesShouldNameItWithTheViewOfTheGroup() {
        TopologySnapshot now = new TopologySnapshot(all, db1, List.of(db1), null, galera);

        assertThat(TopologyDescription.of(now, MAX_LAG, WritePolicy.SINGLE))
                .isEqualTo("writer db1 (MariaDB 11.8.9, galera view 7 of 3 members), members db2 3 ms, db3 joining"
                        + " (receives the state of another member); policy single; max-lag 5s");
    }

    @Test
    void whenSeveralNodesTakeWritesShouldNameThem() {
        TopologySnapshot now = new TopologySnapshot(all, null, List.of(db1, db2), null, galera);

        assertThat(TopologyDescription.of(now, MAX_LAG, WritePolicy.LEAST_IN_FLIGHT))
                .isEqualTo("writers db1 (MariaDB 11.8.9), db2 (MariaDB 11.8.9), galera view 7 of 3 members, members db3"
                        + " joining (receives the state of another member); policy least-in-flight; max-lag 5s");
    }

    @Test
    void whenNoNodeTakesWritesShouldSayWhyOnce() {
        NodeStatus cutOff = status("db1", Role.UNKNOWN, NodeState.UNKNOWN, "no majority", null, "Synced");
        NodeStatus down = status("db2", Role.UNKNOWN, NodeState.DOWN, "connection refused", null, null);
        TopologySnapshot now = new TopologySnapshot(List.of(cutOff, down), null, List.of(), "db1: no majority", null);

        assertThat(TopologyDescription.of(now, MAX_LAG, WritePolicy.SINGLE))
                .isEqualTo("no writer (db1: no majority), members db1 unknown, other nodes db2 down (connection"
                        + " refused); policy single; max-lag 5s");
    }

    @Test
    void whenServersAreInNoGroupShouldSaySo() {
        NodeStatus one = online("db1", 0, null);
        NodeStatus other = online("db2", 40, null);
        TopologySnapshot now = new TopologySnapshot(List.of(one, other), one, List.of(one), null, null);

        assertThat(TopologyDescription.of(now, MAX_LAG, WritePolicy.AFFINITY))
                .isEqualTo("writer db1 (MariaDB 11.8.9, in no group), other nodes db2 40 ms; policy affinity; max-lag"
                        + " 5s");
    }

    @Test
    void whenAGroupElectsOnePrimaryShouldShowItsView() {
        NodeStatus replica = status("db2", Role.REPLICA, NodeState.ONLINE, null, Duration.ofMillis(4), "ONLINE");
        GroupView group = new GroupView("group-replication", "17642", "17642:5", 1);
        TopologySnapshot now = new TopologySnapshot(List.of(db1, replica), db1, List.of(db1), null, group);

        assertThat(TopologyDescription.of(now, MAX_LAG))
                .isEqualTo("primary db1 (MariaDB 11.8.9, no position, group-replication view 5 of 1 member); replicas"
                        + " db2 4 ms; max-lag 5s");
    }

    @Test
    void whenThereIsNoGroupShouldDescribePrimaryAndReplicas() {
        NodeStatus replica = status("db2", Role.REPLICA, NodeState.DOWN, "connection refused", null, null);
        TopologySnapshot now = new TopologySnapshot(List.of(db1, replica), db1, null);

        assertThat(TopologyDescription.of(now, MAX_LAG))
                .isEqualTo("primary db1 (MariaDB 11.8.9, no position); replicas db2 down (connection refused); max-lag"
                        + " 5s");
    }

    private static NodeStatus online(String name, int lagMillis, @Nullable String member) {
        return status(name, Role.PRIMARY, NodeState.ONLINE, null, Duration.ofMillis(lagMillis), member);
    }

    private static NodeStatus status(
            String name,
            Role role,
            NodeState state,
            @Nullable String reason,
            @Nullable Duration lag,
            @Nullable String member) {
        return new NodeStatus(
                new Node(NodeSpec.of(name, "jdbc:mariadb://" + name + "/shop")),
                role,
                state,
                false,
                1,
                reason,
                lag,
                Freshness.UNKNOWN,
                null,
                "MariaDB 11.8.9",
                null,
                member == null ? null : new GroupMember(member, "7f4e4a3e:7", 0, null));
    }
}
