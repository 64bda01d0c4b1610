package io.github.replicationrouting.internal.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RendezvousHashingTest {

    private static final int KEYS = 10_000;

    private final NodeStatus db1 = node("db1", 1);
    private final NodeStatus db2 = node("db2", 1);
    private final NodeStatus db3 = node("db3", 1);

    @Test
    void whenTheTextIsHashedShouldBeTheSameInEveryProcess() {
        assertThat(RendezvousHashing.hash("")).isEqualTo(0xefd01f60ba992926L);
        assertThat(RendezvousHashing.hash("42")).isEqualTo(0x810b196a56ee3cecL);
        assertThat(RendezvousHashing.hash("Zo\u00eb")).isEqualTo(0x3f8a1b8741a8d7b9L);
    }

    @Test
    void whenNodesAreListedInAnotherOrderShouldSelectTheSame() {
        RendezvousHashing one = RendezvousHashing.over(List.of(db1, db2, db3));
        RendezvousHashing other = RendezvousHashing.over(List.of(db3, db1, db2));

        assertThat(keys()).allMatch(key -> one.select(hash(key)).equals(other.select(hash(key))));
    }

    @Test
    void whenNodesWeighTheSameShouldGetTheSameShare() {
        RendezvousHashing all = RendezvousHashing.over(List.of(db1, db2, db3));

        for (NodeStatus node : List.of(db1, db2, db3)) {
            assertThat(shareOf(node, all)).isCloseTo(1 / 3.0, within(0.05 / 3));
        }
    }

    @Test
    void whenNodesWeighDifferentlyShouldGetSharesInProportion() {
        NodeStatus heavy = node("db2", 5);
        RendezvousHashing all = RendezvousHashing.over(List.of(db1, heavy, node("db3", 2)));

        assertThat(shareOf(db1, all)).isCloseTo(1 / 8.0, within(0.05 / 8));
        assertThat(shareOf(heavy, all)).isCloseTo(5 / 8.0, within(0.05 * 5 / 8));
    }

    @Test
    void whenANodeLeavesShouldMoveOnlyItsOwnKeys() {
        RendezvousHashing before = RendezvousHashing.over(List.of(db1, db2, db3));
        RendezvousHashing after = RendezvousHashing.over(List.of(db1, db3));

        assertThat(keys()).allSatisfy(key -> {
            NodeStatus node = before.select(hash(key));
            if (!node.equals(db2)) {
                assertThat(after.select(hash(key))).isSameAs(node);
            }
        });
        assertThat(shareOf(db1, after)).isCloseTo(0.5, within(0.025));
    }

    /** Its share of reads differs from instance to instance, as its slow start does. */
    @Test
    void whenANodeServesAPartOfItsShareOfReadsShouldKeepItsKeys() {
        NodeStatus warming = new NodeStatus(
                db2.node(), Role.PRIMARY, NodeState.ONLINE, false, 0.1, null, null, Freshness.UNKNOWN, null, null);

        assertThat(shareOf(warming, RendezvousHashing.over(List.of(db1, warming, db3))))
                .isEqualTo(shareOf(db2, RendezvousHashing.over(List.of(db1, db2, db3))));
    }

    @Test
    void whenThereIsOneNodeShouldSelectIt() {
        assertThat(RendezvousHashing.over(List.of(db1)).select(hash("7"))).isSameAs(db1);
    }

    /** Keys as applications have them: consecutive numbers, which a weak mix would not spread. */
    private static List<String> keys() {
        return IntStream.range(0, KEYS).mapToObj(Integer::toString).toList();
    }

    private static double shareOf(NodeStatus node, RendezvousHashing hashing) {
        return keys().stream()
                        .filter(key -> hashing.select(hash(key)).equals(node))
                        .count()
                / (double) KEYS;
    }

    private static long hash(String key) {
        return RendezvousHashing.hash(key);
    }

    private static NodeStatus node(String name, int weight) {
        Node node = new Node(
                new NodeSpec(name, "jdbc:mysql://" + name + "/shop", DeclaredRole.AUTO, NodeKind.SERVER, weight, null));
        return new NodeStatus(
                node, Role.PRIMARY, NodeState.ONLINE, false, 1, null, null, Freshness.UNKNOWN, null, null);
    }
}
