package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
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

class DecisionValidityTest {

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final NodeStatus primary = status(db1, Role.PRIMARY, NodeState.ONLINE, false);
    private final NodeStatus replica = status(db2, Role.REPLICA, NodeState.ONLINE, false);
    private final TopologySnapshot since = snapshot(primary, primary, replica);
    private final StubTopology topology = new StubTopology();

    private final DecisionValidity read =
            new DecisionValidity(topology, since, new Decision(db2, DecisionReason.REPLICA_SELECTED, false));
    private final DecisionValidity write =
            new DecisionValidity(topology, since, new Decision(db1, DecisionReason.READ_WRITE, true));

    @Test
    void whenNothingChangesShouldRemainValid() {
        setSnapshot(since);
        assertThat(read.isOver()).isFalse();
        assertThat(write.isOver()).isFalse();

        setSnapshot(snapshot(primary, primary, replica));
        assertThat(read.isOver()).isFalse();
        assertThat(write.isOver()).isFalse();
    }

    @Test
    void whenTheNodeOfAReadIsSuspectedDownLaggingOrPromotedShouldBeInvalid() {
        setSnapshot(snapshot(primary, primary, status(db2, Role.REPLICA, NodeState.ONLINE, true)));
        assertThat(read.isOver()).isTrue();
        setSnapshot(snapshot(primary, primary, status(db2, Role.REPLICA, NodeState.DOWN, false)));
        assertThat(read.isOver()).isTrue();
        setSnapshot(snapshot(primary, primary, status(db2, Role.REPLICA, NodeState.LAGGING, false)));
        assertThat(read.isOver()).isTrue();
        setSnapshot(snapshot(primary, primary, status(db2, Role.PRIMARY, NodeState.ONLINE, false)));
        assertThat(read.isOver()).isTrue();
        setSnapshot(snapshot(primary, primary));
        assertThat(read.isOver()).isTrue();
    }

    @Test
    void whenTheNodeOfAReadWasSuspectedBeforeShouldRemainValid() {
        TopologySnapshot suspected = snapshot(primary, primary, status(db2, Role.REPLICA, NodeState.ONLINE, true));
        setSnapshot(snapshot(primary, primary, status(db2, Role.REPLICA, NodeState.ONLINE, true)));

        assertThat(new DecisionValidity(topology, suspected, new Decision(db2, DecisionReason.REPLICA_SELECTED, false))
                        .isOver())
                .isFalse();
    }

    @Test
    void whenThePrimaryIsSuspectedShouldRemainValidForAWrite() {
        setSnapshot(snapshot(primary, status(db1, Role.PRIMARY, NodeState.ONLINE, true), replica));

        assertThat(write.isOver()).isFalse();
    }

    @Test
    void whenThePrimaryIsDownOrDemotedShouldBeInvalidForAWrite() {
        setSnapshot(snapshot(null, status(db1, Role.PRIMARY, NodeState.DOWN, false), replica));
        assertThat(write.isOver()).isTrue();

        NodeStatus promoted = status(db2, Role.PRIMARY, NodeState.ONLINE, false);
        setSnapshot(snapshot(promoted, status(db1, Role.PRIMARY, NodeState.ONLINE, false), promoted));
        assertThat(write.isOver()).isTrue();
    }

    @Test
    void whenAnotherNodeIsThePrimaryShouldHaveASuccessor() {
        assertThat(write.hasSuccessor()).isFalse();
        setSnapshot(snapshot(primary, status(db1, Role.PRIMARY, NodeState.ONLINE, true), replica));
        assertThat(write.hasSuccessor()).isFalse();
        setSnapshot(snapshot(null, status(db1, Role.PRIMARY, NodeState.DOWN, false), replica));
        assertThat(write.hasSuccessor()).isFalse();

        NodeStatus promoted = status(db2, Role.PRIMARY, NodeState.ONLINE, false);
        setSnapshot(snapshot(promoted, promoted, status(db1, Role.REPLICA, NodeState.ONLINE, false)));
        assertThat(write.hasSuccessor()).isTrue();
        assertThat(read.hasSuccessor()).isFalse();
    }

    @Test
    void whenTheNodeWasRequestedByNameShouldIgnoreWhetherItIsThePrimary() {
        NodeStatus promoted = status(db2, Role.PRIMARY, NodeState.ONLINE, false);
        setSnapshot(snapshot(promoted, primary, promoted));

        assertThat(new DecisionValidity(topology, since, new Decision(db1, DecisionReason.NODE_REQUESTED, true))
                        .isOver())
                .isFalse();
    }

    // Several nodes that take writes

