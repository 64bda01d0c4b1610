package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Before a node becomes the primary, the other writable nodes are probed once more: another instance may have written
 * to one of them since the loss.
 */
class PrimaryElectionLastProbeTest {

    private static final String WITH_WRITES_OF_DB3 = "db1:1-10,db3:1-5";

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db1);
    private final FleetServer db4 = fleet.server("db4").follows(db1);

    @BeforeEach
    void electDb1() {
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.settle();
    }

    // --- which nodes are probed once more

    @Test
    void whenAnotherNodeIsWritableShouldProbeItBeforeElectingTheSuccessor() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db4, db3, db2)
                .expectNone(
                        Reason.PENDING,
                        "db2 is being compared with the other nodes that take writes, before the first write");
        assertThat(fleet.result().pending()).isEqualTo(1);
        fleet.probe(db2, db4).expectNone(Reason.PENDING);
        fleet.probe(db3).expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenOtherNodesAreReadOnlyShouldElectTheSuccessorImmediately() {
        lose(db1);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db3, db4, db2).expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheOtherWritableNodeIsADeclaredReplicaShouldElectTheSuccessorImmediately() {
        makeWritableBesideDb1(db3.declared(DeclaredRole.REPLICA));
        lose(db1);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db3, db2).expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheOtherWritableNodeIsDownShouldElectTheSuccessorImmediately() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db3.goesDown();
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db2).expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheOldPrimaryAnswersShouldProbeItBeforeElectingTheSuccessor() {
        db1.readOnly();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db3, db2).expectNone(Reason.PENDING);
        fleet.probe(db1).expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheOldPrimaryIsProbedAfterTheSuccessorShouldElectTheSuccessorImmediately() {
        db1.readOnly();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe(db2, db1).expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheIncumbentRecoversShouldProbeWritableNodesBeforeElectingIt() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db1.recovers();

        fleet.probe(db3, db1).expectNone(Reason.PENDING, "db1 is being compared with the other nodes");
        fleet.probe(db3).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentIsStillFitShouldNotWaitForOtherNodes() {
        makeWritableBesideDb1(db3);

        fleet.probe(db1).expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenTheInstanceStartsShouldProbeWritableNodesBeforeElectingTheSoleCandidate() {
        fleet.restartInstance();
        db3.writable();

        fleet.probe(db2, db4, db3, db1).expectNone(Reason.PENDING, "db1 is being compared");
        fleet.probe(db3).expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAWritableNodeIsNotProbedWithinTheGapShouldElectTheSuccessor() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        fleet.probe(db4, db2).expectNone(Reason.PENDING);
        long foundAt = fleet.now();

        fleet.passUntil(foundAt + Fleet.GAP.toNanos() - 1_000_000);
        fleet.probe(db2).expectNone(Reason.PENDING);
        assertThat(fleet.now() - foundAt).isEqualTo(Fleet.GAP.toNanos());
        fleet.probe(db2).expectPrimary(db2, Reason.PROMOTION);
    }

    // --- writes of another instance

    @Test
    void whenAnotherNodeWasWrittenToSinceTheLossShouldBeContested() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe()
                .expectNone(
                        Reason.CONTESTED,
                        "db2 (at ",
                        ") is writable, but db3 (at ",
                        " or is written to as well: if db2 is the primary, make db3 its replica");
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenAnotherNodeWasWrittenToBeforeTheLossShouldElectTheSuccessor() {
        makeWritableBesideDb1(db3);
        db3.has(WITH_WRITES_OF_DB3);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        lose(db1);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAReadOnlyNodeWasWrittenToShouldElectTheSuccessor() {
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAnotherNodeHasOnlyReplicatedShouldElectTheSuccessor() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        db3.has("db1:1-11");

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAReplicaOfTheSuccessorKeepsWritingShouldBeContested() {
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        db3.follows(db2).writable().has(WITH_WRITES_OF_DB3);

        fleet.probe().expectNone(Reason.CONTESTED, "db2 (at ", ") is writable, but db3 (at ");
    }

    @Test
    void whenAReplicaOfTheSuccessorHasStoppedWritingShouldElectTheSuccessor() {
        lose(db1);
        db3.follows(db2).writable().has(WITH_WRITES_OF_DB3);
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        fleet.pass(Fleet.GAP);
        db2.writable().receiver(Receiver.OFF);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenTheSuccessorHasWhatItsReplicaWroteShouldElectTheSuccessor() {
        lose(db1);
        db2.writable().receiver(Receiver.OFF).has(WITH_WRITES_OF_DB3);
        db3.follows(db2).writable().has(WITH_WRITES_OF_DB3);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAnotherNodeWasWrittenToWhileTheIncumbentWasDownShouldBeContested() {
        makeWritableBesideDb1(db3);
        lose(db1);
        db3.has(WITH_WRITES_OF_DB3);
        db1.recovers();

        fleet.probe().expectNone(Reason.CONTESTED, "db1 (at ", ") is writable, but db3 (at ");
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenAnotherNodeWasWrittenToBeforeTheIncumbentWentDownShouldElectTheIncumbentAgain() {
        makeWritableBesideDb1(db3);
        db3.has(WITH_WRITES_OF_DB3);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        lose(db1);
        db1.recovers();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    @Test
    void whenAnotherNodeIsWrittenToBesideAFitIncumbentShouldKeepTheIncumbent() {
        makeWritableBesideDb1(db3);
        db3.has(WITH_WRITES_OF_DB3);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    // --- an incumbent that recovers with a source

    @Test
    void whenTheIncumbentRecoversWithANewSourceShouldTreatItAsAReplica() {
        lose(db1);
        db2.resetReplica();
        db1.recovers().channel(db2, Receiver.CONNECTING);

        fleet.probe(db2, db1)
                .expectNone(
                        Reason.NO_SUCCESSOR, "the primary db1 has become a replica, and no promotion has been seen");
    }

    @Test
    void whenTheIncumbentRecoversWithItsFormerSourceShouldElectItAgain() {
        lose(db1);
        db2.writable().receiver(Receiver.OFF);
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
        lose(db2);
        db2.restarts();

        fleet.probe().expectPrimary(db2, Reason.INCUMBENT);
    }

    @Test
    void whenTheIncumbentRecoversWithASourceOutsideTheTopologyShouldElectItAgain() {
        db1.channel("elsewhere", "x", Receiver.ON);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        lose(db1);
        db1.recovers();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    /** Makes a node writable and removes its source while the incumbent is fit. */
    private void makeWritableBesideDb1(FleetServer server) {
        server.resetReplica().writable();
        fleet.probe();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
    }

    private void lose(FleetServer incumbent) {
        incumbent.goesDown();
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }
}
