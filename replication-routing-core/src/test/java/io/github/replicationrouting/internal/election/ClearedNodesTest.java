package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import org.junit.jupiter.api.Test;

/** Which nodes are known to be no rivals of the primary, and which of them are fenced. */
class ClearedNodesTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db1);

    // --- cleared

    @Test
    void whenAReadOnlyReplicaAnswersAfterTheIncumbentShouldClearIt() {
        fleet.probe(db1, db2);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2");
        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());
    }

    @Test
    void whenAReadOnlyReplicaAnswersOnlyBeforeTheIncumbentShouldNotClearIt() {
        fleet.probe(db2, db1, db3);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void whenAWritableReplicaWasObservedBesideTheIncumbentForTheGapShouldClearIt() {
        db2.writable();
        fleet.probe(db2, db1).probe(db2).expectPrimary(db1, Reason.SOLE_CANDIDATE);
        long since = fleet.claim.since();
        fleet.probe(db1, db2);
        fleet.passUntil(since + Fleet.GAP.toNanos() - 1);
        fleet.probe(db2);
        assertThat(fleet.claim.cleared()).as("a moment too early").isEmpty();

        fleet.passUntil(since + Fleet.GAP.toNanos());
        fleet.probe(db2);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2");
    }

    @Test
    void whenAClearedReplicaAnswersShouldUpdateTheTimeItWasCleared() {
        fleet.settle();

        fleet.probe(db1, db2);

        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());
    }

    @Test
    void whenAReadOnlyNodeHasNoSourceShouldNotClearIt() {
        db2.resetReplica().readOnly();

        fleet.settle();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void whenTheSourceOfAReadOnlyNodeIsHiddenShouldNotClearIt() {
        db2.denied();

        fleet.settle();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void whenAReadOnlyNodeIsNotConnectedToItsSourceShouldClearIt() {
        db2.resetReplica().channel("elsewhere", null, Receiver.CONNECTING).readOnly();

        fleet.settle();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void whenAWritableReplicaHasWrittenNothingShouldClearIt() {
        db2.writable();

        fleet.settle();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void whenAClearedNodeChangesBesideTheIncumbentShouldStayCleared() {
        fleet.settle();
        db2.resetReplica().writable();
        fleet.probe(db1, db2);
        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());

        fleet.probe(db1, db2);

        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());
    }

    @Test
    void whenAClearedNodeChangedBeforeTheIncumbentWentDownShouldStayCleared() {
        fleet.settle();
        db2.resetReplica().writable();
        fleet.probe();
        fleet.probe();
        Long before = fleet.claim.cleared().get("db2");
        db1.goesDown();
        fleet.probe();
        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(before);
        db1.recovers();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");
    }

    @Test
    void whenAWritableReplicaHasStoppedWritingShouldClearIt() {
        db2.writable().has("db1:1-10,db2:1-3");
        fleet.probe(db2, db1).probe(db2, db1).expectNone(Reason.CONTESTED);

        fleet.settle();
        fleet.settle();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");
    }

    @Test
    void whenAWritableReplicaKeepsWritingShouldNotClearIt() {
        db2.writable();
        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        for (int i = 1; i < 12; i++) {
            db1.has("db1:1-10,db2:1-" + i);
            db2.has("db1:1-10,db2:1-" + i);
            fleet.probe(db2, db1).expectPrimary(db1, Reason.INCUMBENT);
        }

        assertThat(fleet.claim.cleared()).doesNotContainKey("db2");
    }

    @Test
    void whenAWritableReplicaHasNoGtidsShouldClearIt() {
        db1.hasNoGtids();
        db2.writable().hasNoGtids();

        fleet.settle();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void whenAWritableNodeIsNotConnectedShouldNotClearIt() {
        db2.writable().receiver(Receiver.CONNECTING);
        db3.writable().resetReplica();
        db1.declared(DeclaredRole.PRIMARY);

        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.cleared()).isEmpty();
    }

    @Test
    void whenANodeIsDownShouldNotClearIt() {
        db2.goesDown();

        fleet.settle();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void whenAClearedNodeGoesDownShouldStayCleared() {
        fleet.settle();
        Long clearedAt = fleet.claim.cleared().get("db2");
        db2.goesDown();

        fleet.probe();

        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(clearedAt);
    }

    @Test
    void whenAClearedNodeMayHaveChangedInAGapShouldNoLongerBeCleared() {
        fleet.settle();
        db1.goesDown();
        fleet.probe();
        db1.recovers();
        fleet.probe(db1);
        assertThat(fleet.claim.cleared()).containsKey("db2");
        db2.resetReplica().writable();

        fleet.probe(db1, db2);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void whenANodeIsPromotedShouldClearAllOthersIncludingUnseenOnes() {
        fleet.server("db4").goesDown();
        fleet.probe();
        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");

        promoteDb2();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db1", "db3", "db4");
    }

    @Test
    void whenAPrimaryIsElectedAtTheStartShouldClearReplicasOnly() {
        db3.resetReplica().writable();

        fleet.probe().expectPrimary(db1, Reason.SUPPORTED);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2");
    }

    @Test
    void whenAnElectionIsContestedShouldKeepOnlyReadOnlyNodesCleared() {
        fleet.settle();
        db2.resetReplica().writable();
        fleet.probe();
        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");
        FleetServer db4 = fleet.server("db4").has("db4:1-3");

        fleet.probe(db4, db1).expectNone(Reason.CONTESTED);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    // --- fenced

    @Test
    void whenAClearedNodeBecomesWritableBesideTheIncumbentShouldFenceIt() {
        fleet.settle();
        db2.resetReplica().writable();

        fleet.probe();

        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void whenAWritableNodeWasNeverClearedShouldNotFenceIt() {
        db1.declared(DeclaredRole.PRIMARY);
        db2.resetReplica().writable();

        fleet.settle().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void whenAReplicaWithASourceBecomesWritableShouldNotFenceIt() {
        fleet.settle();
        db2.writable();

        fleet.probe();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void whenASuccessorIsPromotedShouldFenceTheOldPrimary() {
        fleet.probe();

        promoteDb2();

        assertThat(fleet.claim.fenced()).containsExactly("db1");
    }

    @Test
    void whenAFencedNodeIsPromotedShouldFenceOnlyTheOldPrimary() {
        fleet.settle();
        db2.resetReplica().writable();
        fleet.probe(db1, db2);
        assertThat(fleet.claim.fenced()).containsExactly("db2");
        db1.goesDown();

        fleet.probe().expectPrimary(db2, Reason.PROMOTION);

        assertThat(fleet.claim.fenced()).containsExactly("db1");
    }

    @Test
    void whenTheReplacementOfTheIncumbentIsReadOnlyAndAnotherNodeIsElectedShouldFenceIt() {
        fleet.probe();
        db1.replacedBy("db9").readOnly();
        db2.resetReplica().writable();

        fleet.probe().expectPrimary(db2, Reason.SOLE_CANDIDATE);

        assertThat(fleet.claim.fenced()).containsExactly("db1");
    }

    @Test
    void whenAFencedNodeBecomesReadOnlyShouldStayFenced() {
        fence(db2);
        db2.readOnly();

        fleet.settle();

        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void whenAFencedNodeGoesDownShouldStayFenced() {
        fence(db2);
        db2.goesDown();
        fleet.probe();
        db1.goesDown();

        fleet.probe();

        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void whenAFencedNodeHasASourceAgainShouldNoLongerBeFenced() {
        fence(db2);
        db2.channel(db1, Receiver.CONNECTING);

        fleet.probe();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void whenAFencedNodeHasASourceWhileThePrimaryIsDownShouldNoLongerBeFenced() {
        fence(db2);
        db1.goesDown();
        db2.channel(db1, Receiver.OFF);

        fleet.probe().expectNone(Reason.NO_SUCCESSOR);

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void whenAFencedNodeIsReadOnlyWithoutTheGrantShouldNoLongerBeFenced() {
        fence(db2);
        db2.denied().readOnly();

        fleet.probe();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void whenAFencedNodeIsRemovedShouldForgetIt() {
        fence(db2);
        fleet.remove(db2);

        fleet.probe();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    private void fence(FleetServer server) {
        fleet.settle();
        server.resetReplica().writable();
        fleet.probe();
        fleet.probe();
        assertThat(fleet.claim.fenced()).containsExactly(server.name);
    }

    private void promoteDb2() {
        db1.goesDown();
        db2.receiver(Receiver.OFF);
        fleet.probe();
        db2.writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }
}
