package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rule 5 (c): most of the other nodes are connected to a node, and at least one of them was repointed since the loss. */
class PrimaryElectionMajorityTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1).writable();
    private final FleetServer db3 = fleet.server("db3").follows(db1);
    private final FleetServer db4 = fleet.server("db4").follows(db1);

    @BeforeEach
    void loseDb1AndStopTheReceiverOfDb2() {
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        db2.receiver(Receiver.OFF);
        db3.receiver(Receiver.CONNECTING);
        db4.receiver(Receiver.CONNECTING);
        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured (db1");
    }

    @Test
    void whenMostNodesWereRepointedToANodeShouldElectIt() {
        db3.follows(db2);
        db4.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenOnlyOneOfThreeNodesWasRepointedShouldElectNone() {
        db3.follows(db2);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured (db1");
    }

    @Test
    void whenOnlyHalfOfTheNodesWereRepointedShouldElectNone() {
        FleetServer db5 = fleet.server("db5").follows(db1).receiver(Receiver.CONNECTING);
        db3.follows(db2);
        db4.follows(db2);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db5.follows(db2);
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenANodeHasNeverAnsweredShouldCountItAsNotRepointed() {
        fleet.server("db5").goesDown();
        db3.follows(db2);
        db4.follows(db2);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }

    @Test
    void whenTheOldPrimaryWasRepointedShouldCountItForTheMajority() {
        db3.follows(db2);
        db1.recovers().follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAReplicaFollowsThroughAnotherReplicaShouldCountItForTheMajority() {
        db3.follows(db2);
        db4.follows(db3);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenARepointedReplicaIsNotConnectedShouldNotCountIt() {
        db3.follows(db2);
        db4.follows(db2).receiver(Receiver.CONNECTING);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }

    @Test
    void whenARepointedReplicaIsDownShouldNotCountIt() {
        db3.follows(db2);
        db4.follows(db2);
        fleet.probe(db3);
        db4.goesDown();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }

    @Test
    void whenTheNewestAnswerOfAReplicaDoesNotShowItsSourceShouldNotCountIt() {
        db3.follows(db2);
        fleet.probe();
        db3.omitsReplication();
        db4.follows(db2);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }

    @Test
    void whenEndpointsFollowTheNodeShouldNotCountThem() {
        fleet.server("db5").endpoint(DeclaredRole.REPLICA).follows(db2);
        fleet.server("db6").endpoint(DeclaredRole.REPLICA).follows(db2);
        db3.follows(db2);
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db4.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenAServerHasSeveralNamesShouldCountItOnce() {
        fleet.server("db5").replacedBy("db3").readOnly();
        fleet.server("db6").replacedBy("db3").readOnly();
        db3.follows(db2);
        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
        db4.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @ParameterizedTest
    @EnumSource(
            value = Receiver.class,
            names = {"ON", "CONNECTING"})
    void whenTheReceiverOfTheFollowedNodeRunsShouldElectNone(Receiver receiver) {
        db2.receiver(receiver);
        db3.follows(db2);
        db4.follows(db2);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but");
    }

    @Test
    void whenTheFollowedNodeIsReadOnlyShouldElectNone() {
        db2.readOnly();
        db3.follows(db2);
        db4.follows(db2);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is read-only");
    }

    @Test
    void whenNoReplicaWasRepointedSinceTheLossShouldElectNone() {
        chainReplicasBehindDb2();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR, "db2 is writable, but has a source configured (db1");
    }

    @Test
    void whenOneOfTheReplicasWasRepointedSinceTheLossShouldElectTheFollowedNode() {
        FleetServer db5 = fleet.server("db5").follows(db1);
        chainReplicasBehindDb2();
        db5.follows(db2);

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }

    @Test
    void whenReplicasWereRepointedBeforeTheLastAnswerOfTheIncumbentShouldElectNone() {
        db1.recovers();
        db3.follows(db2);
        db4.follows(db2);
        fleet.probe(db3, db4, db1, db2).expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);
    }

    /** Makes db3 and db4 replicate from db2, and db2 from db1; then db1 goes down again. */
    private void chainReplicasBehindDb2() {
        db1.recovers();
        db2.receiver(Receiver.ON);
        db3.follows(db2);
        db4.follows(db2);
        fleet.probe();
        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);
        db1.goesDown();
        db2.receiver(Receiver.OFF);
    }
}
