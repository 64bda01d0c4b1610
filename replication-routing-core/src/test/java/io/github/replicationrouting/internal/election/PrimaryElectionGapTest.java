package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 9: the incumbent is compared with nodes of which this instance may have missed a promotion. */
class PrimaryElectionGapTest {

    private static final String WITH_WRITES_OF_DB3 = "db1:1-10,db3:1-5";

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);

    /** Has not answered yet. */
    private final FleetServer db3 = fleet.server("db3").goesDown();

    @BeforeEach
    void electDb1() {
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    // --- a newly seen node

    @Test
    void whenANewlySeenWritableNodeHasMoreThanTheIncumbentShouldBeContested() {
        db3.recovers().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1)
                .expectNone(
                        Reason.CONTESTED,
                        "db1 (at ",
                        " and db3 (at ",
                        "of its own 00000000-0000-0000-0000-000000000003:1-5)",
                        "are writable and nothing shows which is right");
        assertThat(fleet.assessment(db1).reason()).isEqualTo("writable like db3, and nothing shows which is right");
        assertThat(fleet.assessment(db3).rival()).isTrue();
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenANewlySeenWritableNodeHasNoMoreShouldKeepTheIncumbent() {
        db3.recovers().has("db1:1-9");

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
        assertThat(fleet.assessment(db3))
                .isEqualTo(new NodeAssessment(Role.UNKNOWN, true, "writable beside the primary db1", null));
        db3.has(WITH_WRITES_OF_DB3);
        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenANewlySeenNodeIsNotComparedYetShouldKeepTheIncumbent() {
        db3.recovers().has(WITH_WRITES_OF_DB3);

        fleet.probe(db1, db3).expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe(db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAClearedReplicaBecomesWritableShouldFenceItAndKeepTheIncumbent() {
        db3.recovers().follows(db1);
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        db3.resetReplica().writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
        assertThat(fleet.claim.fenced()).containsExactly("db3");
    }

    @Test
    void whenAWritableReplicaLeavesItsSourceBeforeItIsClearedShouldBeContested() {
        db3.recovers().follows(db1).writable();
        fleet.probe(db1, db3).expectPrimary(db1, Reason.INCUMBENT);
        db3.resetReplica().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAReadOnlyNodeWithoutASourceBecomesWritableShouldBeContested() {
        db3.recovers().readOnly();
        fleet.probe(db1, db3).expectPrimary(db1, Reason.INCUMBENT);
        db3.writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenANewlySeenNodeIsWrittenToShouldBeContestedEvenIfTheIncumbentLacksNothing() {
        db3.recovers();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db1.has(WITH_WRITES_OF_DB3);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectNone(Reason.CONTESTED, "db1", "db3");
    }

    @Test
    void whenAReplicaWasWrittenToBeforeTheElectionShouldKeepTheIncumbent() {
        db1.readOnly();
        fleet.restartInstance();
        db3.recovers().follows(db2).writable();
        fleet.probe();
        db1.has(WITH_WRITES_OF_DB3);
        db3.has(WITH_WRITES_OF_DB3);
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db1.writable();

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAConnectedReplicaIsWrittenToAndTheIncumbentLacksNothingShouldKeepTheIncumbent() {
        db3.recovers().follows(db1).writable();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db1.has(WITH_WRITES_OF_DB3);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenANewlySeenNodeIsADeclaredReplicaShouldKeepTheIncumbent() {
        db3.declared(DeclaredRole.REPLICA).recovers().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAnAddedNodeHasMoreThanTheIncumbentShouldBeContested() {
        FleetServer db4 = fleet.server("db4").has(WITH_WRITES_OF_DB3);

        fleet.probe(db4, db1).expectNone(Reason.CONTESTED, "db1", "db4");
    }

    @Test
    void whenANodeWasConfiguredAtThePromotionShouldFenceItAndKeepTheIncumbent() {
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        db3.recovers().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db2).expectPrimary(db2, Reason.INCUMBENT);
        assertThat(fleet.claim.fenced()).containsExactlyInAnyOrder("db1", "db3");
    }

    @Test
    void whenANewlySeenWritableReplicaHasMoreShouldBeContested() {
        db3.recovers().has(WITH_WRITES_OF_DB3).channel("elsewhere", "x", Receiver.OFF);

        fleet.probe(db3, db1)
                .expectNone(
                        Reason.CONTESTED,
                        "db1 (at ",
                        ") is writable, but db3 (at ",
                        ") has transactions that it lacks, or is written to as well: if db1 is the primary, make db3"
                                + " its replica, or set replication.routing.nodes.db3.role=replica; if not, make db1"
                                + " read-only");
        assertThat(fleet.assessment(db1).reason())
                .isEqualTo("writable, but lacks transactions of db3, or db3 is written to as well");
    }

    @Test
    void whenANewlySeenConnectedWritableReplicaHasMoreShouldKeepTheIncumbent() {
        db3.recovers().follows(db1).writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenANewlySeenConnectedWritableReplicaWritesMoreShouldBeContested() {
        db3.recovers().follows(db1).writable();
        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectNone(Reason.CONTESTED, ") is writable, but db3 (at ");
    }

    @Test
    void whenANewlySeenNodeFormsAWritableRingWithTheIncumbentShouldBeContested() {
        db3.recovers().follows(db1).writable();
        db1.channel(db3, Receiver.ON);

        fleet.probe().expectNone(Reason.CONTESTED, "db1", "db3");
    }

    @Test
    void whenTheIncumbentOfAWritableRingIsDeclaredPrimaryShouldKeepIt() {
        db1.declared(DeclaredRole.PRIMARY).channel(db3, Receiver.ON);
        db3.recovers().follows(db1).writable();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    // --- positions that cannot be compared

    @Test
    void whenANewlySeenWritableNodeHasNoGtidsShouldBeContested() {
        db1.hasNoGtids();
        db3.recovers().hasNoGtids();

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenANewlySeenWritableNodeHasNoGtidsShouldKeepADeclaredPrimary() {
        db1.declared(DeclaredRole.PRIMARY).hasNoGtids();
        db3.recovers().hasNoGtids();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenANewlySeenNodeHasNoGtidsButASourceShouldKeepTheIncumbent() {
        db1.hasNoGtids();
        db3.recovers().hasNoGtids().channel("elsewhere", "x", Receiver.OFF);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    // --- followers

    @Test
    void whenReplicasFollowANewlySeenNodeShouldBeContested() {
        db3.recovers();
        db2.follows(db3);

        fleet.probe(db1, db3, db2).expectNone(Reason.CONTESTED, "db1", "db3");
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenReplicasFollowTheIncumbentShouldKeepItBesideANewlySeenNode() {
        db3.recovers();

        fleet.probe(db1, db3, db2).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenANewlySeenNodeHasMoreShouldBeContestedEvenIfReplicasFollowTheIncumbent() {
        db3.recovers().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db2, db1).expectNone(Reason.CONTESTED, "db1", "db3");
    }

    @Test
    void whenTheLessFollowedCandidateIsWrittenToShouldBeContested() {
        db3.recovers();
        fleet.restartInstance();
        fleet.probe().expectPrimary(db1, Reason.SUPPORTED);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db2, db1).expectNone(Reason.CONTESTED);
    }

    // --- a node that is still unseen

    @Test
    void whenANodeIsUnseenAndAReplicaOfAnotherServerHasMoreShouldBeContested() {
        db2.resetReplica().channel("db3", "3", Receiver.ON).has("db1:1-11");

        fleet.probe(db2, db1)
                .expectNone(
                        Reason.CONTESTED,
                        ") is writable, but db2 (at ",
                        "has replicated transactions that it lacks: if db1 is the primary, set"
                                + " replication.routing.nodes.db1.role=primary; if not, make it read-only");
    }

    @Test
    void whenANodeIsUnseenAndAReplicaOfAnotherServerHasNoMoreShouldKeepTheIncumbent() {
        db2.resetReplica().channel("db3", "3", Receiver.ON);

        fleet.probe(db2, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenANodeIsUnseenAndAReplicaOfAnotherServerIsNotComparedYetShouldKeepTheIncumbent() {
        db2.resetReplica().channel("db3", "3", Receiver.ON).has("db1:1-11");

        fleet.probe(db1, db2).expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe(db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAllNodesWereSeenAndAReplicaOfAnotherServerHasMoreShouldKeepTheIncumbent() {
        db3.recovers().readOnly();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db2.resetReplica().channel("elsewhere", "x", Receiver.ON).has("db1:1-11");

        fleet.probe(db2, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheUnseenNodeIsADeclaredReplicaShouldKeepTheIncumbent() {
        db3.declared(DeclaredRole.REPLICA);
        db2.resetReplica().channel("elsewhere", "x", Receiver.ON).has("db1:1-11");

        fleet.probe(db2, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheUnseenNodeWasConfiguredAtThePromotionShouldKeepTheIncumbent() {
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        db1.recovers().readOnly().channel("db3", "3", Receiver.ON).has("db1:1-11");

        fleet.probe(db1, db2).expectPrimary(db2, Reason.INCUMBENT);
    }

    // --- a gap

    @Test
    void whenANodeMayHaveBeenPromotedWhileTheIncumbentWasDownShouldBeContested() {
        db3.recovers().follows(db1);
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        db3.goesDown();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db1.recovers();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db3.restarts().resetReplica().writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenANodeIsPromotedBesideTheRecoveredIncumbentShouldKeepTheIncumbent() {
        db3.recovers().follows(db1);
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db1.recovers();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db3.resetReplica().writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheInstancePausedForLongerThanTheGapShouldBeContested() {
        db3.recovers().follows(db1);
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        fleet.pass(Fleet.GAP);
        fleet.probe(db1).expectPrimary(db1, Reason.INCUMBENT);
        db3.restarts().resetReplica().writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenTheInstancePausedForLessThanTheGapShouldKeepTheIncumbent() {
        db3.recovers().follows(db1);
        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);
        fleet.pass(Fleet.GAP.minus(Duration.ofSeconds(1)));
        fleet.probe(db1).expectPrimary(db1, Reason.INCUMBENT);
        db3.restarts().resetReplica().writable().has(WITH_WRITES_OF_DB3);

        fleet.probe(db3, db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    // --- after a contest

    @Test
    void whenAContestIsResolvedShouldElectTheSoleCandidate() {
        whenANewlySeenWritableNodeHasMoreThanTheIncumbentShouldBeContested();
        db1.readOnly();

        fleet.probe().expectPrimary(db3, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAContestIsResolvedShouldKeepNodesFenced() {
        FleetServer db4 = fleet.server("db4").follows(db1);
        fleet.settle();
        db4.restarts().resetReplica().writable();
        resolveContestBetweenOthers(db4);

        fleet.probe()
                .expectNone(
                        Reason.NO_CANDIDATE,
                        "db4 is writable, but was writable beside the primary db1: to promote it, set read_only on and, a second later, off");
        db4.readOnly();
        fleet.probe().expectNone(Reason.NO_CANDIDATE);
        db4.writable();
        fleet.probe().expectPrimary(db4, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAContestIsResolvedShouldNotElectANodeThatWasPromotedBesideTheIncumbent() {
        FleetServer db4 = fleet.server("db4").follows(db1);
        fleet.settle();
        db4.resetReplica().writable();
        resolveContestBetweenOthers(db4);

        fleet.probe().expectNone(Reason.NO_CANDIDATE, "db4 is writable, but was writable beside the primary db1");
    }

    private void resolveContestBetweenOthers(FleetServer fenced) {
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        assertThat(fleet.claim.fenced()).containsExactly(fenced.name);
        db3.recovers().has(WITH_WRITES_OF_DB3);
        fleet.probe(db3, db1).expectNone(Reason.CONTESTED);
        db1.readOnly();
        db3.goesDown();
    }
}
