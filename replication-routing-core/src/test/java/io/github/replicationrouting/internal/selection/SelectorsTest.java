package io.github.replicationrouting.internal.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SelectorsTest {

    private static final int DRAWS = 20_000;

    private final NodeStatus light = node("light", 1, 1);
    private final NodeStatus middle = node("middle", 2, 1);
    private final NodeStatus heavy = node("heavy", 3, 1);
    private final List<NodeStatus> all = List.of(light, middle, heavy);

    @Test
    void whenWeightsDifferRoundRobinShouldSelectInProportion() {
        Map<NodeStatus, Integer> selected = draw(new RoundRobinSelector(), all, 600);

        assertThat(selected).containsExactlyInAnyOrderEntriesOf(Map.of(light, 100, middle, 200, heavy, 300));
    }

    @Test
    void whenWeightsAreEqualRoundRobinShouldTakeTurns() {
        NodeStatus a = node("a", 1, 0.5);
        NodeStatus b = node("b", 1, 0.5);
        RoundRobinSelector selector = new RoundRobinSelector();
        Candidates both = Candidates.of(List.of(a, b));

        assertThat(List.of(selector.select(both), selector.select(both), selector.select(both)))
                .containsExactly(a, b, a);
    }

    @Test
    void whenSnapshotsChangeRoundRobinShouldStillSelectInProportion() {
        RoundRobinSelector selector = new RoundRobinSelector();
        Map<NodeStatus, Integer> selected = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            selected.merge(selector.select(Candidates.of(all)), 1, Integer::sum);
        }

        assertThat(selected).containsExactlyInAnyOrderEntriesOf(Map.of(light, 100, middle, 200, heavy, 300));
    }

    @Test
    void whenWeightsAreHugeRoundRobinShouldStillSelectTheLightest() {
        NodeStatus huge = node("huge", 1_000, 1);
        NodeStatus small = node("small", 10, 1);

        assertThat(draw(new RoundRobinSelector(), List.of(huge, small), 202))
                .containsExactlyInAnyOrderEntriesOf(Map.of(huge, 200, small, 2));
    }

    @ParameterizedTest
    @MethodSource("all")
    void whenANodeIsInSlowStartEverySelectorShouldGiveItItsShareOnly(NodeSelector selector) {
        NodeStatus warm = node("warm", 2, 1);
        NodeStatus cold = node("cold", 2, 0.1);
        warm.node().recordStatement(1_000_000);
        cold.node().recordStatement(1_000_000);

        Map<NodeStatus, Integer> selected = draw(selector, List.of(warm, cold, node("other", 2, 1)), DRAWS);

        assertThat(share(selected, cold)).isLessThan(0.07);
    }

    static List<NodeSelector> all() {
        return List.of(new RoundRobinSelector(), new LeastInFlightSelector(), new LeastLatencySelector());
    }

    @Test
    void whenIdleLeastInFlightShouldFollowTheWeights() {
        Map<NodeStatus, Integer> selected = draw(new LeastInFlightSelector(), all, DRAWS);

        assertThat(share(selected, light)).isCloseTo(1 / 6d, within(0.03));
        assertThat(share(selected, middle)).isCloseTo(2 / 6d, within(0.03));
        assertThat(share(selected, heavy)).isCloseTo(3 / 6d, within(0.03));
    }

    @Test
    void whenANodeIsBusyLeastInFlightShouldAvoidIt() {
        light.node().acquire();

        assertThat(draw(new LeastInFlightSelector(), List.of(light, heavy), 1_000))
                .doesNotContainKey(light);
        assertThat(draw(new LeastInFlightSelector(), List.of(light), 10)).containsEntry(light, 10);
    }

    @Test
    void whenWeightsDifferLeastInFlightShouldCompareInProportion() {
        use(heavy, 2);
        use(light, 1);

        assertThat(draw(new LeastInFlightSelector(), List.of(light, heavy), 100))
                .containsOnlyKeys(heavy);
    }

    @Test
    void whenLatenciesDifferShouldSelectTheFasterUntilItsQueueIsLonger() {
        NodeStatus slow = node("slow", 1, 1);
        NodeStatus fast = node("fast", 1, 1);
        slow.node().recordStatement(8_000_000);
        fast.node().recordStatement(1_000_000);
        List<NodeStatus> both = List.of(slow, fast);

        assertThat(draw(new LeastLatencySelector(), both, 100)).containsOnlyKeys(fast);
        use(fast, 5);
        assertThat(draw(new LeastLatencySelector(), both, 100)).containsOnlyKeys(fast);
        use(fast, 5);
        assertThat(draw(new LeastLatencySelector(), both, 100)).containsOnlyKeys(slow);
    }

    @Test
    void whenALatencyIsUnknownShouldSelectTheNodeUntilItIsBusy() {
        NodeStatus known = node("known", 1, 1);
        NodeStatus fresh = node("fresh", 1, 1);
        known.node().recordStatement(1_000_000);
        List<NodeStatus> both = List.of(known, fresh);

        assertThat(draw(new LeastLatencySelector(), both, 100)).containsOnlyKeys(fresh);
        use(fresh, 1);
        assertThat(draw(new LeastLatencySelector(), both, 100)).containsOnlyKeys(known);
    }

    @Test
    void whenAllAreBusyAndUnknownLeastLatencyShouldSelectTheLessBusy() {
        use(light, 1);
        NodeStatus busier = node("busier", 1, 1);
        use(busier, 2);

        assertThat(draw(new LeastLatencySelector(), List.of(light, busier), 100))
                .containsOnlyKeys(light);
    }

    private static NodeStatus node(String name, int weight, double share) {
        Node node =
                new Node(new NodeSpec(name, "jdbc:mysql://" + name, DeclaredRole.AUTO, NodeKind.SERVER, weight, null));
        return new NodeStatus(
                node,
                Role.REPLICA,
                NodeState.ONLINE,
                false,
                share,
                null,
                Duration.ZERO,
                Freshness.UNKNOWN,
                null,
                "MySQL 9.7.4");
    }

    private static void use(NodeStatus node, int times) {
        for (int i = 0; i < times; i++) {
            node.node().acquire();
        }
    }

    private static Map<NodeStatus, Integer> draw(NodeSelector selector, List<NodeStatus> nodes, int times) {
        Candidates candidates = Candidates.of(nodes);
        Map<NodeStatus, Integer> selected = new HashMap<>();
        for (int i = 0; i < times; i++) {
            selected.merge(selector.select(candidates), 1, Integer::sum);
        }
        return selected;
    }

    private static double share(Map<NodeStatus, Integer> selected, NodeStatus node) {
        return selected.getOrDefault(node, 0) / (double) DRAWS;
    }
}
