package io.github.replicationrouting.internal.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadRequirementTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final long PIN = 1_000;
    private static final long NOW = 100_000;

    @Test
    void whenAPositionContainsAReportedCommitShouldBeMet() {
        ReadRequirement own = ReadRequirement.NONE.committed(gtids("5"), 50);

        assertThat(isMet(own, replica("db2", gtids("1-5"), Freshness.UNKNOWN))).isTrue();
        assertThat(isMet(own, replica("db2", gtids("1-4"), Freshness.UNKNOWN))).isFalse();
        assertThat(isMet(own, replica("db2", null, Freshness.UNKNOWN))).isFalse();
    }

    @Test
    void whenAReplicaReportedAPositionShouldUseItLikeItsStatus() {
        ReadRequirement own = ReadRequirement.NONE.committed(gtids("5"), 50);

        NodeStatus replica = replica("db2", gtids("1-4"), Freshness.UNKNOWN);
        KnownPositions known = new KnownPositions(Duration.ZERO);
        known.reached(replica.node(), gtids("1-5"));

        assertThat(new ReplicaCheck(known, PIN).isMet(own, replica, NOW)).isTrue();
    }

    @Test
    void whenACommitIsKnownByItsTimeShouldBeMetByALaterSampleOfThePrimary() {
        ReadRequirement own = ReadRequirement.NONE.committed(50);

        assertThat(isMet(own, replica("db2", gtids("1-5"), Freshness.provenAsOf(50))))
                .isTrue();
        assertThat(isMet(own, replica("db2", gtids("1-5"), Freshness.provenAsOf(49))))
                .isFalse();
        assertThat(isMet(own, replica("db2", gtids("1-5"), Freshness.reportedAsOf(60))))
                .isFalse();
    }

    /** Servers send what is in their log before they commit it themselves. */
    @Test
    void whenAReadWasOnAReplicaShouldPossiblyBeAheadOfThePrimary() {
        ReadRequirement read =
                ReadRequirement.NONE.reading(reads -> reads.with(new ObservedRead("db2", 50, null), seen -> false, 0));

        assertThat(read.mayBeAheadOf("db1", NOW)).isTrue();
        assertThat(read.mayBeAheadOf("db2", NOW)).isFalse();
        assertThat(read.mayBeAheadOf("db1", 50 + ReadRequirement.MAX_COMMIT)).isFalse();
        assertThat(read.committed(gtids("5"), 49).mayBeAheadOf("db1", NOW)).isTrue();
        assertThat(read.committed(gtids("5"), 50).mayBeAheadOf("db1", NOW))
                .as("servers commit in the order of their log")
                .isFalse();
        assertThat(read.committed(60).mayBeAheadOf("db1", NOW))
                .as("perhaps nothing was written")
                .isTrue();
        assertThat(ReadRequirement.NONE.committed(60).mayBeAheadOf("db1", NOW)).isFalse();
    }

    @Test
    void whenCommitsAreLostInAFailoverShouldNoLongerRequireThem() {
        ReadRequirement lost = ReadRequirement.NONE.committed(gtids("5"), 50);

        assertThat(isMet(lost, replica("db2", gtids("1-4"), Freshness.provenAsOf(60))))
                .isTrue();
    }

    @Test
    void whenAReplicaHasNoPositionShouldNotBeMetUntilThePinHasPassed() {
        NodeStatus replica = replica("db2", null, Freshness.reportedAsOf(NOW));

        assertThat(isMet(ReadRequirement.NONE.committed(NOW - PIN), replica)).isFalse();
        assertThat(isMet(ReadRequirement.NONE.committed(NOW - PIN - 1), replica))
                .isTrue();
    }

    @Test
    void whenReadingAgainShouldBeMetByTheSameNodeOrAFresherOne() {
        ReadRequirement reader = read("db2", 50, null);

        assertThat(isMet(reader, replica("db2", gtids("1"), Freshness.UNKNOWN))).isTrue();
        assertThat(isMet(reader, replica("db3", gtids("1-9"), Freshness.provenAsOf(49))))
                .isFalse();
        assertThat(isMet(reader, replica("db3", gtids("1-9"), Freshness.provenAsOf(50))))
                .isTrue();
    }

    @Test
    void whenThePositionOfAReadIsKnownShouldAwaitIt() {
        ReadRequirement reader = seen(ReadRequirement.NONE.committed(40), "db1", 50, gtids("1-9"));
        NodeStatus behind = replica("db2", gtids("1-7"), Freshness.UNKNOWN);

        assertThat(isMet(reader, behind)).isFalse();
        assertThat(missing(reader, behind)).isEqualTo(gtids("8-9"));
        assertThat(isMet(reader, replica("db2", gtids("1-9"), Freshness.UNKNOWN)))
                .isTrue();
    }

    @Test
    void whenACommitIsLaterThanThePositionShouldNotBeCovered() {
        ReadRequirement reader = seen(ReadRequirement.NONE.committed(60), "db1", 50, gtids("1-9"));

        assertThat(isMet(reader, replica("db2", gtids("1-9"), Freshness.UNKNOWN)))
                .isFalse();
    }

    @Test
    void whenOnlyATimeIsKnownShouldHaveNoPositionToAwait() {
        NodeStatus behind = replica("db2", gtids("1-4"), Freshness.UNKNOWN);

        assertThat(missing(ReadRequirement.NONE.committed(50), behind)).isNull();
        assertThat(missing(read("db3", 50, null), behind)).isNull();
        assertThat(missing(ReadRequirement.NONE.committed(gtids("5"), 50), behind))
                .isEqualTo(gtids("5"));
    }

    @Test
    void whenBehindAnEndpointShouldIgnorePositionsAndAwaitInFull() {
        NodeStatus endpoint = status(
                new Node(new NodeSpec("ro", "jdbc:mysql://ro/shop", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null)),
                gtids("1-9"),
                Freshness.UNKNOWN);
        ReadRequirement own = ReadRequirement.NONE.committed(gtids("5"), NOW);

        assertThat(isMet(own, endpoint)).isFalse();
        assertThat(missing(own, endpoint)).isEqualTo(gtids("5"));
    }

    @Test
    void whenBehindAnEndpointShouldBeMetOnceTheLagLimitHasPassed() {
        Node node =
                new Node(new NodeSpec("ro", "jdbc:mysql://ro/shop", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null));
        ReadRequirement old = ReadRequirement.NONE.committed(gtids("5"), NOW - PIN - 1);

        assertThat(isMet(old, status(node, null, Freshness.reportedAsOf(NOW)))).isTrue();
        assertThat(isMet(old, status(node, null, Freshness.reportedAsOf(NOW - PIN - 2))))
                .as("one of its servers is further behind")
                .isFalse();
        assertThat(isMet(
                        ReadRequirement.NONE.committed(gtids("5"), NOW - PIN),
                        status(node, null, Freshness.reportedAsOf(NOW))))
                .isFalse();
    }

    @Test
    void whenBehindAnEndpointShouldStillAwaitACoveredCommit() {
        NodeStatus endpoint = status(
                new Node(new NodeSpec("ro", "jdbc:mysql://ro/shop", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null)),
                null,
                Freshness.UNKNOWN);
        ReadRequirement own = seen(ReadRequirement.NONE.committed(NOW - 2), "db1", NOW - 1, gtids("1-9"));

        assertThat(isMet(own, endpoint)).isFalse();
        assertThat(missing(own, endpoint)).isEqualTo(gtids("1-9"));
    }

    @Test
    void whenAllNodesContainCommitsShouldNoLongerRequireThem() {
        ReadRequirement own = ReadRequirement.NONE
                .committed(gtids("5"), 50)
                .committed(gtids("7"), 51)
                .committed(gtids("9"), 52);

        ReadRequirement reduced = own.reduced(List.of(
                replica("db1", gtids("1-9"), Freshness.PRIMARY), replica("db2", gtids("1-7"), Freshness.UNKNOWN)));

        assertThat(reduced.commits()).isEqualTo(gtids("9"));
    }

    @Test
    void whenANodeNeverAnswersShouldLimitTheSizeOfTheToken() {
        List<NodeStatus> nodes = List.of(replica("db2", null, Freshness.UNKNOWN));
        ReadRequirement own = ReadRequirement.NONE;
        for (int i = 0; i < 10_000; i++) {
            own = own.committed(gtids(String.valueOf(1 + 2 * i)), i).reduced(nodes);
            assertThat(own.commits() == null ? 0 : own.commits().toString().length())
                    .isLessThan(1_100);
        }
        assertThat(isMet(own, replica("db2", gtids("19999"), Freshness.UNKNOWN)))
                .isFalse();
        assertThat(isMet(own, replica("db2", null, Freshness.provenAsOf(10_000))))
                .isTrue();
    }

    @Test
    void whenCommitsAreReportedOutOfOrderShouldKeepTheLaterTime() {
        assertThat(ReadRequirement.NONE
                        .committed(gtids("5"), 50)
                        .committed(gtids("4"), 40)
                        .commitsAt())
                .isEqualTo(50);
        assertThat(ReadRequirement.NONE
                        .committed(gtids("4"), 40)
                        .committed(gtids("5"), 50)
                        .commitsAt())
                .isEqualTo(50);
        assertThat(ReadRequirement.NONE.committed(50).committed(40).untrackedAt())
                .isEqualTo(50);
        // As after a long uptime.
        assertThat(ReadRequirement.NONE
                        .committed(Long.MAX_VALUE)
                        .committed(Long.MIN_VALUE)
                        .untrackedAt())
                .isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void whenTheKindOfPositionChangesShouldKeepTheTimeOfTheEarlierCommits() {
        Position binlogPosition = BinlogPosition.of(UUID, "binlog.000001", 157);

        ReadRequirement both = ReadRequirement.NONE.committed(gtids("5"), 50).committed(binlogPosition, 60);

        assertThat(both.commits()).isEqualTo(binlogPosition);
        assertThat(both.hasUntracked()).isTrue();
        assertThat(both.untrackedAt()).isEqualTo(50);
        assertThat(ReadRequirement.NONE.committed(binlogPosition, 60).hasUntracked())
                .isFalse();
    }

    @Test
    void whenCombinedShouldRequireWhatBothRequire() {
        ReadRequirement one = seen(ReadRequirement.NONE.committed(gtids("5"), 50), "db3", 70, null);
        ReadRequirement other =
                seen(ReadRequirement.NONE.committed(gtids("9"), 60).committed(55), "db2", 40, null);

        for (ReadRequirement both : List.of(one.and(other), other.and(one))) {
            assertThat(both.commits()).isEqualTo(gtids("5:9"));
            assertThat(both.commitsAt()).isEqualTo(60);
            assertThat(both.hasUntracked()).isTrue();
            assertThat(both.untrackedAt()).isEqualTo(55);
            assertThat(both.reads().byNode())
                    .containsExactlyInAnyOrder(new ObservedRead("db3", 70, null), new ObservedRead("db2", 40, null));
        }
        assertThat(one.and(ReadRequirement.NONE).hasUntracked()).isFalse();
        assertThat(ReadRequirement.NONE.and(one).commits()).isEqualTo(gtids("5"));
        assertThat(ReadRequirement.NONE.committed(50).and(one).reads().byNode())
                .containsExactly(new ObservedRead("db3", 70, null));
    }

    /** Two requests of one browser: the node of the last one may lack what the other has read. */
    @Test
    void whenReadsOverlapOnSeveralNodesShouldRequireThoseOfTheOtherNodes() {
        ReadRequirement both = read("db2", 50, null).and(read("db3", 60, null));

        assertThat(isMet(both, replica("db2", gtids("1-9"), Freshness.provenAsOf(59))))
                .isFalse();
        assertThat(isMet(both, replica("db2", gtids("1-9"), Freshness.provenAsOf(60))))
                .isTrue();
        assertThat(isMet(both, replica("db3", gtids("1-9"), Freshness.provenAsOf(49))))
                .isFalse();
        assertThat(isMet(both, replica("db3", gtids("1-9"), Freshness.provenAsOf(50))))
                .isTrue();
    }

    @Test
    void whenAnOutcomeIsUnknownShouldRequireTheMaximumTimeOfACommit() {
        ReadRequirement outcomeUnknown = ReadRequirement.NONE.commitOutcomeUnknown(50);

        assertThat(isMet(outcomeUnknown, replica("db2", gtids("1-9"), Freshness.provenAsOf(NOW))))
                .isFalse();
        assertThat(isMet(
                        outcomeUnknown,
                        replica("db2", gtids("1-9"), Freshness.provenAsOf(50 + ReadRequirement.MAX_COMMIT))))
                .isTrue();
        assertThat(isMet(
                        seen(outcomeUnknown, "db1", NOW, gtids("1-9")),
                        replica("db2", gtids("1-9"), Freshness.UNKNOWN)))
                .as("a probe of the primary shows what it contains by then, not the outcome")
                .isFalse();
        assertThat(isMet(outcomeUnknown, replica("db1", gtids("1-9"), Freshness.PRIMARY)))
                .isTrue();
    }

    @Test
    void whenAllNodesContainEveryCommitShouldRequireNothing() {
        ReadRequirement own = ReadRequirement.NONE.committed(gtids("5"), 50).committed(gtids("7"), 51);

        assertThat(own.reduced(List.of(replica("db1", gtids("1-9"), Freshness.PRIMARY)))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void whenCommitsAndAReadAreMissingShouldAwaitBoth() {
        ReadRequirement own = seen(ReadRequirement.NONE.committed(gtids("5"), 50), "db1", NOW, gtids("1-3"));

        assertThat(missing(own, replica("db2", gtids("1"), Freshness.UNKNOWN))).isEqualTo(gtids("2-3:5"));
        assertThat(missing(own, replica("db2", gtids("1-3"), Freshness.UNKNOWN)))
                .isEqualTo(gtids("5"));
        assertThat(missing(own, replica("db2", gtids("1:5"), Freshness.UNKNOWN)))
                .isEqualTo(gtids("2-3"));
        assertThat(missing(own, replica("db2", null, Freshness.UNKNOWN)))
                .as("of a node that reports no position, all of it")
                .isEqualTo(gtids("1-3:5"));
        assertThat(missing(own, replica("db2", gtids("1-5"), Freshness.UNKNOWN)))
                .isNull();
    }

    @Test
    void whenCommitsAndAReadAreNotComparableShouldAwaitNeither() {
        ReadRequirement own = seen(
                ReadRequirement.NONE.committed(gtids("5"), 50),
                "db1",
                60,
                BinlogPosition.of(UUID, "binlog.000001", 157));

        assertThat(missing(own, replica("db2", gtids("1"), Freshness.UNKNOWN))).isNull();
    }

    private static ReadRequirement read(String node, long at, @Nullable Position position) {
        return seen(ReadRequirement.NONE, node, at, position);
    }

    private static ReadRequirement seen(ReadRequirement before, String node, long at, @Nullable Position position) {
        ReadRequirement after =
                before.reading(reads -> reads.with(new ObservedRead(node, at, position), other -> false, 0));
        return position == null ? after : after.covered(position, at);
    }

    private static boolean isMet(ReadRequirement requirement, NodeStatus replica) {
        return new ReplicaCheck(new KnownPositions(Duration.ZERO), PIN).isMet(requirement, replica, NOW);
    }

    private static @Nullable Position missing(ReadRequirement requirement, NodeStatus replica) {
        return new ReplicaCheck(new KnownPositions(Duration.ZERO), PIN).missing(requirement, replica, NOW);
    }

    private static Position gtids(String numbers) {
        return GtidSet.parse(UUID + ":" + numbers);
    }

    private static NodeStatus replica(String name, @Nullable Position position, Freshness freshness) {
        return status(new Node(NodeSpec.of(name, "jdbc:mysql://" + name + "/shop")), position, freshness);
    }

    private static NodeStatus status(Node node, @Nullable Position position, Freshness freshness) {
        return new NodeStatus(
                node, Role.REPLICA, NodeState.ONLINE, false, 1, null, null, freshness, position, "MySQL 9.7.4");
    }
}
