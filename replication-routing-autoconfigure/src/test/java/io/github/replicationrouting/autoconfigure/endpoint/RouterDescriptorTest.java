package io.github.replicationrouting.autoconfigure.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The response of the endpoint for several writable nodes, as JSON. */
class RouterDescriptorTest {

    private final NodeStatus db1 = status("db1", 5, new GroupMember("Synced", "7f4e:7", 3, 0.25));
    private final NodeStatus db2 = status("db2", 0, new GroupMember("Joining", null, 12, null));
    private final NodeStatus db3 = status("db3", -1, new GroupMember("unknown", null, 0, null));
    private final List<NodeStatus> all = List.of(db1, db2, db3);
    private final GroupView view = new GroupView("galera", "7f4e", "7f4e:7", 3);

    @Test
    void whenOneNodeTakesAllWritesShouldShowItAsPrimary() {
        assertThat(json("single", new TopologySnapshot(all, db1, List.of(db1), null, view)))
                .startsWith(
                        "{\"topology\":\"multi-primary\",\"primary\":\"db1\",\"writable\":true,\"nodes\":{\"db1\":{")
                .endsWith("},\"policy\":\"single\",\"writers\":[\"db1\"],\"group\":{\"kind\":\"galera\","
                        + "\"groupId\":\"7f4e\",\"viewId\":\"7f4e:7\",\"members\":3}}");
    }

    @Test
    void whenSeveralNodesTakeWritesShouldShowNoPrimary() {
        assertThat(json("round-robin", new TopologySnapshot(all, null, List.of(db1, db2), null, view)))
                .contains("\"primary\":null,\"writable\":true")
                .contains("\"policy\":\"round-robin\",\"writers\":[\"db1\",\"db2\"],\"group\":{");
    }

    @Test
    void whenNoNodeTakesWritesShouldSayWhy() {
        assertThat(json("single", new TopologySnapshot(all, null, List.of(), "no majority", null)))
                .contains("\"primary\":null,\"writable\":false")
                .contains("\"writers\":[],\"group\":null,\"reason\":\"no majority\"");
    }

    @Test
    void whenANodeIsAMemberShouldShowWhatItReports() {
        db1.node().recordConflict();
        String json = json("single", new TopologySnapshot(all, db1, List.of(db1), null, view));

        assertThat(json)
                .contains(
                        "\"semiSynchronous\":null,\"member\":{\"state\":\"Synced\",\"view\":\"7f4e:7\",\"applierQueue\":3,"
                                + "\"flowControl\":0.25},\"conflicts\":1,\"priority\":5}")
                .contains("\"member\":{\"state\":\"Joining\",\"view\":null,\"applierQueue\":12,\"flowControl\":null},"
                        + "\"conflicts\":0,\"priority\":0}")
                .contains("\"member\":{\"state\":\"unknown\",\"view\":null,\"applierQueue\":null,\"flowControl\":null},"
                        + "\"conflicts\":0,\"priority\":-1}");
    }

    private static String json(String policy, TopologySnapshot snapshot) {
        return JsonMapper.builder()
                .build()
                .writeValueAsString(RouterDescriptor.of("multi-primary", policy, snapshot, null, null));
    }

    private static NodeStatus status(String name, int priority, @Nullable GroupMember member) {
        NodeSpec spec = new NodeSpec(
                name, "jdbc:mysql://" + name + "/shop", DeclaredRole.AUTO, NodeKind.SERVER, 1, null, priority);
        return new NodeStatus(
                new Node(spec),
                Role.PRIMARY,
                NodeState.ONLINE,
                false,
                1,
                null,
                null,
                Freshness.UNKNOWN,
                null,
                null,
                null,
                member);
    }
}
