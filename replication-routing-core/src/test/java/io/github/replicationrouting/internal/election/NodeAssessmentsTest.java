package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an election assesses nodes that are not the primary. */
class NodeAssessmentsTest {

    private static final NodeAssessment REPLICA = new NodeAssessment(Role.REPLICA, false, null, null);

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);

    // --- roles

    @Test
    void whenANodeHasNeverAnsweredShouldHaveAnUnknownRole() {
        db2.goesDown();

        fleet.probe();

        assertThat(fleet.assessment(db2)).isEqualTo(new NodeAssessment(Role.UNKNOWN, false, null, null));
    }

    @Test
    void whenADeclaredReplicaHasNeverAnsweredShouldBeAReplica() {
        db2.goesDown().declared(DeclaredRole.REPLICA);

        fleet.probe();

        assertThat(fleet.assessment(db2)).isEqualTo(REPLICA);
    }

    @Test
    void whenAReadOnlyNodeHasNoSourceShouldHaveAnUnknownRole() {
        db2.resetReplica().readOnly();
        fleet.follows = true;

        fleet.probe();

        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(Role.UNKNOWN, false, "read-only, but replicates from nowhere", null));
    }

    @Test
    void whenADeclaredReplicaHasNoSourceShouldBeAReplica() {
        db2.resetReplica().readOnly().declared(DeclaredRole.REPLICA);

        fleet.probe();

        assertThat(fleet.assessment(db2)).isEqualTo(REPLICA);
    }

    @Test
    void whenANodeIsNotConnectedToItsSourceShouldBeAReplica() {
        db2.resetReplica().channel("elsewhere", null, Receiver.CONNECTING);

        fleet.probe();

        assertThat(fleet.assessment(db2)).isEqualTo(REPLICA);
    }

    @Test
    void whenTheGrantIsMissingAndThePositionFollowsShouldBeAReplica() {
        db2.denied();
        fleet.follows = true;

        fleet.probe();

        assertThat(fleet.assessment(db2)).isEqualTo(REPLICA);
    }

    @Test
    void whenTheGrantIsMissingAndThePositionDoesNotFollowShouldHaveAnUnknownRole() {
        db2.denied();

        fleet.probe();

        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN,
                        false,
                        "read-only, and its position does not show that it replicates: GRANT X",
                        null));
    }

    @Test
    void whenTheReplicationOfANodeHasNotBeenSeenYetShouldHaveAnUnknownRole() {
        db2.neverShowsReplication();

        fleet.probe();

        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN, false, "read-only, and its replication has not been seen yet", null));
    }

    @ParameterizedTest
    @CsvSource({"ON, running", "CONNECTING, connecting", "OFF, stopped"})
    void whenAReplicaOfAnUnknownServerIsWritableShouldWarn(Receiver receiver, String state) {
        db2.resetReplica().writable().channel("elsewhere", null, receiver);

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);

        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(
                        Role.REPLICA,
                        false,
                        null,
                        "has a source configured (elsewhere:3306, receiver " + state
                                + "), but is writable: set read_only"));
    }

    @Test
    void whenADeclaredReplicaIsWritableShouldWarn() {
        db2.writable().declared(DeclaredRole.REPLICA);

        fleet.probe();

        assertThat(fleet.assessment(db2).warning()).isEqualTo("is declared a replica, but writable");
    }

    /** The last answer of a node that is down still shows its role. */
    @Test
    void whenAReplicaGoesDownShouldStayAReplica() {
        fleet.probe();
        db2.goesDown();

        fleet.probe();

        assertThat(fleet.assessment(db2)).isEqualTo(REPLICA);
    }

    // --- positions in reasons

    @Test
    void whenPositionsAreMissingShouldNotShowThemInTheReason() {
        db1.hasNoGtids();
        db2.hasNoGtids().resetReplica().writable();

        fleet.probe();

        assertThat(fleet.reason()).startsWith("db1 and db2 are writable and nothing shows which is right");
    }

    @Test
    void whenACandidateHasTransactionsOfItsOwnShouldShowThemInTheReason() {
        Fleet mariaDb = Fleet.ofMariaDb();
        mariaDb.server("db1").has("0-1-7,1-1-3");
        mariaDb.server("db2").has("0-1-7");
        mariaDb.server("db3").has("0-3-1").readOnly();

        mariaDb.probe();

        assertThat(mariaDb.reason()).startsWith("db1 (at 0-1-7,1-1-3, of its own 1-1-3) and db2 (at 0-1-7) are");
    }

    @Test
    void whenAReplicaHasTheSameTransactionsShouldNotShowThemAsTheCandidatesOwn() {
        Fleet mariaDb = Fleet.ofMariaDb();
        mariaDb.server("db1").has("0-1-7,1-1-3");
        mariaDb.server("db2").has("0-1-7");
        mariaDb.server("db3").has("1-1-4").readOnly();

        mariaDb.probe();

        assertThat(mariaDb.reason()).startsWith("db1 (at 0-1-7,1-1-3) and db2 (at 0-1-7) are writable");
    }

    @Test
    void whenACandidateHasASecondNameShouldStillShowItsOwnTransactionsInTheReason() {
        Fleet mariaDb = Fleet.ofMariaDb();
        mariaDb.server("db1").has("0-1-7,1-1-3");
        mariaDb.server("db2").has("0-1-7");
        mariaDb.server("db3").has("0-1-7,1-1-3").replacedBy("db1");

        mariaDb.probe();

        assertThat(mariaDb.reason()).startsWith("db1 (at 0-1-7,1-1-3, of its own 1-1-3) and db2");
    }

    @Test
    void whenAReplicaHasMoreShouldExplainInTheReasonWhatToDo() {
        Fleet mariaDb = Fleet.ofMariaDb();
        FleetServer one = mariaDb.server("db1").has("0-1-7");
        FleetServer two = mariaDb.server("db2")
                .readOnly()
                .channel("elsewhere", "x", Receiver.ON)
                .has("0-1-9");

        mariaDb.probe(two, one);

        assertThat(mariaDb.reason())
                .isEqualTo(
                        "db1 (at 0-1-7) is writable, but db2 (at 0-1-9, of its own 0-1-9) has replicated transactions"
                                + " that it lacks: if db1 is the primary, set replication.routing.nodes.db1.role=primary; if"
                                + " not, make it read-only");
        assertThat(mariaDb.assessment(one))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN,
                        true,
                        "writable, but lacks transactions of db2, or db2 is written to as well",
                        null));
    }

    @Test
    void whenAWritableNodeHasMoreShouldExplainInTheReasonWhatToDo() {
        Fleet mariaDb = Fleet.ofMariaDb();
        FleetServer one = mariaDb.server("db1").has("0-1-7");
        FleetServer two = mariaDb.server("db2")
                .channel("elsewhere", "x", Receiver.OFF)
                .hasOfMariaDb("0-1-7,0-2-9", "0-2-9", "0-1-7");

        mariaDb.probe(two, one).probe(two, one);

        assertThat(mariaDb.reason())
                .isEqualTo(
                        "db1 (at 0-1-7) is writable, but db2 (at 0-1-7,0-2-9, of its own 0-2-9) has transactions that"
                                + " it lacks, or is written to as well: if db1 is the primary, make db2 its replica, or set"
                                + " replication.routing.nodes.db2.role=replica; if not, make db1 read-only");
    }

    @Test
    void whenANodeThatIsDownHadMoreShouldExplainInTheReasonWhatToDo() {
        Fleet mariaDb = Fleet.ofMariaDb();
        FleetServer one = mariaDb.server("db1").has("0-1-7").readOnly();
        FleetServer two = mariaDb.server("db2").hasOfMariaDb("0-1-7,0-2-9", "0-2-9", "0-1-7");
        mariaDb.probe(two).probe(one);
        mariaDb.restartInstance();
        one.restarts().writable();
        mariaDb.probe(two, one);
        two.goesDown();

        mariaDb.probe();

        assertThat(mariaDb.reason())
                .isEqualTo("db1 (at 0-1-7) is writable, but db2 (at 0-1-7,0-2-9, of its own 0-2-9), which does not"
                        + " answer, had transactions that it lacks: start db2, or, if db1 is to be the primary without"
                        + " them, set read_only on and, a second later, off again on db1");
    }

    @Test
    void whenAnElectionIsPendingShouldNotTreatTheNextPrimaryAsARival() {
        db2.resetReplica().writable();
        FleetServer db3 = fleet.server("db3").follows(db1);

        fleet.probe(db3, db2, db1).expectNone(Reason.PENDING);

        assertThat(fleet.reason())
                .isEqualTo("db1 is being compared with the other nodes that take writes, before the first write");
        assertThat(fleet.result().pending()).isZero();
        assertThat(fleet.assessment(db1)).isEqualTo(REPLICA);
        assertThat(fleet.assessment(db2))
                .isEqualTo(new NodeAssessment(Role.UNKNOWN, true, "writable, and no primary has been known yet", null));
    }

    // --- postponed and refused primaries

    @Test
    void whenAPrimaryIsPostponedShouldAssessItAsAReplica() {
        fleet.probe();

        assertThat(fleet.result().postponed("db1 is being compared"))
                .isEqualTo(
                        new ElectionResult(-1, Reason.PENDING, "db1 is being compared", List.of(REPLICA, REPLICA), 0));
    }

    @Test
    void whenAPrimaryIsRefusedShouldAssessItAsARival() {
        fleet.probe();

        assertThat(fleet.result().refused("incomplete", "db1 is incomplete"))
                .isEqualTo(new ElectionResult(
                        -1,
                        Reason.PENDING,
                        "db1 is incomplete",
                        List.of(new NodeAssessment(Role.UNKNOWN, true, "incomplete", null), REPLICA),
                        0));
    }
}
