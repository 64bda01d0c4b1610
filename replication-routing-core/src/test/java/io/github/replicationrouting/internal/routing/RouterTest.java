package io.github.replicationrouting.internal.routing;

import static io.github.replicationrouting.internal.routing.Nodes.at;
import static io.github.replicationrouting.internal.routing.Nodes.down;
import static io.github.replicationrouting.internal.routing.Nodes.fenced;
import static io.github.replicationrouting.internal.routing.Nodes.lagging;
import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.replica;
import static io.github.replicationrouting.internal.routing.Nodes.suspected;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static io.github.replicationrouting.internal.routing.Nodes.withoutPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.MultipleWritableNodesException;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouterTest {

    private final Node db1 = node("db1");
    private final Node db2 = node("db2", "a");
    private final Node db3 = node("db3", "b");
    private final SettableTopology topology =
            new SettableTopology(withPrimary(primary(db1), replica(db2), replica(db3)));

    @Test
    void whenReadingShouldSpreadOverTheReplicas() throws SQLException {
        assertThat(nodesChosen(router(), Intent.READ)).containsExactlyInAnyOrder(db2, db3);
    }

    @Test
    void whenWritingOrOutsideTransactionsShouldChooseThePrimary() throws SQLException {
        assertThat(router().decide(Intent.WRITE)).isEqualTo(new Decision(db1, DecisionReason.READ_WRITE, true));
        assertThat(router().decide(Intent.OUTSIDE_TRANSACTION))
                .isEqualTo(new Decision(db1, DecisionReason.OUTSIDE_TRANSACTION, true));
    }

    @Test
    void whenOutsideTransactionIsReplicaShouldChooseReplicas() throws SQLException {
        Router router = router(OutsideTransaction.REPLICA, WhenNoneEligible.PRIMARY, null);

        Decision decision = router.decide(Intent.OUTSIDE_TRANSACTION);

        assertThat(decision.node()).isIn(db2, db3);
        assertThat(decision.writable()).isFalse();
    }

    @Test
    void whenAReplicaGoesDownShouldAvoidItInTheNextDecision() throws SQLException {
        Router router = router();
        assertThat(nodesChosen(router, Intent.READ)).contains(db3);

        topology.set(withPrimary(primary(db1), replica(db2), down(db3)));

        assertThat(nodesChosen(router, Intent.READ)).containsExactly(db2);
    }

    @Test
    void whenNoReplicaIsEligibleShouldChooseThePrimaryReadOnly() throws SQLException {
        topology.set(withPrimary(primary(db1), down(db2), lagging(db3, Duration.ofSeconds(9))));

        assertThat(router().decide(Intent.READ))
                .isEqualTo(new Decision(db1, DecisionReason.NO_ELIGIBLE_REPLICA, false));
    }

    @Test
    void whenLeastLaggedIsConfiguredShouldChooseItWithinTenTimesTheLimit() throws SQLException {
        Router router = router(OutsideTransaction.PRIMARY, WhenNoneEligible.LEAST_LAGGED, null);
        topology.set(
                withPrimary(primary(db1), lagging(db2, Duration.ofSeconds(20)), lagging(db3, Duration.ofSeconds(9))));
        assertThat(router.decide(Intent.READ)).isEqualTo(new Decision(db3, DecisionReason.LEAST_LAGGED, false));

        topology.set(
                withPrimary(primary(db1), lagging(db2, Duration.ofSeconds(51)), lagging(db3, Duration.ofSeconds(52))));
        assertThat(router.decide(Intent.READ).node()).isEqualTo(db1);
    }

    @Test
    void whenFailIsConfiguredShouldThrowTheReasonAndAnAction() {
        Router router = router(OutsideTransaction.PRIMARY, WhenNoneEligible.FAIL, null);
        topology.set(withPrimary(primary(db1), down(db2), lagging(db3, Duration.ofSeconds(9))));

        assertThatExceptionOfType(NoReadableNodeException.class)
                .isThrownBy(() -> router.decide(Intent.READ))
                .withMessageContaining("db2: unknown, down (connection refused)")
                .withMessageContaining("db3: replica, lagging (lag PT9S)")
                .withMessageContaining("replication.routing.reads.when-none-eligible=primary")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08001"));
    }

    @Test
    void whenThereIsNoPrimaryShouldServeReadsAndRefuseWrites() throws SQLException {
        topology.set(withoutPrimary("db1 does not answer", down(db1), replica(db2), replica(db3)));

        assertThat(nodesChosen(router(), Intent.READ)).containsExactlyInAnyOrder(db2, db3);
        assertThatExceptionOfType(NoWritableNodeException.class)
                .isThrownBy(() -> router().decide(Intent.WRITE))
                .isNotInstanceOf(MultipleWritableNodesException.class)
                .withMessageContaining("db1 does not answer")
                .withMessageContaining("db2: replica, online");
    }

    @Test
    void whenTwoNodesAreWritableShouldRefuseWrites() {
        topology.set(withoutPrimary("db1 and db2 are both writable", fenced(db1), fenced(db2), replica(db3)));

        assertThatExceptionOfType(MultipleWritableNodesException.class)
                .isThrownBy(() -> router().decide(Intent.WRITE))
                .withMessageContaining("db1 and db2 are both writable")
                .withMessageContaining("replication.routing.nodes.<name>.role=replica");
    }

    @Test
    void whenThereIsNoPrimaryShouldServeMetadataFromAnyReachableNode() throws SQLException {
        assertThat(router().decide(Intent.METADATA).node()).isEqualTo(db1);

        topology.set(withoutPrimary("db1 does not answer", down(db1), lagging(db2, Duration.ofSeconds(9))));

        assertThat(router().decide(Intent.METADATA))
                .isEqualTo(new Decision(db2, DecisionReason.METADATA_WITHOUT_PRIMARY, false));
    }

    @Test
    void whenAZoneIsSetShouldPreferItsNodesAndFallBackToOthers() throws SQLException {
        Router router = router(OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY, "a");
        assertThat(nodesChosen(router, Intent.READ)).containsExactly(db2);

        topology.set(withPrimary(primary(db1), down(db2), replica(db3)));

        assertThat(nodesChosen(router, Intent.READ)).containsExactly(db3);
    }

    @Test
    void whenTheLocalZoneHasTooLittleCapacityShouldSpillOver() throws SQLException {
        Router router = router(OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY, "a");
        Node near = node("db4", "a");
        topology.set(withPrimary(primary(node("db1", "a")), replica(db2), at(0.5, replica(near)), replica(db3)));
        assertThat(shareOf(db3, router)).as("three quarters are left").isZero();

        topology.set(withPrimary(primary(node("db1", "a")), replica(db2), down(near), replica(db3)));
        assertThat(shareOf(db3, router)).as("half is left: 70% stays").isCloseTo(0.3, within(0.05));

        topology.set(withPrimary(primary(node("db1", "a")), suspected(replica(db2)), down(near), replica(db3)));
        assertThat(shareOf(db3, router)).isEqualTo(1);
    }

    @Test
    void whenNoOtherZoneCanServeShouldUseTheLocalZoneWhateverItsCapacity() throws SQLException {
        Router router = router(OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY, "a");
        topology.set(withPrimary(primary(db1), at(0.1, replica(db2)), down(db3)));

        assertThat(shareOf(db2, router)).isEqualTo(1);
    }

    @Test
    void whenAReplicaIsSuspectedShouldAvoidIt() throws SQLException {
        topology.set(withPrimary(primary(db1), suspected(replica(db2)), replica(db3)));

        assertThat(nodesChosen(router(), Intent.READ)).containsExactly(db3);
    }

    @Test
    void whenAllReplicasAreSuspectedShouldChooseThePrimary() throws SQLException {
        topology.set(withPrimary(primary(db1), suspected(replica(db2)), suspected(replica(db3))));

        assertThat(router().decide(Intent.READ))
                .isEqualTo(new Decision(db1, DecisionReason.NO_ELIGIBLE_REPLICA, false));
    }

    @Test
    void whenNoOtherNodeCanServeShouldChooseSuspectedReplicas() throws SQLException {
        topology.set(withPrimary(suspected(primary(db1)), suspected(replica(db2)), suspected(replica(db3))));
        assertThat(nodesChosen(router(), Intent.READ)).containsExactlyInAnyOrder(db2, db3);

        topology.set(withPrimary(primary(db1), suspected(replica(db2)), down(db3)));
        assertThat(nodesChosen(router(OutsideTransaction.PRIMARY, WhenNoneEligible.FAIL, null), Intent.READ))
                .containsExactly(db2);

        topology.set(withPrimary(suspected(primary(db1)), down(db2), down(db3)));
        assertThat(nodesChosen(router(), Intent.READ)).containsExactly(db1);
    }

    @Test
    void whenThePrimaryIsSuspectedShouldStillChooseItForWrites() throws SQLException {
        topology.set(withPrimary(suspected(primary(db1)), replica(db2)));

        assertThat(router().decide(Intent.WRITE).node()).isEqualTo(db1);
    }

    @Test
    void whenChoosingTheLeastLaggedShouldPreferOneThatAnswers() throws SQLException {
        Router router = router(OutsideTransaction.PRIMARY, WhenNoneEligible.LEAST_LAGGED, null);
        topology.set(withPrimary(
                primary(db1), suspected(lagging(db2, Duration.ofSeconds(6))), lagging(db3, Duration.ofSeconds(9))));

        assertThat(router.decide(Intent.READ).node()).isEqualTo(db3);
    }

    @Test
    void whenNodesAreAvoidedShouldExcludeAndNameThem() throws SQLException {
        assertThat(router().decide(Intent.READ.avoiding(db2)).node()).isEqualTo(db3);
        assertThat(router().decide(new Intent(Access.READ, List.of(db2, db3))).node())
                .isEqualTo(db1);
        assertThatExceptionOfType(NoReadableNodeException.class)
                .isThrownBy(() -> router().decide(new Intent(Access.READ, List.of(db1, db2, db3))))
                .withMessageContaining("db2: failed an earlier attempt");
    }

    @Test
    void whenThereIsOneNodeShouldServeEverything() throws SQLException {
        TopologySnapshot alone = withPrimary(primary(db1));
        topology.set(alone);

        assertThat(router().decide(Intent.READ).node()).isEqualTo(db1);
        assertThat(router().decide(Intent.WRITE).node()).isEqualTo(db1);
    }

    private Router router() {
        return router(OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY, null);
    }

    private Router router(OutsideTransaction outside, WhenNoneEligible whenNone, @Nullable String zone) {
        return new Router(
                topology,
                new RouterSettings(
                        new RoundRobinSelector(),
                        outside,
                        whenNone,
                        Duration.ofSeconds(5),
                        zone,
                        Duration.ZERO,
                        Duration.ZERO,
                        WritePolicy.SINGLE));
    }

    private static double shareOf(Node node, Router router) throws SQLException {
        int chosen = 0;
        for (int i = 0; i < 5_000; i++) {
            chosen += router.decide(Intent.READ).node() == node ? 1 : 0;
        }
        return chosen / 5_000.0;
    }

    private static Set<Node> nodesChosen(Router router, Intent intent) throws SQLException {
        Set<Node> chosen = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            chosen.add(router.decide(intent).node());
        }
        return chosen;
    }
}
