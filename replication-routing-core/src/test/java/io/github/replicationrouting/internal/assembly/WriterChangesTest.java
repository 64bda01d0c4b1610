package io.github.replicationrouting.internal.assembly;

import static io.github.replicationrouting.internal.routing.Nodes.down;
import static io.github.replicationrouting.internal.routing.Nodes.member;
import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.replica;
import static io.github.replicationrouting.internal.routing.Nodes.shared;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static io.github.replicationrouting.internal.routing.Nodes.withoutPrimary;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.routing.Nodes;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WriterChangesTest {

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final Node db3 = node("db3");
    private final WriterChanges changes = new WriterChanges();

    @Test
    void whenTheFirstWritersAreKnownShouldChangeNothing() {
        assertChange(withPrimary(primary(db1), replica(db2)), Set.of(), Set.of());
        assertChange(withPrimary(primary(db1), down(db2)), Set.of(), Set.of());
    }

    @Test
    void whenAnotherNodeIsThePrimaryShouldRetireTheFormerOne() {
        assertChange(withPrimary(primary(db1), replica(db2)), Set.of(), Set.of());
        assertChange(withPrimary(primary(db2), replica(db1)), Set.of(db1), Set.of(db2));
    }

    @Test
    void whenThePrimaryReturnsShouldChangeNothing() {
        assertChange(withPrimary(primary(db1), replica(db2)), Set.of(), Set.of());
        assertChange(withoutPrimary("it does not answer", down(db1), replica(db2)), Set.of(), Set.of());
        assertChange(withPrimary(primary(db1), replica(db2)), Set.of(), Set.of());
    }

    @Test
    void whenThePrimaryIsReplacedAfterAWhileShouldRetireIt() {
        assertChange(withPrimary(primary(db1), replica(db2)), Set.of(), Set.of());
        assertChange(withoutPrimary("it does not answer", down(db1), replica(db2)), Set.of(), Set.of());
        assertChange(withPrimary(primary(db2), down(db1)), Set.of(db1), Set.of(db2));
    }

    @Test
    void whenOneOfSeveralWritersLeavesShouldRetireItAlone() {
        assertChange(shared(List.of(primary(db1), primary(db2), primary(db3))), Set.of(), Set.of());
        assertChange(shared(List.of(primary(db1), primary(db3)), down(db2)), Set.of(db2), Set.of());
        assertChange(shared(List.of(primary(db1), primary(db2), primary(db3))), Set.of(), Set.of(db2));
    }

    @Test
    void whenOthersTakeTheWritesShouldKnowThatANodeIsReplaced() {
        changes.to(withPrimary(primary(db1), replica(db2)));
        assertThat(changes.hasReplaced(db1)).isFalse();
        changes.to(withoutPrimary("it does not answer", down(db1), replica(db2)));
        assertThat(changes.hasReplaced(db1)).isFalse();
        changes.to(withPrimary(primary(db2), replica(db1)));
        assertThat(changes.hasReplaced(db1)).isTrue();
        assertThat(changes.hasReplaced(db2)).isFalse();
        changes.to(withPrimary(primary(db1), replica(db2)));
        assertThat(changes.hasReplaced(db1)).isFalse();
        assertThat(changes.hasReplaced(db2)).isTrue();
    }

    /** What it executes was requested by its name, and may continue. */
    @Test
    void whenANodeTookNoWritesShouldNotBeReplaced() {
        changes.to(withPrimary(primary(db1), replica(db2), replica(db3)));
        changes.to(withPrimary(primary(db2), replica(db1), down(db3)));
        assertThat(changes.hasReplaced(db3)).isFalse();
    }

    @Test
    void whenAFormerWriterDoesNotAnswerShouldBeLost() {
        assertThat(isLost(withPrimary(primary(db2), down(db1)))).isTrue();
        assertThat(isLost(withPrimary(primary(db2), replica(db1)))).isFalse();
        assertThat(isLost(withPrimary(primary(db2)))).as("removed").isFalse();
    }

    /** It may be frozen, and still count as alive. */
    @Test
    void whenItsGroupContinuesWithoutAFormerWriterShouldBeLost() {
        NodeStatus former = member(db1, Role.UNKNOWN, "6");

        assertThat(isLost(inView(2, former, member(db2, Role.PRIMARY, "7"), member(db3, Role.PRIMARY, "7"))))
                .isTrue();
    }

    @Test
    void whenAFormerWriterMayBeSlowToShowTheNewViewShouldNotBeLost() {
        NodeStatus former = member(db1, Role.UNKNOWN, "6");

        assertThat(isLost(inView(3, former, member(db2, Role.PRIMARY, "7"), member(db3, Role.PRIMARY, "7"))))
                .isFalse();
        assertThat(isLost(inView(2, former, member(db2, Role.PRIMARY, "7")))).isFalse();
    }

    @Test
    void whenAFormerWriterIsStillAMemberShouldNotBeLost() {
        for (Role role : Role.values()) {
            assertThat(isLost(inView(2, member(db1, role, "7"), member(db2, Role.PRIMARY, "7"))))
                    .as(role.name())
                    .isFalse();
        }
    }

    private boolean isLost(TopologySnapshot now) {
        return WriterChanges.isLost(db1, now);
    }

    private static TopologySnapshot inView(int members, NodeStatus... nodes) {
        return new TopologySnapshot(
                List.of(nodes), null, List.of(nodes[1]), null, new GroupView("galera", Nodes.GROUP, "7", members));
    }

    private void assertChange(TopologySnapshot snapshot, Set<Node> retired, Set<Node> entered) {
        WriterChanges.Change change = changes.to(snapshot);
        assertThat(change.retired()).isEqualTo(retired);
        assertThat(change.entered()).isEqualTo(entered);
    }
}
