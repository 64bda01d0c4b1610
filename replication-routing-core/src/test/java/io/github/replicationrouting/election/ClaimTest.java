package io.github.replicationrouting.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.dialect.ReplicationChannel.Receiver;
import io.github.replicationrouting.election.Outcome.Reason;
import io.github.replicationrouting.node.DeclaredRole;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an instance remembers from one election to the next. */
class ClaimTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db1);

    @Test
    void thereIsNoneBeforeThereWasAPrimary() {
        db1.readOnly();

        fleet.look();

        assertThat(fleet.claim).isEqualTo(Claim.NONE);
    }

    @Test
    void thePrimaryHasOne() {
        fleet.look();

        Claim claim = fleet.claim;
        assertThat(claim.node()).isEqualTo("db1");
        assertThat(claim.last()).isEqualTo("db1");
        assertThat(claim.serverId()).endsWith("-000000000001");
        assertThat(claim.present()).isTrue();
        assertThat(claim.since()).isEqualTo(claim.fitAt());
        assertThat(claim.tolerated()).isEmpty();
        assertThat(claim.fenced()).isEmpty();
    }

    // --- since

    @Test
    void itsAgeGrowsWhileTheIncumbentAnswers() {
        fleet.look();
        long since = fleet.claim.since();
        for (int i = 0; i < 20; i++) {
            fleet.look();
            assertThat(fleet.claim.since()).isEqualTo(since);
        }

        assertThat(fleet.claim.fitAt() - since).isGreaterThan(Fleet.GAP.toNanos());
    }

    @Test
    void itsAgeDoesNotGrowThroughAnAnswerOfAnother() {
        fleet.look();
        long fitAt = fleet.claim.fitAt();

        fleet.look(db2);

        assertThat(fleet.claim.fitAt()).isEqualTo(fitAt);
    }

    @Test
    void aGapOfExactlyTheLimitIsNone() {
        fleet.look();
        long since = fleet.claim.since();
        passUntil(since + Fleet.GAP.toNanos());

        fleet.look(db1);

        assertThat(fleet.claim.fitAt() - since).isEqualTo(Fleet.GAP.toNanos());
        assertThat(fleet.claim.since()).isEqualTo(since);
    }

    @Test
    void aLongerGapStartsItAnew() {
        fleet.look();
        passUntil(fleet.claim.since() + Fleet.GAP.toNanos() + 1);

        fleet.look(db1);

        assertThat(fleet.claim.since()).isEqualTo(fleet.claim.fitAt());
        assertThat(fleet.claim.present()).isTrue();
    }

    @Test
    void anAbsenceStartsItAnewHoweverShort() {
        fleet.look();
        db1.readOnly();
        fleet.look();
        assertThat(fleet.claim.present()).isFalse();
        db1.writable();

        fleet.look();

        assertThat(fleet.claim.since()).isEqualTo(fleet.claim.fitAt());
        assertThat(fleet.claim.present()).isTrue();
    }

    @Test
    void anAbsenceChangesNothingElse() {
        fleet.look();
        Claim before = fleet.claim;
        db1.dies();

        fleet.look();

        assertThat(fleet.claim)
                .usingRecursiveComparison()
                .ignoringFields("present")
                .isEqualTo(before);
        assertThat(fleet.claim.present()).isFalse();
    }

    @Test
    void anotherServerStartsItAnew() {
        fleet.look();
        fleet.look();
        db1.replacedBy("db9");

        fleet.look();

        assertThat(fleet.claim.since()).isEqualTo(fleet.claim.fitAt());
        assertThat(fleet.claim.serverId()).endsWith("9");
    }

    // --- tolerated sources

    @Test
    void theSourceThatASuccessorHasLeftIsTolerated() {
        fleet.look();
        db2Succeeds();
        assertThat(fleet.claim.tolerated()).containsExactly("db1:3306");

        fleet.look();

        assertThat(fleet.claim.tolerated()).as("also later").containsExactly("db1:3306");
    }

    @Test
    void aNodeThatReplicatesFromThePrimaryIsNoSourceThatItHasLeft() {
        db1.channel(db2, Receiver.OFF);

        fleet.look().expectPrimary(db1, Reason.SOLE_CANDIDATE);

        assertThat(fleet.claim.tolerated()).isEmpty();
    }

    @Test
    void aNodeThatBecomesASourceLaterIsNotTolerated() {
        fleet.look();
        db1.channel(db2, Receiver.OFF);

        fleet.look().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.tolerated()).isEmpty();
    }

    @Test
    void aSourceThatIsNoNodeIsToleratedWheneverItComes() {
        fleet.look();
        db1.channel("elsewhere", "x", Receiver.ON);
        fleet.look();
        assertThat(fleet.claim.tolerated()).containsExactly("elsewhere:3306");
        db1.resetReplica();

        fleet.look();

        assertThat(fleet.claim.tolerated()).containsExactly("elsewhere:3306");
    }

    // --- cleared nodes

    @Test
    void aReplicaThatAnsweredBesideTheIncumbentIsCleared() {
        fleet.look(db1, db2);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2");
        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());
    }

    @Test
    void aReplicaThatAnsweredBeforeTheIncumbentIsNot() {
        fleet.look(db2, db1, db3);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void aReadOnlyNodeWithoutASourceIsNot() {
        db2.resetReplica().readOnly();

        fleet.look();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void aReadOnlyNodeWhoseSourceIsNotSeenIsNot() {
        db2.denied();

        fleet.look();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void aReadOnlyNodeThatIsNotConnectedToItsSourceIsCleared() {
        db2.resetReplica().channel("elsewhere", null, Receiver.CONNECTING).readOnly();

        fleet.look();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void aWritableReplicaIsClearedWhenItWasWatchedForAWhileAndWroteNothing() {
        db2.writable();
        long first = fleet.now() + Fleet.INTERVAL.toNanos();
        fleet.look().expectPrimary(db1, Reason.SOLE_CANDIDATE);
        passUntil(first + Fleet.GAP.toNanos() - 1);
        fleet.look();
        assertThat(fleet.claim.cleared()).as("a moment too early").doesNotContainKey("db2");

        fleet.look();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void aWritableReplicaThatChangedItsRoleIsWatchedForAWhileMore() {
        fleet.look();
        watchForAWhile();
        fleet.look();
        Long asReadOnly = fleet.claim.cleared().get("db2");
        db2.writable();
        fleet.look();
        assertThat(fleet.claim.cleared().get("db2")).isGreaterThanOrEqualTo(asReadOnly);
        watchForAWhile();

        fleet.look(db1, db2);

        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());
    }

    @Test
    void aWritableReplicaIsClearedInSpiteOfWhatItOnceWrote() {
        db2.writable().has("db1:1-10,db2:1-3");
        fleet.look();
        watchForAWhile();

        fleet.look().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");
    }

    @Test
    void aWritableReplicaThatHasAllThatItWroteInCommonIsCleared() {
        db1.has("db1:1-10,db2:1-3");
        db2.writable().has("db1:1-10,db2:1-3");
        fleet.look();
        watchForAWhile();

        fleet.look();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void aWritableReplicaWhoseTransactionsCannotBeCountedIsCleared() {
        db1.hasNoGtids();
        db2.writable().hasNoGtids();
        fleet.look();
        watchForAWhile();

        fleet.look();

        assertThat(fleet.claim.cleared()).containsKey("db2");
    }

    @Test
    void aWritableNodeThatIsNotConnectedIsNot() {
        db2.writable().receiver(Receiver.CONNECTING);
        db3.writable().resetReplica();
        db1.declared(DeclaredRole.PRIMARY);

        fleet.look().expectPrimary(db1, Reason.SUPPORTED);
        watchForAWhile();
        fleet.look();

        assertThat(fleet.claim.cleared()).isEmpty();
    }

    @Test
    void aNodeThatIsDownIsNot() {
        db2.dies();

        fleet.look();

        assertThat(fleet.claim.cleared()).doesNotContainKey("db2");
    }

    @Test
    void aNodeThatWasClearedStaysItWhenItIsDownOrWritable() {
        fleet.look();
        Long clearedAt = fleet.claim.cleared().get("db2");
        db2.dies();
        fleet.look();
        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(clearedAt);
        db2.returns().resetReplica().writable();

        fleet.look();

        assertThat(fleet.claim.cleared().get("db2")).isGreaterThanOrEqualTo(clearedAt);
    }

    @Test
    void aReplicaIsClearedAnewByEachAnswer() {
        fleet.look(db1, db2);

        fleet.look(db1, db2);

        assertThat(fleet.claim.cleared().get("db2")).isEqualTo(fleet.now());
    }

    @Test
    void aNodeThatMayHaveChangedInAGapIsNotClearedAnyMore() {
        fleet.look();
        db1.dies();
        fleet.look();
        db1.returns();
        fleet.look(db1);
        assertThat(fleet.claim.cleared()).containsKey("db2");
        db2.resetReplica().writable();

        fleet.look(db1, db2);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
    }

    @Test
    void aPromotionClearsAllOthersAlsoThoseThatNeverAnswered() {
        fleet.server("db4").dies();
        fleet.look();
        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");

        db2Succeeds();

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db1", "db3", "db4");
    }

    @Test
    void aPrimaryThatIsFoundAtTheStartClearsReplicasOnly() {
        fleet.server("db4").dies();
        db3.resetReplica().writable();

        fleet.look().expectPrimary(db1, Reason.SUPPORTED);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2");
    }

    // --- fenced nodes

    @Test
    void aClearedNodeThatIsWritableBesideTheIncumbentIsFenced() {
        fleet.look();
        db2.resetReplica().writable();

        fleet.look();

        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void aNodeThatIsStillWeighedIsNotFenced() {
        db1.declared(DeclaredRole.PRIMARY);
        db2.resetReplica().writable();

        fleet.look().expectPrimary(db1, Reason.SUPPORTED);
        fleet.look().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void aWritableReplicaIsNotFenced() {
        fleet.look();
        db2.writable();

        fleet.look();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void anOldPrimaryIsFencedFromThePromotionOn() {
        fleet.look();

        db2Succeeds();

        assertThat(fleet.claim.fenced()).containsExactly("db1");
    }

    @Test
    void thePrimaryIsNotFenced() {
        fleet.look();
        db2.resetReplica().writable();
        fleet.look(db1, db2);
        assertThat(fleet.claim.fenced()).containsExactly("db2");
        db1.dies();

        fleet.look().expectPrimary(db2, Reason.PROMOTION);

        assertThat(fleet.claim.fenced()).containsExactly("db1");
    }

    @Test
    void aServerThatReplacedTheIncumbentAndIsNoPrimaryIsFencedWhenAnotherIsFound() {
        fleet.look();
        db1.replacedBy("db9").readOnly();
        db2.resetReplica().writable();

        fleet.look().expectPrimary(db2, Reason.SOLE_CANDIDATE);

        assertThat(fleet.claim.fenced()).containsExactly("db1");
    }

    @Test
    void aFencedNodeThatIsReadOnlyStaysFenced() {
        fencedIs(db2);
        db2.readOnly();

        fleet.look();

        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void aFencedNodeThatIsDownStaysFenced() {
        fencedIs(db2);
        db2.dies();
        fleet.look();
        db1.dies();

        fleet.look();

        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    @Test
    void aFencedNodeThatHasASourceIsNotFencedAnyMore() {
        fencedIs(db2);
        db2.channel(db1, Receiver.CONNECTING);

        fleet.look();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void norIsItWhenThePrimaryIsGone() {
        fencedIs(db2);
        db1.dies();
        db2.channel(db1, Receiver.OFF);

        fleet.look().expectNone(Reason.NO_SUCCESSOR);

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    @Test
    void withoutTheGrantAFencedNodeThatIsReadOnlyIsNotFencedAnyMore() {
        fencedIs(db2);
        db2.denied().readOnly();

        fleet.look();

        assertThat(fleet.claim.fenced()).isEmpty();
    }

    // --- given up

    @Test
    void aContestAmongThePresentEndsIt() {
        fleet.look();
        Claim before = fleet.claim;
        FleetServer db4 = fleet.server("db4").has("db4:1-3");

        fleet.look(db4, db1).expectNone(Reason.CONTESTED);

        assertThat(fleet.claim.node()).isNull();
        assertThat(fleet.claim.last()).isEqualTo("db1");
        assertThat(fleet.claim.present()).isFalse();
        assertThat(fleet.claim.cleared()).isEqualTo(before.cleared());
    }

    @Test
    void soDoesAContestForTheSuccession() {
        fleet.look();
        db1.dies();
        fleet.look();
        db2.resetReplica().writable();
        db3.resetReplica().writable();

        fleet.look().expectNone(Reason.CONTESTED);

        assertThat(fleet.claim.node()).isNull();
        assertThat(fleet.claim.last()).isEqualTo("db1");
    }

    @Test
    void aContestLeavesThoseClearedThatTakeNoWrites() {
        fleet.look();
        db2.resetReplica().writable();
        fleet.look();
        assertThat(fleet.claim.cleared()).containsOnlyKeys("db2", "db3");
        FleetServer db4 = fleet.server("db4").has("db4:1-3");

        fleet.look(db4, db1).expectNone(Reason.CONTESTED);

        assertThat(fleet.claim.cleared()).containsOnlyKeys("db3");
        assertThat(fleet.claim.fenced()).containsExactly("db2");
    }

    // --- the next primary

    @Test
    void theNodeThatWillBeThePrimaryIsRememberedWithTheMomentAtWhichThatWasFound() {
        db2.resetReplica().writable();
        db3.follows(db1);
        fleet.look(db2, db1, db3).expectNone(Reason.PENDING);
        long foundAt = fleet.claim.promisedAt();
        assertThat(fleet.claim.promised()).isEqualTo("db1");
        assertThat(fleet.now() - foundAt)
                .as("when db1 had answered, before db3 did")
                .isEqualTo(1_000_000);

        fleet.look(db1).expectNone(Reason.PENDING);
        assertThat(fleet.claim.promisedAt()).isEqualTo(foundAt);

        fleet.look(db2).expectPrimary(db1, Reason.SUPPORTED);
        assertThat(fleet.claim.promised()).isNull();
        assertThat(fleet.claim.promisedAt()).isZero();
        assertThat(fleet.claim.electedAt()).isEqualTo(fleet.claim.fitAt() + 1_000_000);
    }

    @Test
    void aNodeThatIsNotTheNextPrimaryAnyMoreIsForgotten() {
        db2.resetReplica().writable();
        fleet.look(db2, db1, db3).expectNone(Reason.PENDING);
        db1.readOnly();
        db2.dies();

        fleet.look(db1).expectNone(Reason.NO_CANDIDATE);

        assertThat(fleet.claim.promised()).isNull();
        assertThat(fleet.claim.promisedAt()).isZero();
    }

    @Test
    void theMomentOfTheElectionStaysTheSame() {
        fleet.look();
        long electedAt = fleet.claim.electedAt();
        db1.readOnly();
        fleet.look();
        db1.writable();

        fleet.look().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.electedAt()).isEqualTo(electedAt);
    }

    // --- words of these tests

    private void fencedIs(FleetServer server) {
        fleet.look();
        server.resetReplica().writable();
        fleet.look();
        fleet.look();
        assertThat(fleet.claim.fenced()).containsExactly(server.name);
    }

    private void db2Succeeds() {
        db1.dies();
        db2.receiver(Receiver.OFF);
        fleet.look();
        db2.writable();
        fleet.look().expectPrimary(db2, Reason.PROMOTION);
    }

    /** Has all answer for as long as a writable replica is watched before it is taken for one. */
    private void watchForAWhile() {
        for (int i = 0; i < 8; i++) {
            fleet.look();
        }
    }

    /** Lets time pass so that the next question is asked at a moment. */
    private void passUntil(long moment) {
        fleet.pass(Duration.ofNanos(moment - fleet.now()).minus(Fleet.INTERVAL));
    }
}
