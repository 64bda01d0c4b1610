package io.github.replicationrouting.internal.routing;

import static io.github.replicationrouting.internal.routing.Nodes.down;
import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.replica;
import static io.github.replicationrouting.internal.routing.Nodes.shared;
import static io.github.replicationrouting.internal.routing.Nodes.suspected;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes and reads where several nodes take writes. */
class WritePolicyTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final Node db3 = node("db3");
    private final TopologySnapshot all = shared(List.of(writer(db1), writer(db2), writer(db3)));
    private final SettableTopology topology = new SettableTopology(all);
    private final Consistency consistency = new Consistency(
            "test",
            ConsistencySettings.defaults(),
            topology,
            new KnownPositions(INTERVAL),
            INTERVAL,
            RouterMetrics.NONE);
    private final IntentResolver intents = new IntentResolver("test", consistency, topology);

    @BeforeEach
    @AfterEach
    void clearSession() {
        SessionToken.clear();
    }

    @Test
    void whenTurnsAreTakenShouldWriteToEachNodeAsOften() throws SQLException {
        assertThat(countsOfWrites(router(WritePolicy.ROUND_ROBIN), 30)).isEqualTo(Map.of(db1, 10, db2, 10, db3, 10));
    }

    @Test
    void whenTheLeastInFlightIsChosenShouldLeaveALoadedNodeAlone() throws SQLException {
        for (int i = 0; i < 100; i++) {
            db2.acquire();
        }

        assertThat(countsOfWrites(router(WritePolicy.LEAST_IN_FLIGHT), 300)).containsOnlyKeys(db1, db3);
    }

    @Test
    void whenAWriterFailedToAnswerShouldWriteToTheOthersWhileThereAreAny() throws SQLException {
        Router router = router(WritePolicy.ROUND_ROBIN);
        topology.set(shared(List.of(suspected(writer(db1)), writer(db2), suspected(writer(db3)))));
        assertThat(countsOfWrites(router, 10)).containsOnlyKeys(db2);

        topology.set(shared(List.of(suspected(writer(db1)), suspected(writer(db2)))));
        assertThat(countsOfWrites(router, 10)).containsOnlyKeys(db1, db2);
    }

    @Test
    void whenAWriterIsAvoidedShouldWriteToAnother() throws SQLException {
        Router router = router(WritePolicy.ROUND_ROBIN);

        assertThat(router.decide(new Intent(Access.WRITE, List.of(db1, db3))))
                .isEqualTo(new Decision(db2, DecisionReason.READ_WRITE, true));
        assertThatExceptionOfType(NoWritableNodeException.class)
                .isThrownBy(() -> router.decide(new Intent(Access.WRITE, List.of(db1, db2, db3))))
                .withMessageContaining("the nodes that take writes are unreachable")
                .withMessageContaining("db2: failed an earlier attempt")
                .withMessageContaining("a member of the group takes writes");
    }

    @Test
    void whenAKeyIsGivenShouldWriteToTheSameNodeInEveryInstance() throws SQLException {
        Router one = router(WritePolicy.AFFINITY);
        Router other = router(WritePolicy.AFFINITY);
        Set<Node> chosen = new HashSet<>();
        for (int key = 0; key < 100; key++) {
            Node node = nodeOf(key, one);
            chosen.add(node);
            assertThat(nodeOf(key, one)).isEqualTo(node);
            assertThat(nodeOf(Integer.toString(key), other)).isEqualTo(node);
        }
        assertThat(chosen).containsExactlyInAnyOrder(db1, db2, db3);
    }

    @Test
    void whenTheNodeOfAKeyLeavesShouldMoveOnlyItsKeysAndBringThemBack() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Map<Integer, Node> before = nodesOfKeys(router);

        topology.set(shared(List.of(writer(db1), writer(db3)), down(db2)));
        nodesOfKeys(router).forEach((key, node) -> {
            if (before.get(key) != db2) {
                assertThat(node).isEqualTo(before.get(key));
            } else {
                assertThat(node).isIn(db1, db3);
            }
        });

        topology.set(all);
        assertThat(nodesOfKeys(router)).isEqualTo(before);
    }

    /** Elsewhere its writes could conflict with those that other instances still send there. */
    @Test
    void whenTheNodeOfAKeyIsSuspectedOrAvoidedShouldStillWriteThere() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Node node = nodeOf("k", router);
        NodeStatus[] others =
                all.nodes().stream().filter(status -> status.node() != node).toArray(NodeStatus[]::new);

        topology.set(shared(List.of(suspected(writer(node)), others[0], others[1])));
        assertThat(nodeOf("k", router)).isEqualTo(node);
        assertThat(router.decide(new Intent(Access.WRITE, List.of(node)).under(AffinityKey.of("k")))
                        .node())
                .isEqualTo(node);
    }

    @Test
    void whenThereIsNoKeyShouldWriteToOneNodeInEveryInstance() throws SQLException {
        Map<Node, Integer> counts = countsOfWrites(router(WritePolicy.AFFINITY), 20);

        assertThat(counts).hasSize(1).isEqualTo(countsOfWrites(router(WritePolicy.AFFINITY), 20));
        assertThat(router(WritePolicy.AFFINITY)
                        .decide(Intent.OUTSIDE_TRANSACTION)
                        .node())
                .isIn(counts.keySet());
    }

    @Test
    void whenThePolicyIsAnotherShouldIgnoreTheKey() throws SQLException {
        Router router = router(WritePolicy.ROUND_ROBIN);
        Set<Node> chosen = new HashSet<>();
        for (int i = 0; i < 9; i++) {
            chosen.add(nodeOf("k", router));
        }

        assertThat(chosen).containsExactlyInAnyOrder(db1, db2, db3);
        assertThat(router.isFor(db1, AffinityKey.of("k"))).isTrue();
        assertThat(router.isFor(db2, AffinityKey.of("k"))).isTrue();
    }

    @Test
    void whenWorkContinuesUnderAnotherKeyShouldTellWhetherItsNodeIsTheSame() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Node node = nodeOf("k", router);

        assertThat(List.of(db1, db2, db3)).allMatch(each -> router.isFor(each, AffinityKey.of("k")) == (each == node));
    }

    @Test
    void whenThereIsAPrimaryShouldWriteThereWhateverThePolicy() throws SQLException {
        topology.set(withPrimary(primary(db2), writer(db1), writer(db3)));

        for (WritePolicy policy : WritePolicy.values()) {
            assertThat(countsOfWrites(router(policy), 10)).containsOnlyKeys(db2);
            assertThat(nodeOf("k", router(policy))).isEqualTo(db2);
            assertThat(router(policy).isFor(db2, AffinityKey.of("k"))).isTrue();
        }
    }

    // Reads

    @Test
    void whenSeveralNodesTakeWritesShouldReadFromAll() throws SQLException {
        topology.set(shared(List.of(writer(db1), writer(db2)), replica(db3)));

        for (WritePolicy policy : List.of(WritePolicy.ROUND_ROBIN, WritePolicy.AFFINITY)) {
            assertThat(nodesOfReads(router(policy))).containsExactlyInAnyOrder(db1, db2, db3);
        }
    }

    @Test
    void whenOneNodeTakesAllWritesShouldReadFromTheOthers() throws SQLException {
        topology.set(withPrimary(primary(db2), writer(db1), writer(db3)));
        assertThat(nodesOfReads(router(WritePolicy.SINGLE))).containsExactlyInAnyOrder(db1, db3);

        topology.set(withPrimary(primary(db2), down(db1), unknown(db3)));
        assertThat(router(WritePolicy.SINGLE).decide(Intent.READ))
                .isEqualTo(new Decision(db2, DecisionReason.NO_ELIGIBLE_REPLICA, false));
    }

    @Test
    void whenNoNodeTakesWritesShouldReadFromWhatServesAndRefuseWrites() throws SQLException {
        topology.set(new TopologySnapshot(
                List.of(replica(db1), down(db2), down(db3)),
                null,
                List.of(),
                "no node takes writes: db1: its view has no majority",
                null));

        Router router = router(WritePolicy.AFFINITY);
        assertThat(nodesOfReads(router)).containsExactly(db1);
        assertThat(router.decide(Intent.METADATA).reason()).isEqualTo(DecisionReason.METADATA_WITHOUT_PRIMARY);
        assertThatExceptionOfType(NoWritableNodeException.class)
                .isThrownBy(() -> router.decide(Intent.WRITE))
                .withMessageContaining("no node takes writes: db1: its view has no majority");
    }

    @Test
    void whenMetadataIsReadShouldUseANodeThatTakesWrites() throws SQLException {
        assertThat(router(WritePolicy.AFFINITY).decide(Intent.METADATA).reason())
                .isEqualTo(DecisionReason.OUTSIDE_TRANSACTION);
    }

    @Test
    void whenThePrimaryIsRequestedShouldChooseAWriterByThePolicy() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Node node = nodeOf("k", router);

        Decision decision = RoutingHints.withAffinity(
                "k", () -> RoutingHints.onPrimary(() -> decide(router, intents.of(Access.READ))));

        assertThat(decision.reason()).isEqualTo(DecisionReason.HINT_PRIMARY);
        assertThat(decision.node()).isEqualTo(node);
        assertThat(decision.writable()).isFalse();
    }

    @Test
    void whenTheNodeOfAKeyIsAvoidedShouldReadFromAnotherWriter() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Node node = nodeOf("k", router);
        Intent read = RoutingHints.withAffinity("k", () -> RoutingHints.onPrimary(() -> intents.of(Access.READ)));

        assertThat(router.decide(read.avoiding(node)).node()).isNotEqualTo(node);
    }

    @Test
    void whenNoNodeIsKnownToHaveTheOwnWritesShouldReadFromAWriter() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Node node = nodeOf("k", router);
        consistency.committed(db1);

        Decision decision = RoutingHints.withAffinity("k", () -> decide(router, intents.of(Access.READ)));

        assertThat(decision.reason()).isEqualTo(DecisionReason.SESSION_PRIMARY);
        assertThat(decision.node()).isEqualTo(node);
    }

    @Test
    void whenThereIsNoGroupShouldNotTakeThePositionOfOneWriterForThatOfAll() {
        Router router = router(WritePolicy.AFFINITY);
        Intent read = RoutingHints.onPrimary(() -> intents.of(Access.READ));
        assertThat(decide(router, read).recordsPosition()).isTrue();

        topology.set(new TopologySnapshot(all.nodes(), null, all.writers(), null, null));
        assertThat(decide(router, read).recordsPosition()).isFalse();
    }

    // Own writes of transactions that may write

    @Test
    void whenOneWriterIsKnownToHaveTheOwnWritesShouldWriteThere() throws SQLException {
        consistency.committed(db1);
        topology.set(shared(List.of(writer(db1), fresh(db2), writer(db3))));

        Router router = router(WritePolicy.ROUND_ROBIN);
        Set<Node> chosen = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            chosen.add(router.decide(intents.of(Access.WRITE)).node());
        }
        assertThat(chosen).containsExactly(db2);
    }

    /** Elsewhere its writes could conflict; the connection waits there instead. */
    @Test
    void whenAnotherNodeIsKnownToHaveTheOwnWritesShouldStillWriteToTheNodeOfTheKey() throws SQLException {
        Router router = router(WritePolicy.AFFINITY);
        Node node = nodeOf("k", router);
        consistency.committed(db1);
        topology.set(shared(all.nodes().stream()
                .map(status -> status.node() == node ? status : fresh(status.node()))
                .toList()));

        assertThat(nodeOf("k", router)).isEqualTo(node);
    }

    @Test
    void whenThereIsAPrimaryShouldNotConstrainWrites() {
        consistency.committed(db1);
        topology.set(withPrimary(primary(db2), writer(db1), writer(db3)));

        assertThat(intents.of(Access.WRITE)).isSameAs(Intent.WRITE);
    }

    // The pinned writer

    @Test
    void whenTheWriterIsPinnedShouldBeTheSameInEveryInstanceWhateverThePolicy() throws SQLException {
        Set<Node> chosen = new HashSet<>();
        for (WritePolicy policy : List.of(WritePolicy.ROUND_ROBIN, WritePolicy.LEAST_IN_FLIGHT, WritePolicy.AFFINITY)) {
            Decision decision = new PinnedWriter(router(policy)).ofConnection().decide(Intent.READ);
            assertThat(decision.reason()).isEqualTo(DecisionReason.PINNED_WRITER);
            assertThat(decision.writable()).isTrue();
            chosen.add(decision.node());
        }
        assertThat(chosen).hasSize(1);
    }

    @Test
    void whenAConnectionUsesThePinnedWriterShouldLeadOthersThereUntilItIsClosed() throws SQLException {
        PinnedWriter pinned = new PinnedWriter(router(WritePolicy.AFFINITY));
        Node preferred = pinned.decide(Intent.WRITE).node();
        List<NodeStatus> others = all.writers().stream()
                .filter(status -> status.node() != preferred)
                .toList();
        topology.set(shared(others, down(preferred)));
        Route lock = pinned.ofConnection();
        Node substitute = lock.decide(Intent.WRITE).node();
        assertThat(substitute).isNotEqualTo(preferred);

        topology.set(all);
        Route statements = pinned.ofConnection();
        assertThat(statements.decide(Intent.WRITE).node()).isEqualTo(substitute);
        assertThat(lock.decide(Intent.WRITE).node()).isEqualTo(substitute);

        lock.connectionClosed();
        assertThat(statements.decide(Intent.WRITE).node()).isEqualTo(substitute);
        statements.connectionClosed();
        assertThat(pinned.ofConnection().decide(Intent.WRITE).node()).isEqualTo(preferred);
    }

    @Test
    void whenThePinnedWriterLeavesShouldUseAnother() throws SQLException {
        PinnedWriter pinned = new PinnedWriter(router(WritePolicy.AFFINITY));
        Route connection = pinned.ofConnection();
        Node first = connection.decide(Intent.WRITE).node();
        List<NodeStatus> others =
                all.writers().stream().filter(status -> status.node() != first).toList();
        topology.set(shared(others, down(first)));

        assertThat(connection.decide(Intent.WRITE).node()).isNotEqualTo(first);
    }

    // Explained

    @Test
    void whenExplainedShouldSayWhoTakesWrites() {
        assertThat(router(WritePolicy.AFFINITY).explain(Intent.WRITE).candidates())
                .allMatch(candidate -> candidate.eligible());

        topology.set(withPrimary(primary(db2), writer(db1), down(db3)));
        assertThat(router(WritePolicy.SINGLE).explain(Intent.WRITE).toString())
                .contains("db1: writable, while another node takes all writes", "db2: eligible");
    }

    private Router router(WritePolicy policy) {
        return new Router(
                topology,
                new RouterSettings(
                        new RoundRobinSelector(),
                        OutsideTransaction.PRIMARY,
                        WhenNoneEligible.PRIMARY,
                        Duration.ofSeconds(5),
                        null,
                        Duration.ofMillis(100),
                        INTERVAL,
                        policy));
    }

    private Map<Node, Integer> countsOfWrites(Router router, int number) throws SQLException {
        Map<Node, Integer> counts = new HashMap<>();
        for (int i = 0; i < number; i++) {
            counts.merge(router.decide(intents.of(Access.WRITE)).node(), 1, Integer::sum);
        }
        return counts;
    }

    private Node nodeOf(Object key, Router router) {
        return RoutingHints.withAffinity(
                key, () -> decide(router, intents.of(Access.WRITE)).node());
    }

    private Map<Integer, Node> nodesOfKeys(Router router) {
        Map<Integer, Node> nodes = new HashMap<>();
        for (int key = 0; key < 200; key++) {
            nodes.put(key, nodeOf(key, router));
        }
        return nodes;
    }

    private static List<Node> nodesOfReads(Router router) throws SQLException {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nodes.add(router.decide(Intent.READ).node());
        }
        return nodes.stream().distinct().toList();
    }

    private static Decision decide(Router router, Intent intent) {
        try {
            return router.decide(intent);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** A node that takes writes, of which nothing is known about what others have committed. */
    private static NodeStatus writer(Node node) {
        return status(node, Role.PRIMARY, Freshness.UNKNOWN);
    }

    private static NodeStatus fresh(Node node) {
        return status(node, Role.PRIMARY, Freshness.provenAsOf(System.nanoTime()));
    }

    private static NodeStatus unknown(Node node) {
        return status(node, Role.UNKNOWN, Freshness.UNKNOWN);
    }

    private static NodeStatus status(Node node, Role role, Freshness freshness) {
        return new NodeStatus(
                node, role, NodeState.ONLINE, false, 1, null, Duration.ofMillis(4), freshness, null, "MariaDB 11.8.9");
    }
}
