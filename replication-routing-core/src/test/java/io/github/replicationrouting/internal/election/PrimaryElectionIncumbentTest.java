package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 4: the incumbent stays while it is fit, keeps its claim while absent, and loses it when it is replaced. */
class PrimaryElectionIncumbentTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db1);

    @BeforeEach
    void electDb1() {
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.settle();
    }

    // --- while it is fit

    @Test
    void whenTheIncumbentAnswersAndIsWritableShouldKeepIt() {
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAReplicaFollowsAnotherWritableNodeShouldKeepTheFitIncumbent() {
        db2.resetReplica().writable();
        db3.follows(db2);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(Role.UNKNOWN, true, "writable beside the primary db1", null));
    }

    @Test
    void whenAnotherWritableNodeIsDeclaredPrimaryShouldKeepTheFitIncumbent() {
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAnotherWritableNodeHasMoreShouldKeepTheFitIncumbent() {
        db2.resetReplica().writable().has("db1:1-10,db2:1-5");

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAllOtherNodesAreDownShouldKeepTheIncumbent() {
        db2.goesDown();
        db3.goesDown();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentHasRestartedShouldKeepIt() {
        db1.restarts();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    /** What an earlier answer of a replica showed may be older than what the primary shows. */
    @Test
    void whenAReplicaWasLastSeenToFollowAnotherWritableNodeShouldKeepTheIncumbent() {
        db2.resetReplica().writable();
        db3.follows(db2);
        fleet.probe();
        db3.omitsReplication();

        fleet.probe(db1, db2, db3).expectPrimary(db1, Reason.INCUMBENT);
    }

    // --- demotion

    @Test
    void whenTheIncumbentReplicatesFromAWritableNodeShouldElectThatNode() {
        db2.resetReplica();
        db1.channel(db2, Receiver.ON);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);

        db2.writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheIncumbentReplicatesFromAReplicaOfAnotherNodeShouldTreatItAsAReplica() {
        db3.resetReplica();
        db2.follows(db3);
        db1.channel(db2, Receiver.ON);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "the primary db1 has become a replica, and no promotion");
    }

    @Test
    void whenTheIncumbentReplicatesFromOutsideTheTopologyShouldKeepIt() {
        db1.channel("elsewhere", "x", Receiver.ON);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentJoinsARingShouldKeepIt() {
        db1.channel(db2, Receiver.ON);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentReplicatesFromANodeThatIsDownShouldTreatItAsAReplica() {
        db2.goesDown();
        db1.channel(db2, Receiver.ON);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "the primary db1 has become a replica");
    }

    @Test
    void whenTheIncumbentReplicatesFromTheFirstNodeShouldTreatItAsAReplica() {
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        db1.recovers();
        db2.channel(db1, Receiver.ON);
        db3.resetReplica();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "the primary db2 has become a replica");
        db3.follows(db1);
        fleet.probe().expectPrimary(db1, Reason.PROMOTION);
    }

    @Test
    void whenOneOfSeveralNewSourcesIsAPromotedNodeShouldElectThatNode() {
        db2.resetReplica().writable();
        db1.channel("elsewhere", "x", Receiver.ON).channel(db3, Receiver.ON).channel(db2, Receiver.ON);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheOtherMemberOfARingStopsItsReceiverShouldKeepTheIncumbent() {
        db1.channel(db2, Receiver.ON);
        fleet.restartInstance();
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        db2.receiver(Receiver.OFF);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentOfARingAddsAPromotedNodeAsSourceShouldElectThatNode() {
        db1.channel(db2, Receiver.ON);
        fleet.restartInstance();
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        db3.resetReplica().writable();
        db1.channel(db3, Receiver.ON);

        fleet.probe().expectPrimary(db3, Reason.PROMOTION);
    }

    @Test
    void whenTheOtherMemberOfARingClosedAfterTheElectionGoesDownShouldKeepTheIncumbent() {
        db1.channel(db2, Receiver.ON);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db2.goesDown();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    // --- while it is absent

    @Test
    void whenTheIncumbentIsDownShouldKeepItsClaim() {
        db1.goesDown();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        assertThat(fleet.reason())
                .isEqualTo("the primary db1 is down (no answer), and no promotion has been seen since:"
                        + " db2 is read-only, db3 is read-only");
        assertThat(fleet.claim.node()).isEqualTo("db1");
    }

    @Test
    void whenTheIncumbentIsReadOnlyShouldKeepItsClaim() {
        db1.readOnly();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "the primary db1 is read-only, and no promotion");
        db1.writable();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentIsOfflineShouldKeepItsClaim() {
        db1.offline();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "the primary db1 is offline, and no promotion");
        db1.writable();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentRecoversAfterHoursShouldElectItAgain() {
        db1.goesDown();
        fleet.probe();
        fleet.pass(Fleet.GAP.multipliedBy(10_000));
        db1.restarts();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentIsRemovedShouldEndItsClaim() {
        fleet.remove(db1);
        fleet.probe(db2, db3)
                .expectNone(Reason.NO_CANDIDATE, "db2 is read-only and replicates from ", "none of the nodes");
        FleetServer db4 = fleet.server("db4");

        fleet.probe().expectPrimary(db4, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheIncumbentIsRemovedShouldKeepOtherNodesFenced() {
        db2.resetReplica().writable();
        fleet.probe();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.remove(db1);

        fleet.probe(db2, db3)
                .expectNone(
                        Reason.NO_CANDIDATE,
                        "db2 is writable, but was writable beside the primary db1: to promote it, set read_only on and, a second later, off");
    }

    @Test
    void whenTheIncumbentRecoversWithLessDataShouldTreatItAsANewCandidate() {
        db1.goesDown();
        fleet.probe();
        db1.restarts().has("db1:1-8");
        db2.receiver(Receiver.OFF);
        db3.receiver(Receiver.OFF);

        fleet.probe(db2, db3, db1)
                .expectNone(
                        Reason.CONTESTED,
                        "db1 (at ",
                        ") is writable, but db2 (at ",
                        ") has replicated transactions that it lacks");
        db1.has("db1:1-10");
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheIncumbentRecoversWithMoreDataShouldElectItAgain() {
        db1.goesDown();
        fleet.probe();
        db1.restarts().has("db1:1-12");

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheDataOfTheRecoveredIncumbentCannotBeComparedShouldElectItAgain() {
        db1.goesDown();
        fleet.probe();
        db1.restarts().hasNoGtids();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        fleet.probe();
        db1.restarts().has("db1:1-3");
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        fleet.probe();
        db1.restarts().hasOfMariaDb("0-1-5", "0-1-5", "0-1-5");

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheServerBehindAnEndpointRecoversWithLessDataShouldElectItAgain() {
        fleet.remove(db1);
        FleetServer writer = fleet.server("db4").endpoint(DeclaredRole.PRIMARY);
        fleet.restartInstance();
        fleet.probe().expectPrimary(writer, Reason.SOLE_CANDIDATE);
        writer.goesDown();
        fleet.probe();
        writer.restarts().has("db1:1-3");

        fleet.probe().expectPrimary(writer, Reason.INCUMBENT);
    }

    // --- another server under its name

    @Test
    void whenAnotherServerReplacesTheIncumbentShouldTreatItAsANewCandidate() {
        db1.replacedBy("db9");
        db2.receiver(Receiver.CONNECTING);
        db3.receiver(Receiver.CONNECTING);

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.claim.serverId()).endsWith("9");
    }

    @Test
    void whenTheReplacementOfTheIncumbentLacksTransactionsShouldBeContested() {
        db1.replacedBy("db9").has("db9:1-3");
        db2.receiver(Receiver.CONNECTING);

        fleet.probe(db2, db3, db1).expectNone(Reason.CONTESTED, "db1 (at ", ") is writable, but db");
        assertThat(fleet.assessment(db1).rival()).isTrue();
        fleet.probe(db2, db3).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenTheReplacementOfTheIncumbentIsNotComparedYetShouldBePending() {
        db1.replacedBy("db9").has("db9:1-3");
        db2.receiver(Receiver.CONNECTING);
        db3.receiver(Receiver.CONNECTING);

        fleet.probe(db1, db2, db3).expectNone(Reason.PENDING);
    }

    @Test
    void whenTheReplacementOfTheIncumbentIsRefusedShouldNameItInTheReason() {
        db1.replacedBy("db9").denied();
        FleetServer db4 = fleet.server("db4").goesDown();

        fleet.probe().expectNone(Reason.NO_CANDIDATE, "db1 is writable, but whether it replicates from db4");
        assertThat(fleet.assessment(db1).reason()).startsWith("writable, but whether it replicates from db4");
        assertThat(fleet.assessment(db4).role()).isEqualTo(Role.UNKNOWN);
    }

    @Test
    void whenTheServerBehindAnEndpointChangesShouldKeepTheIncumbent() {
        fleet.remove(db1);
        FleetServer writer = fleet.server("db4").endpoint(DeclaredRole.PRIMARY);
        fleet.restartInstance();
        fleet.probe(writer, db2, db3).expectPrimary(writer, Reason.SOLE_CANDIDATE);
        writer.replacedBy("db9").has("db1:1-3");

        fleet.probe(writer, db2, db3).expectPrimary(writer, Reason.INCUMBENT);
    }

    @Test
    void whenTheReplacementOfTheIncumbentIsDownShouldElectThePromotedNode() {
        db1.replacedBy("db9").goesDown();
        db2.resetReplica().writable();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAnEarlierNameLeadsToTheServerOfTheIncumbentShouldKeepTheIncumbent() {
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        db1.replacedBy("db2");

        fleet.probe().expectPrimary(db2, Reason.INCUMBENT);
    }
}