    @Test
    void whenANodeStillTakesWritesShouldRemainValidWhateverTheOthersDo() {
        NodeStatus other = status(db2, Role.PRIMARY, NodeState.ONLINE, false);
        DecisionValidity shared = new DecisionValidity(
                topology, shared(primary, other), new Decision(db1, DecisionReason.READ_WRITE, true));
        assertThat(shared.isForOneOfSeveralWriters()).isTrue();

        setSnapshot(shared(primary, other));
        assertThat(shared.isOver()).isFalse();
        assertThat(shared.hasSuccessor()).isFalse();
        setSnapshot(new TopologySnapshot(
                List.of(primary, status(db2, Role.PRIMARY, NodeState.DOWN, false)),
                null,
                List.of(primary),
                null,
                null));
        assertThat(shared.isOver()).isFalse();
        assertThat(shared.hasSuccessor()).isFalse();
    }

    @Test
    void whenANodeTakesWritesNoMoreShouldHaveASuccessorWhereAnotherDoes() {
        NodeStatus other = status(db2, Role.PRIMARY, NodeState.ONLINE, false);
        DecisionValidity shared = new DecisionValidity(
                topology, shared(primary, other), new Decision(db1, DecisionReason.READ_WRITE, true));

        setSnapshot(new TopologySnapshot(List.of(primary, other), null, List.of(), "no majority", null));
        assertThat(shared.isOver()).isTrue();
        assertThat(shared.hasSuccessor()).isFalse();
        setSnapshot(new TopologySnapshot(List.of(primary, other), null, List.of(other), null, null));
        assertThat(shared.isOver()).isTrue();
        assertThat(shared.hasSuccessor()).isTrue();
    }

    /** Its role is the same: every member of the group that could take writes is a primary. */
    @Test
    void whenTheNodeOfAReadTakesAllWritesNowShouldBeInvalid() {
        NodeStatus other = status(db2, Role.PRIMARY, NodeState.ONLINE, false);
        TopologySnapshot before = new TopologySnapshot(List.of(primary, other), primary, null);
        DecisionValidity onOther =
                new DecisionValidity(topology, before, new Decision(db2, DecisionReason.REPLICA_SELECTED, false));
        DecisionValidity onPrimary =
                new DecisionValidity(topology, before, new Decision(db1, DecisionReason.HINT_PRIMARY, false));

        setSnapshot(new TopologySnapshot(List.of(primary, other), primary, null));
        assertThat(onOther.isOver()).isFalse();
        assertThat(onPrimary.isOver()).isFalse();
        setSnapshot(new TopologySnapshot(List.of(primary, other), other, null));
        assertThat(onOther.isOver()).isTrue();
    }

    @Test
    void whenThereIsAPrimaryOrTheNodeIsAReplicaShouldBeForNoneOfSeveralWriters() {
        assertThat(write.isForOneOfSeveralWriters()).isFalse();
        assertThat(new DecisionValidity(
                                topology, shared(primary), new Decision(db2, DecisionReason.REPLICA_SELECTED, false))
                        .isForOneOfSeveralWriters())
                .isFalse();
        assertThat(new DecisionValidity(
                                topology, shared(primary), new Decision(db1, DecisionReason.NODE_REQUESTED, true))
                        .isForOneOfSeveralWriters())
                .isFalse();
        assertThat(new DecisionValidity(
                                topology, shared(primary), new Decision(db1, DecisionReason.HINT_PRIMARY, false))
                        .isForOneOfSeveralWriters())
                .isTrue();
    }

    private static TopologySnapshot shared(NodeStatus... writers) {
        return new TopologySnapshot(List.of(writers), null, List.of(writers), null, null);
    }

    private void setSnapshot(TopologySnapshot snapshot) {
        topology.snapshot = snapshot;
    }

    private static TopologySnapshot snapshot(@Nullable NodeStatus primary, NodeStatus... nodes) {
        List<NodeStatus> all = List.of(nodes);
        NodeStatus known = primary != null && all.contains(primary) ? primary : primary == null ? null : all.get(0);
        return new TopologySnapshot(all, known, known == null ? "the test says so" : null);
    }

    private static NodeStatus status(Node node, Role role, NodeState state, boolean suspected) {
        return new NodeStatus(node, role, state, suspected, 1, null, null, Freshness.UNKNOWN, null, null);
    }

    private static Node node(String name) {
        return new Node(new NodeSpec(name, "jdbc:mysql://" + name, DeclaredRole.AUTO, NodeKind.SERVER, 1, null));
    }

    private final class StubTopology implements Topology {

        private TopologySnapshot snapshot = since;

        @Override
        public TopologySnapshot snapshot() {
            return snapshot;
        }

        @Override
        public void suspect(Node node, Exception cause) {}
    }
}
