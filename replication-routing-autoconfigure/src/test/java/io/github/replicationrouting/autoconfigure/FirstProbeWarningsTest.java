package io.github.replicationrouting.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class FirstProbeWarningsTest {

    private final ReplicationRoutingProperties properties = new ReplicationRoutingProperties();
    private final List<DeclaredNode> nodes =
            List.of(DeclaredNode.of("db1", ClosedPorts.url(1)), DeclaredNode.of("db2", ClosedPorts.url(2)));
    private final List<String> warnings = new ArrayList<>();

    @Test
    void whenThereAreOnlyReplicasShouldAskForThePrimary() {
        check(noWriter(Role.REPLICA));

        assertThat(warnings)
                .containsExactly("only replicas are listed: nothing is writable. Add the primary under"
                        + " replication.routing.nodes");
    }

    @Test
    void whenNoneOfSeveralTakesWritesShouldNameWhatIsMissing() {
        properties.setTopology(TopologyKind.MULTI_PRIMARY);

        check(noWriter(Role.REPLICA));

        assertThat(warnings)
                .containsExactly("no node takes writes: nothing is writable. Under replication.routing.topology"
                        + " 'multi-primary' at least one node must be writable and not declared 'replica', and a member"
                        + " of a group must be in a view with a majority");
    }

    @Test
    void whenSeveralNodesShareTheWritesShouldNotWarn() {
        properties.setTopology(TopologyKind.MULTI_PRIMARY);
        List<NodeStatus> all = all(Role.REPLICA);

        check(new TopologySnapshot(all, null, all, null, null));

        assertThat(warnings).isEmpty();
    }

    private void check(TopologySnapshot snapshot) {
        new FirstProbeWarnings(properties, new PoolConfigurations(new MockEnvironment()), warnings::add)
                .check(nodes, snapshot);
    }

    private TopologySnapshot noWriter(Role role) {
        return new TopologySnapshot(all(role), null, "nothing is writable");
    }

    private static List<NodeStatus> all(Role role) {
        return Stream.of("db1", "db2")
                .map(name -> new NodeStatus(
                        new Node(DeclaredNode.of(name, ClosedPorts.url(1)).spec()),
                        role,
                        NodeState.ONLINE,
                        false,
                        1,
                        null,
                        null,
                        Freshness.UNKNOWN,
                        null,
                        "MySQL 9.7.4"))
                .toList();
    }
}
