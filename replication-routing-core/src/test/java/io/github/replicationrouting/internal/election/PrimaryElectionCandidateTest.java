package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules 1 to 3: which nodes may be the primary at all. */
class PrimaryElectionCandidateTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);

    // --- rule 1

    @Test
    void whenOneNodeIsWritableWithoutASourceShouldElectIt() {
        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(db2)).isEqualTo(new NodeAssessment(Role.REPLICA, false, null, null));
    }

    @Test
    void whenAllNodesAreReadOnlyShouldElectNone() {
        db1.readOnly();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE);
        assertThat(fleet.reason()).isEqualTo("no node is writable: db1 is read-only, db2 is read-only");
        assertThat(fleet.assessment(db1).rival()).isFalse();
    }

    @Test
    void whenTheNodeWithoutASourceIsOfflineShouldElectNone() {
        db1.offline();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE);
        assertThat(fleet.reason()).isEqualTo("no node is writable: db1 is offline, db2 is read-only");
    }

    @Test
    void whenTheNodeWithoutASourceIsDownShouldElectNone() {
        db1.goesDown();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE);
        assertThat(fleet.reason()).isEqualTo("no node is writable: db1 is down (no answer), db2 is read-only");
    }

    @Test
    void whenTheNodeWithoutASourceHasNotBeenProbedYetShouldElectNone() {
        fleet.probe(db2);

        fleet.expectNone(Reason.NO_CANDIDATE);
        assertThat(fleet.reason()).isEqualTo("no node is writable: db1 has not been probed yet, db2 is read-only");
    }

    // --- rule 2

    @Test
    void whenADeclaredReplicaIsWritableShouldNotElectIt() {
        db1.declared(DeclaredRole.REPLICA);

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db1 is declared a replica, but writable");
        assertThat(fleet.assessment(db1))
                .isEqualTo(new NodeAssessment(Role.REPLICA, false, null, "is declared a replica, but writable"));
    }

    @Test
    void whenADeclaredReplicaIsPromotedShouldNotElectIt() {
        db2.declared(DeclaredRole.REPLICA);
        fleet.probe();
        db1.goesDown();
        fleet.probe();
        db2.writable().resetReplica();

        fleet.probe();

        fleet.expectNone(Reason.NO_SUCCESSOR, "db2 is declared a replica, but writable");
    }

    @Test
    void whenOneServerHasTwoNamesShouldElectTheFirst() {
        FleetServer db4 = fleet.server("db4").replacedBy("db1");

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(db4).role()).isEqualTo(Role.UNKNOWN);
        assertThat(fleet.assessment(db4).rival()).isFalse();
        assertThat(fleet.assessment(db4).warning())
                .isEqualTo(fleet.assessment(db4).reason())
                .startsWith("is the same server as db1 (00000000-0000-0000-0000-000000000001)")
                .contains("configure each server under one name, and give each a unique server id");
    }

    @Test
    void whenTheFirstNameOfAServerIsDownShouldElectTheOther() {
        FleetServer db4 = fleet.server("db4").replacedBy("db1");
        db1.goesDown();

        fleet.probe();

        fleet.expectPrimary(db4, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAnEndpointLeadsToAConfiguredServerShouldAssessBoth() {
        FleetServer reader = fleet.server("db3").endpoint(DeclaredRole.REPLICA).replacedBy("db1");

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(reader).role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void whenTwoNamesOfOneServerAreReadOnlyShouldStateItInTheReason() {
        fleet.server("db4").replacedBy("db2").readOnly();
        db1.goesDown();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db4 is the same server as db2");
    }

    // --- rule 3

    @ParameterizedTest
    @EnumSource(Receiver.class)
    void whenAWritableNodeHasASourceShouldBeAReplicaInEveryReceiverState(Receiver receiver) {
        db2.writable().receiver(receiver);

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(db2).role()).isEqualTo(Role.REPLICA);
        assertThat(fleet.assessment(db2).rival()).isFalse();
        assertThat(fleet.assessment(db2).warning()).contains("db1").endsWith("but is writable: set read_only");
    }

    @Test
    void whenTheSourceIsDownAndAConnectedReplicaIsWritableShouldNotElectIt() {
        db2.writable();
        db1.goesDown();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE);
        assertThat(fleet.reason())
                .isEqualTo("db1 is down (no answer), db2 is writable, but still replicates from db1:3306");
    }

    @Test
    void whenTheSourceIsDownAndAConnectingReplicaIsWritableShouldNotElectIt() {
        db2.writable().receiver(Receiver.CONNECTING);
        db1.goesDown();

        fleet.probe();

        fleet.expectNone(
                Reason.NO_CANDIDATE,
                "db2 is writable, but has a source configured (db1:3306, receiver connecting) and was not seen to be"
                        + " promoted: if it was, execute RESET REPLICA ALL on it, or set read_only on and, a second later, off again");
    }

    @Test
    void whenTheSourceIsDownAndAStoppedReplicaIsWritableShouldNotElectIt() {
        db2.writable().receiver(Receiver.OFF);
        db1.goesDown();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "(db1:3306, receiver stopped)", "RESET REPLICA ALL");
    }

    @Test
    void whenAReplicaOfAReplicaIsWritableShouldNameItsSourceInTheWarning() {
        FleetServer db3 = fleet.server("db3").follows(db2).writable();

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(db3).warning()).isEqualTo("replicates from db1, but is writable: set read_only");
    }

    @Test
    void whenADeclaredPrimaryHasOneConnectedAndOneUnknownSourceShouldNotElectIt() {
        db1.declared(DeclaredRole.PRIMARY);
        db2.resetReplica().writable().channel("elsewhere", null, Receiver.CONNECTING);
        db2.channel(db1, Receiver.ON).declared(DeclaredRole.PRIMARY);

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    // --- the exceptions from rule 3

    @ParameterizedTest
    @EnumSource(
            value = Receiver.class,
            names = {"ON", "CONNECTING"})
    void whenBothMembersOfARingAreWritableShouldBeContested(Receiver receiver) {
        closeRing(receiver);
        db2.writable();

        fleet.probe();

        fleet.expectNone(Reason.CONTESTED, "db1", "db2");
        assertThat(fleet.assessment(db1).rival()).isTrue();
        assertThat(fleet.assessment(db2).rival()).isTrue();
    }

    @Test
    void whenTheOtherMemberOfARingIsReadOnlyShouldElectTheWritableOne() {
        closeRing(Receiver.ON);

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
        assertThat(fleet.assessment(db2).role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void whenARingHasThreeMembersShouldElectTheWritableOne() {
        FleetServer db3 = fleet.server("db3").follows(db2);
        db1.channel(db3, Receiver.ON);

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAMemberOfARingIsDownShouldNotElectTheOther() {
        closeRing(Receiver.ON);
        db1.goesDown();

        db2.writable();
        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db2 is writable, but still replicates from db1");
    }

    @Test
    void whenTheSourceOfAStoppedChannelReplicatesFromTheNodeShouldElectTheNode() {
        db1.channel(db2, Receiver.OFF);

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Receiver.class,
            names = {"CONNECTING", "OFF"})
    void whenTheSourceOfAStoppedChannelIsNotConnectedToTheNodeShouldNotElectTheNode(Receiver receiver) {
        db1.channel(db2, Receiver.OFF);
        db2.receiver(receiver);

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db1 is writable, but has a source configured (db2, receiver stopped)");
    }

    @Test
    void whenARunningChannelLeadsToAReplicaThatIsStoppedShouldNotElectTheNode() {
        db1.channel(db2, Receiver.ON);
        db2.receiver(Receiver.OFF);

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db1 is writable, but still replicates from db2");
    }

    @Test
    void whenASecondStoppedChannelLeadsOutsideTheTopologyShouldNotElectTheNode() {
        db1.channel(db2, Receiver.OFF).channel("elsewhere", "x", Receiver.OFF);

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "has a source configured (elsewhere:3306, receiver stopped)");
    }

    @ParameterizedTest
    @EnumSource(Receiver.class)
    void whenADeclaredPrimaryReplicatesFromOutsideTheTopologyShouldElectIt(Receiver receiver) {
        db1.declared(DeclaredRole.PRIMARY).channel("elsewhere", "x", receiver);

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenAnUndeclaredNodeReplicatesFromOutsideTheTopologyShouldNotElectIt() {
        db1.channel("elsewhere", "x", Receiver.ON);

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db1 is writable, but still replicates from elsewhere:3306");
    }

    @Test
    void whenANodeHasNeverAnsweredShouldElectADeclaredPrimaryWithAnUnknownSource() {
        db1.declared(DeclaredRole.PRIMARY).channel("elsewhere", "x", Receiver.OFF);
        fleet.server("db3").goesDown();

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenADeclaredPrimaryHasANodeAsItsSourceShouldNotElectIt() {
        db2.writable().receiver(Receiver.OFF).declared(DeclaredRole.PRIMARY);
        db1.readOnly();

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db2 is writable, but has a source configured (db1, receiver stopped)");
    }

    @Test
    void whenTheServerBehindAnEndpointHasAStoppedReceiverShouldElectIt() {
        db1.readOnly();
        FleetServer writer = fleet.server("db3").endpoint(DeclaredRole.PRIMARY).channel(db1, Receiver.OFF);

        fleet.probe();

        fleet.expectPrimary(writer, Reason.SOLE_CANDIDATE);
    }

    @Test
    void whenTheServerBehindAnEndpointIsConnectedToANodeShouldNotElectIt() {
        db1.readOnly();
        fleet.server("db3").endpoint(DeclaredRole.PRIMARY).channel(db1, Receiver.ON);

        fleet.probe();

        fleet.expectNone(Reason.NO_CANDIDATE, "db3 is writable, but still replicates from db1");
    }

    // --- without the grant

    @Test
    void whenTheGrantIsMissingShouldElectTheWritableNode() {
        db1.denied();
        db2.denied();

        fleet.probe();

        fleet.expectPrimary(db1, Reason.SOLE_CANDIDATE);
    }

    private void closeRing(Receiver receiver) {
        db2.receiver(receiver);
        db1.channel(db2, receiver);
    }
}
