package io.github.replicationrouting.internal.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.SessionScope;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsistencyTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration HOUR = Duration.ofHours(1);

    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/shop"));
    private final Node db2 = new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop"));
    private final KnownPositions known = new KnownPositions(HOUR);
    private final List<String> waits = new ArrayList<>();
    private @Nullable Position written = gtids("1-5");
    private @Nullable Position executed = gtids("1-4");
    private final Consistency consistency = with(ConsistencySettings.defaults());

    @BeforeEach
    @AfterEach
    void forget() {
        SessionToken.clear();
    }

    @Test
    void whenConsistencyIsEventualShouldRequireNothing() {
        Consistency off = with(new ConsistencySettings(ConsistencyMode.EVENTUAL, Duration.ofSeconds(1), HOUR));
        off.committed(db1);
        off.committed(db1, gtids("5"));
        off.readOn(db2);
        off.readOnPrimary(db1, gtids("1-5"), System.nanoTime());
        off.raiseFloor(gtids("5"));

        assertThat(off.sessionConstraint()).isNull();
        assertThat(SessionToken.current().isEmpty()).isTrue();
        assertThat(off.describe(SessionScope.COOKIE, true)).isEqualTo("eventual consistency");
    }

    @Test
    void whenASessionHasDoneNothingShouldRequireNothing() {
        assertThat(consistency.sessionConstraint()).isNull();
    }

    @Test
    void whenASessionHasCommittedShouldRequireItOfReplicas() {
        consistency.committed(db1, gtids("5"));

        assertThat(constraint().isMetBy(replica())).isFalse();
        assertThat(constraint().positionToAwait(replica())).isEqualTo(gtids("5"));
        executed = gtids("1-5");
        assertThat(constraint().isMetBy(replica())).isTrue();
        assertThat(constraint().positionToAwait(replica())).isNull();
    }

    @Test
    void whenOnlyOwnCommitsAreCheckedShouldIgnoreReads() {
        executed = gtids("1-5");
        consistency.committed(db1, gtids("5"));
        consistency.readOn(db1);

        assertThat(constraint().isMetBy(replica())).isFalse();
        assertThat(constraint().hasOwnCommitsOn(replica())).isTrue();
        executed = gtids("1-4");
        assertThat(constraint().hasOwnCommitsOn(replica())).isFalse();
    }

    @Test
    void whenAReadOnThePrimaryCoversACommitShouldRequireThePositionOfTheRead() {
        consistency.committed(db1);
        consistency.readOnPrimary(db1, gtids("1-5"), System.nanoTime());

        assertThat(constraint().isMetBy(replica())).isFalse();
        assertThat(constraint().positionToAwait(replica())).isEqualTo(gtids("5"));
        executed = gtids("1-5");
        assertThat(constraint().isMetBy(replica())).isTrue();
    }

    @Test
    void whenAFloorIsATimeShouldRequireItInEverySession() {
        consistency.raiseFloor(null);
        consistency.readOn(db2);

        assertThat(constraint().isMetBy(replica())).isFalse();
        forget();
        assertThat(constraint().isMetBy(replica())).isFalse();
    }

    @Test
    void whenASessionHasCommittedAndAFloorIsSetShouldRequireBoth() {
        consistency.raiseFloor(gtids("4"));
        consistency.committed(db1, gtids("5"));
        executed = gtids("5");

        assertThat(constraint().isMetBy(replica())).isFalse();
        executed = gtids("4-5");
        assertThat(constraint().isMetBy(replica())).isTrue();
    }

    @Test
    void whenWaitingIsDisabledShouldAwaitNothing() {
        Consistency withoutWait = with(new ConsistencySettings(ConsistencyMode.SESSION, Duration.ZERO, HOUR));
        withoutWait.committed(db1, gtids("5"));

        SessionConstraint constraint = Objects.requireNonNull(withoutWait.sessionConstraint());
        assertThat(constraint.isWorthWaitingOn(replica())).isFalse();
        assertThat(constraint.positionToAwait(replica())).isNull();
    }

    @Test
    void whenAWaitHasEndedShouldRecordAndCountItsOutcome() {
        consistency.committed(db1, gtids("5"));
        consistency.waited(db2, Duration.ofMillis(100), null);
        assertThat(constraint().isWorthWaitingOn(replica())).isFalse();

        consistency.waited(db2, Duration.ofMillis(3), gtids("1-5"));
        assertThat(constraint().isWorthWaitingOn(replica())).isTrue();
        assertThat(constraint().isMetBy(replica())).isTrue();
        assertThat(waits).containsExactly("primary", "reached");
    }

    @Test
    void whenAReplicaReportedTwoPositionsShouldKeepTheLaterOne() {
        known.reached(db2, gtids("1-5"));
        known.reached(db2, gtids("1-4"));
        assertThat(known.of(db2)).isEqualTo(gtids("1-5"));

        known.reached(db2, gtids("1-6"));
        assertThat(known.of(db2)).isEqualTo(gtids("1-6"));
        known.reached(db2, gtids("7"));
        assertThat(known.of(db2)).as("restored: the newer answer").isEqualTo(gtids("7"));
    }

    @Test
    void whenANodeIsForgottenShouldDiscardItsPositionAndItsTimeout() {
        known.reached(db2, gtids("1-5"));
        known.waitTimedOut(db2, 0);
        assertThat(known.isWorthWaiting(replica().node(), HOUR.toNanos())).isFalse();
        assertThat(known.isWorthWaiting(replica().node(), HOUR.toNanos() + 1)).isTrue();

        known.forget(db2);

        assertThat(known.of(db2)).isNull();
        assertThat(known.isWorthWaiting(replica().node(), 0)).isTrue();
    }

    @Test
    void whenDescribedShouldStateHowCommitsAreTracked() {
        assertThat(consistency.describe(SessionScope.COOKIE, null))
                .isEqualTo("read-your-writes by gtid, across requests (signed cookie)");
        assertThat(consistency.describe(SessionScope.COOKIE, true))
                .isEqualTo("read-your-writes by gtid (reported with each commit), across requests (signed cookie)");
        written = BinlogPosition.of(UUID, "binlog.000001", 4);
        assertThat(consistency.describe(SessionScope.THREAD, false))
                .isEqualTo(
                        "read-your-writes by binary log (the primary's, asked for after each commit), within one thread");
        written = null;
        assertThat(consistency.describe(SessionScope.REQUEST, false))
                .isEqualTo("read-your-writes by time, within one request (no carrier)");
    }

    @Test
    void whenADurationIsNegativeShouldRejectTheSettings() {
        Duration negative = Duration.ofNanos(-1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConsistencySettings(ConsistencyMode.SESSION, negative, Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConsistencySettings(ConsistencyMode.SESSION, Duration.ZERO, negative));
    }

    private SessionConstraint constraint() {
        return Objects.requireNonNull(consistency.sessionConstraint());
    }

    private Consistency with(ConsistencySettings settings) {
        Topology topology = new Topology() {
            @Override
            public TopologySnapshot snapshot() {
                NodeStatus primary = status(db1, Role.PRIMARY, written);
                return new TopologySnapshot(List.of(primary, replica()), primary, null);
            }

            @Override
            public void suspect(Node node, Exception cause) {
                throw new AssertionError("a session suspects no node", cause);
            }
        };
        RouterMetrics metrics = new RouterMetrics() {
            @Override
            public void consistencyWaited(Duration waited, String outcome) {
                waits.add(outcome);
            }
        };
        return new Consistency("test", settings, topology, known, INTERVAL, metrics);
    }

    private NodeStatus replica() {
        return status(db2, Role.REPLICA, executed);
    }

    private static NodeStatus status(Node node, Role role, @Nullable Position position) {
        return new NodeStatus(
                node, role, NodeState.ONLINE, false, 1, null, null, Freshness.UNKNOWN, position, "MySQL 9.7.4");
    }

    private static Position gtids(String numbers) {
        return GtidSet.parse(UUID + ":" + numbers);
    }
}
