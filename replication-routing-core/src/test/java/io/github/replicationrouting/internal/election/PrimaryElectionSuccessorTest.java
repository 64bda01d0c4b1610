package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules 5 and 6: which node succeeds an incumbent that is absent, and which nodes are fenced. */
class PrimaryElectionSuccessorTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db1);

    @BeforeEach
    void electDb1() {
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.settle();
    }

    // --- (a) read-only, then writable

    @Test
    void whenANodeBecomesWritableAfterTheLossShouldElectIt() {
        lose(db1);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        assertThat(fleet.claim.node()).isEqualTo("db2");
    }

    @Test
    void whenTheReceiverOfAWritableNodeLosesItsSourceShouldElectTheNode() {
        lose(db1);
        db2.writable();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but still replicates from db1");
        db2.receiver(Receiver.CONNECTING);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAWritableNodeKeepsReceivingShouldNotElectIt() {
        lose(db1);
        db2.writable();
        fleet.probe();
        fleet.pass(Duration.ofSeconds(5));
        fleet.probe();
        db2.receiver(Receiver.CONNECTING);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured (db1");
    }

    @Test
    void whenAWritableNodeReceivesFromAPossiblyUnseenNodeShouldNotElectIt() {
        fleet.server("db4").goesDown();
        lose(db1);
        db2.resetReplica().channel("elsewhere", "x", Receiver.ON).writable();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but still replicates from elsewhere:3306");
    }

    @Test
    void whenAWritableNodeReceivesFromOutsideTheTopologyShouldElectIt() {
        lose(db1);
        db2.resetReplica().channel("elsewhere", "x", Receiver.ON).writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAWritableNodeReceivesFromItsReplicaShouldElectIt() {
        lose(db1);
        db2.resetReplica().channel(db3, Receiver.ON).writable();
        db3.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAWritableNodeIsInARingWithTheOldPrimaryShouldElectIt() {
        db1.readOnly();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db1.follows(db2);
        db2.writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenANodeIsWritableAfterARestartShouldNotElectIt() {
        lose(db1);
        db2.receiver(Receiver.CONNECTING);
        fleet.probe();
        db2.restarts().writable();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured (db1");
    }

    @Test
    void whenANodeIsWritableWithoutASourceAfterARestartShouldNotElectIt() {
        lose(db1);
        db2.restarts().writable().resetReplica();

        fleet.probe()
                .expectNone(
                        Reason.NO_SUCCESSOR,
                        "db2 is writable, but was already writable beside db1: to promote it, set read_only on and, a second later, off again");
        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN,
                        true,
                        "writable, but was already writable beside db1: to promote it, set read_only on and, a second later, off again",
                        null));
    }

    @Test
    void whenTheOperatorFollowsTheAdviceInTheReasonShouldElectTheNode() {
        whenANodeIsWritableWithoutASourceAfterARestartShouldNotElectIt();
        db2.readOnly();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db2.writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAWritableServerReplacesANodeShouldNotElectIt() {
        lose(db1);
        db2.replacedBy("db9").writable().resetReplica();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but was already writable beside db1");
    }

    @Test
    void whenANodeLeavesOfflineModeShouldNotElectIt() {
        db2.resetReplica().writable().offline();
        fleet.probe();
        lose(db1);
        db2.writable();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but was already writable beside db1");
    }

    @Test
    void whenAPromotedNodeGoesDownShouldNotElectIt() {
        lose(db1);
        db2.writable();
        fleet.probe();
        db2.goesDown();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is down (no answer), db3 is read-only");
    }

    @Test
    void whenANodeBecameWritableBeforeTheLossShouldNotElectIt() {
        db2.resetReplica().writable();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe();
        lose(db1);

        fleet.probe()
                .expectNone(
                        Reason.NO_SUCCESSOR,
                        "db2 is writable, but was already writable beside db1: to promote it, set read_only on and, a second later, off again");
    }

    @Test
    void whenTheIncumbentRecoversAfterANodeBecameWritableShouldNotElectTheNode() {
        lose(db1);
        db2.writable();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but still replicates from db1");
        db1.recovers();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        lose(db1);
        db2.receiver(Receiver.CONNECTING);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured");
    }

    @Test
    void whenANodeBecameWritableAfterTheLastAnswerOfTheIncumbentShouldElectIt() {
        db2.resetReplica().writable();
        fleet.probe(db1, db2).expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheIncumbentBecomesAWritableReplicaShouldNotElectIt() {
        db1.readOnly();
        db2.resetReplica();
        fleet.probe();
        db1.writable().channel(db2, Receiver.ON);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "the primary db1 has become a replica");
    }

    // --- (b) writable, then without a source

    @Test
    void whenTheSourceOfAWritableReplicaIsRemovedShouldElectTheReplica() {
        makeWritableBesideDb1(db2);
        lose(db1);
        db2.receiver(Receiver.OFF);
        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "(db1, receiver stopped)");
        db2.resetReplica();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheSourceOfAReadOnlyReplicaIsRemovedShouldNotElectTheReplicaYet() {
        lose(db1);
        db2.resetReplica();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is read-only");
        db2.writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheSourceOfAWritableReplicaIsMissingAfterARestartShouldNotElectTheReplica() {
        makeWritableBesideDb1(db2);
        lose(db1);
        db2.restarts().resetReplica();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but was already writable beside db1");
    }

    @Test
    void whenTheSourceWasRemovedBesideTheIncumbentShouldNotElectTheReplica() {
        makeWritableBesideDb1(db2);
        db2.resetReplica();
        fleet.probe();
        fleet.probe();
        lose(db1);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but was already writable beside db1");
    }

    @Test
    void whenOneOfTwoSourcesIsRemovedShouldNotElectTheReplica() {
        makeWritableBesideDb1(db2.channel("elsewhere", "x", Receiver.OFF));
        lose(db1);
        db2.resetReplica().channel("elsewhere", "x", Receiver.OFF);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured (elsewhere:3306");
    }

    // --- without the grant only (a) can be seen

    @Test
    void whenANodeBecomesWritableWithoutTheGrantShouldElectIt() {
        db2.denied();
        fleet.probe();
        lose(db1);
        db2.writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenANodeWasWritableBeforeTheLossWithoutTheGrantShouldNotElectIt() {
        makeWritableBesideDb1(db2.denied());
        lose(db1);

        fleet.probe()
                .expectNone(
                        Reason.NO_SUCCESSOR,
                        "db2 is writable, but was already writable beside db1, and whether it replicates cannot be seen:"
                                + " GRANT X, or keep replicas read-only, so that a promotion is seen; to promote it"
                                + " now, set read_only on and, a second later, off again");
    }

    @Test
    void whenTheGrantIsAddedAfterTheLossShouldNotElectTheNode() {
        makeWritableBesideDb1(db2.denied());
        lose(db1);
        db2.granted().resetReplica();

        fleet.probe()
                .expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but was already writable beside db1: to promote it");
    }

    // --- two promoted nodes

    @Test
    void whenTwoNodesArePromotedShouldBeContested() {
        lose(db1);
        db2.resetReplica().writable();
        db3.resetReplica().writable();

        fleet.probe()
                .expectNone(
                        Reason.CONTESTED,
                        "db2 (at ",
                        " and db3 (at ",
                        "are writable and nothing shows which is right: make the wrong one read-only",
                        "replication.routing.nodes.<name>.role=replica");
        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN, true, "writable like db3, and nothing shows which is right", null));
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenOneOfTwoPromotedNodesBecomesReadOnlyShouldElectTheOther() {
        whenTwoNodesArePromotedShouldBeContested();
        db3.readOnly();

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheMostFollowedOfTwoPromotedNodesLacksNothingShouldElectIt() {
        FleetServer db4 = fleet.server("db4").follows(db1);
        fleet.probe();
        lose(db1);
        db2.resetReplica().writable();
        db3.resetReplica().writable();
        db4.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheMostFollowedOfTwoPromotedNodesLacksTransactionsShouldBeContested() {
        FleetServer db4 = fleet.server("db4").follows(db1);
        fleet.probe();
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        db3.writable().receiver(Receiver.OFF).has("db1:1-11");
        db4.follows(db2);

        fleet.probe().expectNone(Reason.CONTESTED, "db2 (at ", " and db3 (at ");
        assertThat(fleet.assessment(db2).rival()).isTrue();
        assertThat(fleet.assessment(db3).rival()).isTrue();
    }

    @Test
    void whenOnlyOneOfTwoWritableNodesWasPromotedShouldElectIt() {
        makeWritableBesideDb1(db3.resetReplica());
        lose(db1);
        db2.resetReplica().writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        assertThat(fleet.assessment(db3).reason()).isEqualTo("writable beside the primary db2");
    }

    // --- rule 6: which nodes are fenced

    @Test
    void whenTheOldPrimaryRecoversShouldKeepTheSuccessor() {
        promoteDb2();
        db1.recovers();

        fleet.probe().expectPrimary(db2, Reason.INCUMBENT);
        assertThat(fleet.assessment(db1))
                .isEqualTo(new NodeAssessment(Role.UNKNOWN, true, "writable beside the primary db2", null));
    }

    @Test
    void whenTheSuccessorGoesDownShouldNotElectTheFencedOldPrimary() {
        promoteDb2();
        db1.recovers();
        fleet.probe();
        lose(db2);

        fleet.probe()
                .expectNone(
                        Reason.NO_SUCCESSOR,
                        "the primary db2 is down (no answer)",
                        "db1 is writable, but was already writable beside db2: to promote it, set read_only on and, a second later, off again");
        db2.recovers();
        fleet.probe().expectPrimary(db2, Reason.INCUMBENT);
    }

    @Test
    void whenTheOldPrimaryRecoversWhileItsSuccessorIsDownShouldNotElectIt() {
        promoteDb2();
        lose(db2);
        db1.recovers();

        fleet.probe()
                .expectNone(
                        Reason.NO_SUCCESSOR, "the primary db2 is down", "db1 is writable, but was already writable");
    }

    @Test
    void whenAReplicaStillFollowsTheOldPrimaryShouldNotElectTheOldPrimary() {
        promoteDb2();
        db1.recovers();
        db3.follows(db1);

        fleet.probe().expectPrimary(db2, Reason.INCUMBENT);
        lose(db2);
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }

    @Test
    void whenAFencedNodeIsPromotedShouldElectIt() {
        promoteDb2();
        db1.recovers();
        fleet.probe();
        lose(db2);
        db1.readOnly();
        fleet.probe();
        db1.writable();

        fleet.probe().expectPrimary(db1, Reason.PROMOTION);
        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void whenAFencedNodeBecomesAReplicaShouldNoLongerBeFenced() {
        promoteDb2();
        db1.recovers();
        fleet.probe();
        assertThat(fleet.claim.fenced()).containsExactly("db1");
        db1.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.INCUMBENT);
        assertThat(fleet.claim.fenced()).isEmpty();
        assertThat(fleet.assessment(db1)).isEqualTo(new NodeAssessment(Role.REPLICA, false, null, null));
    }

    /** Makes a node writable beside the incumbent, which then answers once more. */
    private void makeWritableBesideDb1(FleetServer server) {
        server.writable();
        fleet.probe();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    private void promoteDb2() {
        lose(db1);
        db2.resetReplica().writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    private void lose(FleetServer incumbent) {
        incumbent.goesDown();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }
}
