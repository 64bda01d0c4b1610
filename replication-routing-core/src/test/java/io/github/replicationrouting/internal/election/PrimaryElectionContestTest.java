package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import org.junit.jupiter.api.Test;

/** Rule 8: which of several candidates is elected by an instance that knows no primary yet. */
class PrimaryElectionContestTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);

    // --- by the followers

    @Test
    void whenNothingDistinguishesTwoCandidatesShouldBeContested() {
        db2.resetReplica().writable();

        fleet.probe()
                .expectNone(
                        Reason.CONTESTED,
                        "db1 (at ",
                        " and db2 (at ",
                        " are writable and nothing shows which is right: make the wrong one read-only, or set"
                                + " replication.routing.nodes.<name>.role=replica for it");
        assertThat(fleet.assessment(db1))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN, true, "writable like db2, and nothing shows which is right", null));
        assertThat(fleet.claim.node()).isNull();
    }

    @Test
    void whenTheMostFollowedCandidateLacksNothingShouldElectIt() {
        db1.has("db1:1-7");
        db2.resetReplica().writable();
        fleet.server("db3").follows(db2);

        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
        assertThat(fleet.assessment(db1))
                .isEqualTo(new NodeAssessment(Role.UNKNOWN, true, "writable beside the primary db2", null));
    }

    @Test
    void whenTheMostFollowedCandidateLacksTransactionsShouldBeContested() {
        db1.has("db1:1-11");
        db2.resetReplica().writable();
        fleet.server("db3").follows(db2);

        fleet.probe().expectNone(Reason.CONTESTED, "db1", "db2", "nothing shows which is right");
    }

    @Test
    void whenTheMostFollowedCandidateHasNoGtidsShouldBeContested() {
        db1.hasNoGtids();
        db2.hasNoGtids().resetReplica().writable();
        fleet.server("db3").hasNoGtids().follows(db2);

        fleet.probe().expectNone(Reason.CONTESTED);
        assertThat(fleet.reason()).startsWith("db1 and db2 are writable");
    }

    @Test
    void whenAReplicaOfAnotherServerHasMoreThanTheMostFollowedCandidateShouldBeContested() {
        db2.resetReplica().writable();
        fleet.server("db3").follows(db2);
        FleetServer db4 = fleet.server("db4")
                .readOnly()
                .channel("elsewhere", "x", Receiver.ON)
                .has("db1:1-11");

        fleet.probe(db4, db1, db2).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenOnlyHalfOfTheReplicasFollowACandidateShouldBeContested() {
        db2.resetReplica().writable();
        fleet.server("db3").follows(db1);
        fleet.server("db4").follows(db2);

        fleet.probe().expectNone(Reason.CONTESTED);
        FleetServer db5 = fleet.server("db5").follows(db2);
        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
        assertThat(fleet.assessment(db5).role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void whenAReplicaHasReplicasShouldCountThemForItsSource() {
        db2.resetReplica().writable();
        FleetServer db3 = fleet.server("db3").follows(db2);
        fleet.server("db4").follows(db3);
        fleet.server("db5").follows(db1);

        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
    }

    @Test
    void whenAReplicaFollowsNeitherCandidateShouldNotCountIt() {
        db2.resetReplica().writable();
        fleet.server("db3").follows(db2);
        fleet.server("db4").readOnly();
        fleet.server("db5").readOnly().channel("elsewhere", "x", Receiver.ON);

        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
    }

    @Test
    void whenAReplicaIsNotConnectedShouldNotCountIt() {
        db2.resetReplica().writable();
        fleet.server("db3").follows(db2).receiver(Receiver.CONNECTING);

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenTheNewestAnswerOfAReplicaDoesNotShowItsSourceShouldNotCountIt() {
        db2.resetReplica().writable();
        FleetServer db3 = fleet.server("db3").follows(db2);
        fleet.probe(db3);
        db3.omitsReplication();

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenCandidatesFormARingShouldNotCountThemForEachOther() {
        db2.writable();
        db1.channel(db2, Receiver.ON);

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenTheMostFollowedOfThreeCandidatesLacksTransactionsOfOneShouldBeContested() {
        db2.resetReplica().writable();
        FleetServer db3 = fleet.server("db3").has("db1:1-10,db3:1-1");
        fleet.server("db4").follows(db2);
        fleet.probe().expectNone(Reason.CONTESTED);
        assertThat(fleet.assessment(db1).reason()).startsWith("writable like db2 and db3, and nothing");
        db3.has("db1:1-9");

        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
    }

    // --- by the declared role

    @Test
    void whenOneOfTwoCandidatesIsDeclaredPrimaryShouldElectIt() {
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY);

        fleet.probe().expectPrimary(db2, Reason.SUPPORTED);
    }

    @Test
    void whenBothCandidatesAreDeclaredPrimaryShouldBeContested() {
        db1.declared(DeclaredRole.PRIMARY);
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY);

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenTheDeclaredPrimaryLacksTransactionsShouldBeContested() {
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY).has("db1:1-9");

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenReplicasFollowTheUndeclaredCandidateShouldElectItOverTheDeclaredPrimary() {
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY);
        fleet.server("db3").follows(db1);

        fleet.probe().expectPrimary(db1, Reason.SUPPORTED);
    }

    @Test
    void whenReplicasAreSplitShouldNotElectTheDeclaredPrimary() {
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY);
        fleet.server("db3").follows(db1);
        fleet.server("db4").follows(db2);

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAReplicaWasLastSeenToFollowTheOtherCandidateShouldNotElectTheDeclaredPrimary() {
        db2.resetReplica().writable().declared(DeclaredRole.PRIMARY);
        FleetServer db3 = fleet.server("db3").follows(db1);
        fleet.probe(db3);
        db3.omitsReplication();

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAPossibleReplicaHasMoreShouldElectTheDeclaredPrimary() {
        db1.declared(DeclaredRole.PRIMARY).denied();
        db2.denied().writable().has("db1:1-11");

        fleet.probe(db1, db2).expectPrimary(db1, Reason.SUPPORTED);
    }

    @Test
    void whenAPossibleReplicaHasTransactionsOfItsOwnShouldNotElectTheDeclaredPrimary() {
        db1.declared(DeclaredRole.PRIMARY).denied();
        db2.denied().writable().has("db1:1-10,db2:1-5");

        fleet.probe(db2, db1).expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAPossibleReplicaHasNoGtidsShouldElectTheDeclaredPrimary() {
        db1.declared(DeclaredRole.PRIMARY).denied().hasNoGtids();
        db2.denied().writable().hasNoGtids();

        fleet.probe().expectPrimary(db1, Reason.SUPPORTED);
    }

    @Test
    void whenAWritableNodeWithoutASourceHasNoGtidsShouldNotElectTheDeclaredPrimary() {
        db1.declared(DeclaredRole.PRIMARY).hasNoGtids();
        db2.resetReplica().writable().hasNoGtids();

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenAPossibleReplicaHasNoGtidsShouldNotElectAnUndeclaredCandidate() {
        db1.denied().hasNoGtids();
        db2.denied().writable().hasNoGtids();
        fleet.server("db3").hasNoGtids().follows(db1);

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    // --- writes.on-multiple-writable=stick

    @Test
    void whenStickIsSetShouldKeepTheLastPrimary() {
        fleet.sticks = true;
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        FleetServer db3 = fleet.server("db3").has("db1:1-10,db3:1-5");

        fleet.probe(db3, db1).expectPrimary(db1, Reason.STICKY);
        fleet.probe(db3, db1).expectPrimary(db1, Reason.STICKY);
        assertThat(fleet.assessment(db3).reason()).isEqualTo("writable beside the primary db1");
    }

    @Test
    void whenStickIsSetAndNoPrimaryWasKnownShouldBeContested() {
        fleet.sticks = true;
        db2.resetReplica().writable();

        fleet.probe().expectNone(Reason.CONTESTED);
    }

    @Test
    void whenStickIsSetAndTheLastPrimaryIsDownShouldBeContested() {
        fleet.sticks = true;
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        FleetServer db3 = fleet.server("db3").follows(db1);
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        db3.resetReplica().writable();

        fleet.probe().expectNone(Reason.CONTESTED);
    }
}
