package io.github.replicationrouting.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelectorsTest {

    private static final int DRAWS = 20_000;

    private final NodeStatus light = node("light", 1);
    private final NodeStatus middle = node("middle", 2);
    private final NodeStatus heavy = node("heavy", 3);
    private final List<NodeStatus> all = List.of(light, middle, heavy);

    @Test
    void roundRobinTakesEachAsOftenAsItWeighs() {
        Map<NodeStatus, Integer> taken = draw(new RoundRobinSelector(), all, 600);

        assertThat(taken).containsExactlyInAnyOrderEntriesOf(Map.of(light, 100, middle, 200, heavy, 300));
    }

    @Test
    void whenIdleLeastInFlightFollowsTheWeights() {
        Map<NodeStatus, Integer> taken = draw(new LeastInFlightSelector(), all, DRAWS);

        assertThat(share(taken, light)).isCloseTo(1 / 6d, within(0.03));
        assertThat(share(taken, middle)).isCloseTo(2 / 6d, within(0.03));
        assertThat(share(taken, heavy)).isCloseTo(3 / 6d, within(0.03));
    }

    @Test
    void whenOneIsBusyLeastInFlightTakesItOnlyWhenItIsDrawnTwice() {
        light.node().acquire();

        assertThat(draw(new LeastInFlightSelector(), List.of(light, heavy), 1_000))
                .doesNotContainKey(light);
        assertThat(draw(new LeastInFlightSelector(), List.of(light), 10)).containsEntry(light, 10);
    }

    @Test
    void leastInFlightComparesPerWeight() {
        use(heavy, 2);
        use(light, 1);

        assertThat(draw(new LeastInFlightSelector(), List.of(light, heavy), 100))
                .containsOnlyKeys(heavy);
    }

    private static NodeStatus node(String name, int weight) {
        return NodeStatus.unknown(
                new Node(new NodeSpec(name, "jdbc:mysql://" + name, DeclaredRole.AUTO, NodeKind.SERVER, weight, null)));
    }

    private static void use(NodeStatus node, int times) {
        for (int i = 0; i < times; i++) {
            node.node().acquire();
        }
    }

    private static Map<NodeStatus, Integer> draw(NodeSelector selector, List<NodeStatus> nodes, int times) {
        Map<NodeStatus, Integer> taken = new HashMap<>();
        for (int i = 0; i < times; i++) {
            taken.merge(selector.select(nodes), 1, Integer::sum);
        }
        return taken;
    }

    private static double share(Map<NodeStatus, Integer> taken, NodeStatus node) {
        return taken.getOrDefault(node, 0) / (double) DRAWS;
    }
}
