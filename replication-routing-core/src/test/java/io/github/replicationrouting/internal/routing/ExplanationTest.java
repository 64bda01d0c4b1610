package io.github.replicationrouting.internal.routing;

import static io.github.replicationrouting.internal.routing.Nodes.down;
import static io.github.replicationrouting.internal.routing.Nodes.fenced;
import static io.github.replicationrouting.internal.routing.Nodes.lagging;
import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.replica;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static io.github.replicationrouting.internal.routing.Nodes.withoutPrimary;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.Explanation;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    private final Node db1 = node("db1");
    private final Node db2 = node("db2", "a");
    private final Node db3 = node("db3", "b");
    private final SettableTopology topology =
            new SettableTopology(withPrimary(primary(db1), replica(db2), replica(db3)));

    @Test
    void whenReadingShouldListTheEligibleAndTheChosenNode() {
        Explanation read = router(null).explain(Intent.READ);

        assertThat(descriptions(read)).isEqualTo(Map.of("db1", "is the primary", "db2", "eligible", "db3", "eligible"));
        assertThat(Objects.requireNonNull(read.decision()).node()).isIn(db2, db3);
        assertThat(read.refusal()).isNull();
    }

    @Test
    void whenReplicasAreIneligibleShouldGiveTheReason() {
        topology.set(withPrimary(primary(db1), down(db2), lagging(db3, Duration.ofSeconds(9))));

        Explanation read = router(null).explain(Intent.READ);

        assertThat(descriptions(read))
                .containsEntry("db2", "unknown, down (connection refused)")
                .containsEntry("db3", "replica, lagging (lag PT9S)");
        assertThat(read.decision()).isEqualTo(new Decision(db1, DecisionReason.NO_ELIGIBLE_REPLICA, false));
    }

    @Test
    void whenAZoneIsPreferredShouldGiveTheReasonForExcludingTheOther() {
        assertThat(descriptions(router("a").explain(Intent.READ)))
                .containsEntry("db2", "eligible")
                .containsEntry("db3", "in another zone, and the local zone has enough capacity");
    }

    @Test
    void whenWritingShouldNameThePrimaryOrTheReasonForTheRefusal() {
        assertThat(descriptions(router(null).explain(Intent.WRITE)))
                .isEqualTo(Map.of("db1", "eligible", "db2", "replica, online", "db3", "replica, online"));

        topology.set(withoutPrimary("db1 and db2 are both writable", fenced(db1), fenced(db2), replica(db3)));
        Explanation write = router(null).explain(Intent.WRITE);

        assertThat(write.decision()).isNull();
        assertThat(write.refusal())
                .contains("db1 and db2 are both writable")
                .contains("db1: unknown, fenced (writable, too)");
        assertThat(write.candidates()).noneMatch(Explanation.Candidate::eligible);
    }

    @Test
    void whenNodesAreAvoidedShouldStateThatTheyFailed() {
        assertThat(descriptions(router(null).explain(Intent.READ.avoiding(db2))))
                .containsEntry("db2", "failed an earlier attempt")
                .containsEntry("db3", "eligible");
    }

    /** Whatever the states of the nodes, the nodes listed as eligible are those that are chosen. */
    @Test
    void whenExplainedShouldMatchTheDecision() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            topology.set(anySnapshot(random));
            Router router = router(random.nextBoolean() ? "a" : null);
            for (Intent intent : List.of(Intent.READ, Intent.WRITE, Intent.READ.avoiding(db2))) {
                Explanation explanation = router.explain(intent);
                Set<Node> eligible = new HashSet<>();
                explanation.candidates().stream()
                        .filter(Explanation.Candidate::eligible)
                        .forEach(candidate -> eligible.add(candidate.node()));
                Set<Node> chosen = new HashSet<>();
                for (int turn = 0; turn < 6; turn++) {
                    chosen.addAll(chosen(router, intent));
                }
                if (eligible.isEmpty()) {
                    assertThat(chosen).as(explanation.toString()).isSubsetOf(db1);
                } else {
                    assertThat(chosen).as(explanation.toString()).isEqualTo(eligible);
                }
                assertThat(explanation.decision() == null)
                        .as(explanation.toString())
                        .isEqualTo(chosen.isEmpty());
            }
        }
    }

    private static Set<Node> chosen(Router router, Intent intent) {
        try {
            return Set.of(router.decide(intent).node());
        } catch (SQLException e) {
            return Set.of();
        }
    }

    private TopologySnapshot anySnapshot(Random random) {
        List<NodeStatus> nodes = new ArrayList<>();
        for (Node node : List.of(db2, db3)) {
            nodes.add(
                    switch (random.nextInt(4)) {
                        case 0 -> replica(node);
                        case 1 -> down(node);
                        case 2 -> fenced(node);
                        default -> lagging(node, Duration.ofSeconds(9));
                    });
        }
        return random.nextBoolean()
                ? withPrimary(primary(db1), nodes.toArray(NodeStatus[]::new))
                : withoutPrimary("none", nodes.toArray(NodeStatus[]::new));
    }

    private Router router(@Nullable String zone) {
        return new Router(
                topology,
                new RouterSettings(
                        new RoundRobinSelector(),
                        OutsideTransaction.PRIMARY,
                        WhenNoneEligible.PRIMARY,
                        Duration.ofSeconds(5),
                        zone,
                        Duration.ZERO,
                        Duration.ZERO,
                        WritePolicy.SINGLE));
    }

    private static Map<String, String> descriptions(Explanation explanation) {
        Map<String, String> descriptions = new TreeMap<>();
        explanation
                .candidates()
                .forEach(candidate -> descriptions.put(candidate.node().name(), candidate.description()));
        return descriptions;
    }
}
