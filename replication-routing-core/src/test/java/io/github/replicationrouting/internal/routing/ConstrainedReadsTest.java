package io.github.replicationrouting.internal.routing;

import static io.github.replicationrouting.internal.routing.Nodes.down;
import static io.github.replicationrouting.internal.routing.Nodes.lagging;
import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static io.github.replicationrouting.internal.routing.Nodes.withoutPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
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
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConstrainedReadsTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Position OLD = gtids("1-4");
    private static final Position COMMIT = gtids("5");
    private static final Position NEW = gtids("1-5");

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final Node db3 = node("db3");
    private final SettableTopology topology =
            new SettableTopology(withPrimary(primary(db1), replica(db2, OLD, 100), replica(db3, OLD, 10)));
    private final Consistency consistency = new Consistency(
            "test",
            ConsistencySettings.defaults(),
            topology,
            new KnownPositions(INTERVAL),
            INTERVAL,
            RouterMetrics.NONE);
    private final IntentResolver intents = new IntentResolver("test", consistency, topology);
    private final Router router = router(WhenNoneEligible.PRIMARY);

    private Router router(WhenNoneEligible whenNoneEligible) {
        return new Router(
                topology,
                new RouterSettings(
                        new RoundRobinSelector(),
                        OutsideTransaction.PRIMARY,
                        whenNoneEligible,
                        Duration.ofSeconds(5),
                        null,
                        Duration.ofMillis(100),
                        INTERVAL,
                        WritePolicy.SINGLE));
    }

    @BeforeEach
    @AfterEach
    void clearSession() {
        SessionToken.clear();
    }

    private Decision read() throws SQLException {
        return router.decide(intents.of(Access.READ));
    }

    @Test
    void whenASessionHasNoTokenShouldAddNoConstraint() throws SQLException {
        assertThat(intents.of(Access.READ)).isSameAs(Intent.READ);
        assertThat(read().reason()).isEqualTo(DecisionReason.REPLICA_SELECTED);
    }

    @Test
    void whenAReplicaContainsTheTokenShouldPreferIt() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 10), replica(db3, NEW, 100)));
        consistency.committed(db1, COMMIT);

        assertThat(read()).isEqualTo(new Decision(db3, DecisionReason.SESSION_REPLICA, false));
    }

    @Test
    void whenNoReplicaContainsTheTokenShouldWaitOnTheClosest() throws SQLException {
        consistency.committed(db1, COMMIT);

        assertThat(read()).isEqualTo(new Decision(db3, DecisionReason.SESSION_WAIT, false, COMMIT, false));
    }

    @Test
    void whenAWaitSucceededShouldUseThePositionItReached() throws SQLException {
        consistency.committed(db1, COMMIT);
        consistency.waited(db2, Duration.ofMillis(3), NEW);

        assertThat(read()).isEqualTo(new Decision(db2, DecisionReason.SESSION_REPLICA, false));
    }

    @Test
    void whenAWaitTimedOutShouldNotWaitOnThatReplica() throws SQLException {
        consistency.committed(db1, COMMIT);
        consistency.waited(db3, Duration.ofMillis(100), null);
        assertThat(read().node()).isEqualTo(db2);
        consistency.waited(db2, Duration.ofMillis(100), null);

        assertThat(read()).isEqualTo(new Decision(db1, DecisionReason.SESSION_PRIMARY, false));
    }

    @Test
    void whenTheLagOfAReplicaExceedsTheWaitShouldNotWaitOnIt() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 3_000), replica(db3, OLD, 4_000)));
        consistency.committed(db1, COMMIT);

        assertThat(read()).isEqualTo(new Decision(db1, DecisionReason.SESSION_PRIMARY, false));
    }

    @Test
    void whenAProbeIsLateShouldWaitNevertheless() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 10, 60_000), replica(db3, OLD, 10, 30_000)));
        consistency.committed(db1, COMMIT);

        assertThat(read()).isEqualTo(new Decision(db3, DecisionReason.SESSION_WAIT, false, COMMIT, false));
    }

    @Test
    void whenOnlyTheTimeOfACommitIsKnownShouldChooseThePrimary() throws SQLException {
        consistency.committed(db1);

        assertThat(read()).isEqualTo(new Decision(db1, DecisionReason.SESSION_PRIMARY, false, null, true));
    }

    @Test
    void whenASessionHasReadShouldStayOnItsReplica() throws SQLException {
        consistency.readOn(db3);

        for (int i = 0; i < 10; i++) {
            assertThat(read().node()).isEqualTo(db3);
        }
    }

    @Test
    void whenThereIsNoPrimaryShouldStillRequireTheToken() {
        topology.set(withoutPrimary("db1 is down", replica(db2, OLD, 10), replica(db3, OLD, 10)));
        consistency.committed(db1, COMMIT);
        consistency.waited(db2, Duration.ofMillis(100), null);
        consistency.waited(db3, Duration.ofMillis(100), null);

        assertThatExceptionOfType(NoReadableNodeException.class)
                .isThrownBy(this::read)
                .withMessageContaining("session has written");
    }

    @Test
    void whenPrimaryAndReplicaAreLostShouldServeReadsFromAnotherReplica() throws SQLException {
        topology.set(withoutPrimary("db1 is down", replica(db2, OLD, 10)));
        consistency.readOn(db3);

        assertThat(read().node()).isEqualTo(db2);
    }

    @Test
    void whenAFloorIsSetShouldRequireItWithoutASessionToken() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 10), replica(db3, NEW, 100)));
        consistency.raiseFloor(COMMIT);

        assertThat(read().node()).isEqualTo(db3);
    }

    @Test
    void whenAStalenessIsDeclaredShouldCompareItWithTheAgeAtTheDecision() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 1_500), replica(db3, OLD, 60_000)));

        Decision within = RoutingHints.onReplica(Duration.ofSeconds(30), this::readUnchecked);
        Decision beyond = RoutingHints.onReplica(Duration.ofSeconds(1), this::readUnchecked);

        assertThat(within.node()).isEqualTo(db2);
        assertThat(beyond.node()).isEqualTo(db1);
        assertThat(beyond.reason()).isEqualTo(DecisionReason.MAX_STALENESS);
    }

    /** A session that reads without a pause could never leave its replica otherwise. */
    @Test
    void whenASessionKnowsThePositionOfItsReplicaShouldChooseAgain() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 10), replica(db3, NEW, 10)));
        consistency.readOn(db3);
        consistency.readOnReplica(db3, NEW, System.nanoTime());

        assertThat(List.of(read(), read()))
                .containsExactlyInAnyOrder(
                        new Decision(db3, DecisionReason.REPLICA_SELECTED, false),
                        new Decision(db2, DecisionReason.SESSION_WAIT, false, COMMIT, false));
        consistency.waited(db2, Duration.ofMillis(3), NEW);
        assertThat(List.of(read(), read())).extracting(Decision::reason).containsOnly(DecisionReason.REPLICA_SELECTED);
    }

    @Test
    void whenAWaitOnAnotherReplicaTimedOutShouldStayOnTheReplicaOfTheSession() throws SQLException {
        consistency.readOnReplica(db3, NEW, System.nanoTime());
        consistency.waited(db2, Duration.ofMillis(100), null);

        for (int i = 0; i < 10; i++) {
            assertThat(read().node()).isEqualTo(db3);
        }
    }

    @Test
    void whenReadingFromTheLeastLaggedReplicaShouldStayThere() throws SQLException {
        NodeStatus slow = lagging(db2, Duration.ofSeconds(7));
        topology.set(withPrimary(primary(db1), slow, lagging(db3, Duration.ofSeconds(8))));
        assertThat(leastLagged()).isEqualTo(new Decision(db2, DecisionReason.LEAST_LAGGED, false));
        consistency.readOn(db2);

        topology.set(withPrimary(primary(db1), slow, lagging(db3, Duration.ofSeconds(6))));

        assertThat(leastLagged()).isEqualTo(new Decision(db2, DecisionReason.LEAST_LAGGED, false));
        consistency.committed(db1, COMMIT);
        assertThat(leastLagged().node()).as("a token stays strict").isEqualTo(db1);
    }

    @Test
    void whenThereIsNoPrimaryShouldServeSessionsThatOnlyReadFromALaggingReplica() throws SQLException {
        topology.set(withoutPrimary("db1 is down", lagging(db2, Duration.ofSeconds(7))));
        consistency.readOn(db3);
        assertThat(leastLagged()).isEqualTo(new Decision(db2, DecisionReason.LEAST_LAGGED, false));

        consistency.committed(db1, COMMIT);
        assertThatExceptionOfType(NoReadableNodeException.class)
                .isThrownBy(this::leastLagged)
                .withMessageContaining("session has written");
    }

    @Test
    void whenTheLeastLaggedReplicaExceedsADeclaredStalenessShouldChooseThePrimary() {
        topology.set(withPrimary(primary(db1), lagging(db2, Duration.ofSeconds(7))));

        Decision decision = RoutingHints.onReplica(Duration.ofSeconds(6), () -> {
            try {
                return leastLagged();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(decision.node()).isEqualTo(db1);
    }

    private Decision leastLagged() throws SQLException {
        return router(WhenNoneEligible.LEAST_LAGGED).decide(intents.of(Access.READ));
    }

    /** Such a session is served by any node that serves reads, and its failure mentions no constraint. */
    @Test
    void whenASessionHasOnlyReadShouldNotWaitForAPrimary() {
        topology.set(withoutPrimary("db1 is down", down(db2), down(db3)));
        consistency.readOn(db3);

        assertThat(intents.of(Access.READ).constraints().mayWaitForPrimary()).isFalse();
        assertThatExceptionOfType(NoReadableNodeException.class)
                .isThrownBy(this::read)
                .withMessageContaining("Reads are unavailable")
                .withMessageNotContaining("written");
        consistency.committed(db1, COMMIT);
        assertThat(intents.of(Access.READ).constraints().mayWaitForPrimary()).isTrue();
    }

    @Test
    void whenTheOutcomeOfACommitIsUnknownShouldChooseThePrimary() throws SQLException {
        topology.set(withPrimary(primary(db1), replica(db2, NEW, -1_000), replica(db3, NEW, -1_000)));
        consistency.commitOutcomeUnknown();

        assertThat(read().node()).isEqualTo(db1);
        topology.set(withPrimary(primary(db1), replica(db2, NEW, -60_000), replica(db3, NEW, 10)));
        assertThat(read().node()).isEqualTo(db2);
    }

    @Test
    void whenEveryNodeContainsTheFloorShouldRemoveIt() throws SQLException {
        consistency.raiseFloor(COMMIT);
        assertThat(read().reason()).isEqualTo(DecisionReason.SESSION_WAIT);

        topology.set(withPrimary(primary(db1), replica(db2, NEW, 10), replica(db3, NEW, 10)));

        assertThat(intents.of(Access.READ)).isSameAs(Intent.READ);
        topology.set(withPrimary(primary(db1), replica(db2, OLD, 10), replica(db3, OLD, 10)));
        assertThat(intents.of(Access.READ)).as("for ever").isSameAs(Intent.READ);
    }

    private Decision readUnchecked() {
        try {
            return read();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Position gtids(String numbers) {
        return GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:" + numbers);
    }

    private static NodeStatus replica(Node node, Position position, long ageMillis) {
        return replica(node, position, ageMillis, ageMillis);
    }

    private static NodeStatus replica(Node node, Position position, long lagMillis, long ageMillis) {
        return new NodeStatus(
                node,
                Role.REPLICA,
                NodeState.ONLINE,
                false,
                1,
                null,
                Duration.ofMillis(lagMillis),
                Freshness.provenAsOf(System.nanoTime() - ageMillis * 1_000_000),
                position,
                "MySQL 9.7.4");
    }
}
