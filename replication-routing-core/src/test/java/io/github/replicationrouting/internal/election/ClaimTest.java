package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.NodeSpec;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an instance remembers from one election to the next. */
class ClaimTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1);
    private final FleetServer db3 = fleet.server("db3").follows(db1);

    @Test
    void whenNoPrimaryWasElectedYetShouldHaveNoClaim() {
        db1.readOnly();

        fleet.probe();

        assertThat(fleet.claim).isEqualTo(Claim.NONE);
    }

    @Test
    void whenAPrimaryIsElectedShouldClaimIt() {
        fleet.probe();

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
    void whenTheIncumbentAnswersShouldKeepTheStartOfTheClaim() {
        fleet.probe();
        long since = fleet.claim.since();
        for (int i = 0; i < 20; i++) {
            fleet.probe();
            assertThat(fleet.claim.since()).isEqualTo(since);
        }

        assertThat(fleet.claim.fitAt() - since).isGreaterThan(Fleet.GAP.toNanos());
    }

    @Test
    void whenOnlyAnotherNodeAnswersShouldNotExtendTheClaim() {
        fleet.probe();
        long fitAt = fleet.claim.fitAt();

        fleet.probe(db2);

        assertThat(fleet.claim.fitAt()).isEqualTo(fitAt);
    }

    @Test
    void whenTheGapEqualsTheLimitShouldKeepTheStartOfTheClaim() {
        fleet.probe();
        long since = fleet.claim.since();
        fleet.passUntil(since + Fleet.GAP.toNanos());

        fleet.probe(db1);

        assertThat(fleet.claim.fitAt() - since).isEqualTo(Fleet.GAP.toNanos());
        assertThat(fleet.claim.since()).isEqualTo(since);
    }

    @Test
    void whenTheGapExceedsTheLimitShouldRestartTheClaim() {
        fleet.probe();
        fleet.passUntil(fleet.claim.since() + Fleet.GAP.toNanos() + 1);

        fleet.probe(db1);

        assertThat(fleet.claim.since()).isEqualTo(fleet.claim.fitAt());
        assertThat(fleet.claim.present()).isTrue();
    }

    @Test
    void whenTheIncumbentWasReadOnlyForOneProbeShouldRestartTheClaim() {
        fleet.probe();
        db1.readOnly();
        fleet.probe();
        assertThat(fleet.claim.present()).isFalse();
        db1.writable();

        fleet.probe();

        assertThat(fleet.claim.since()).isEqualTo(fleet.claim.fitAt());
        assertThat(fleet.claim.present()).isTrue();
    }

    @Test
    void whenTheIncumbentGoesDownShouldChangeOnlyItsPresence() {
        fleet.probe();
        Claim before = fleet.claim;
        db1.goesDown();

        fleet.probe();

        assertThat(fleet.claim)
                .usingRecursiveComparison()
                .ignoringFields("present")
                .isEqualTo(before);
        assertThat(fleet.claim.present()).isFalse();
    }

    @Test
    void whenAnotherServerReplacesTheIncumbentShouldRestartTheClaim() {
        fleet.probe();
        fleet.probe();
        db1.replacedBy("db9");

        fleet.probe();

        assertThat(fleet.claim.since()).isEqualTo(fleet.claim.fitAt());
        assertThat(fleet.claim.serverId()).endsWith("9");
    }

    // --- tolerated sources

    @Test
    void whenASuccessorHasAStoppedChannelToTheOldPrimaryShouldTolerateThatSource() {
        fleet.probe();
        promoteDb2();
        assertThat(fleet.claim.tolerated()).containsExactly("db1:3306");

        fleet.probe();

        assertThat(fleet.claim.tolerated()).as("also later").containsExactly("db1:3306");
    }

    @Test
    void whenTheSourceReplicatesFromThePrimaryShouldNotTolerateIt() {
        db1.channel(db2, Receiver.OFF);

        fleet.probe().expectPrimary(db1, Reason.SOLE_CANDIDATE);

        assertThat(fleet.claim.tolerated()).isEmpty();
    }

    @Test
    void whenANodeBecomesASourceAfterTheElectionShouldNotTolerateIt() {
        fleet.probe();
        db1.channel(db2, Receiver.OFF);

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.tolerated()).isEmpty();
    }

    @Test
    void whenASourceOutsideTheTopologyIsAddedLaterShouldTolerateIt() {
        fleet.probe();
        db1.channel("elsewhere", "x", Receiver.ON);
        fleet.probe();
        assertThat(fleet.claim.tolerated()).containsExactly("elsewhere:3306");
        db1.resetReplica();

        fleet.probe();

        assertThat(fleet.claim.tolerated()).containsExactly("elsewhere:3306");
    }

    // --- cleared

    @Test
    void whenANodeMayHaveChangedInAGapShouldNotBeCleared() {
        NodeView changed = new NodeView(
                NodeSpec.of("db2", "jdbc:mysql://db2/"),
                true,
                null,
                new RoleHistory(null, 6L, 2L, null, 1L, null),
                null);
        Claim claim = new Claim(
                "db1", "db1", "1", true, 4, 3, 9, null, Set.of(), false, Map.of("db2", 5L), null, 0, Set.of());

        assertThat(claim.isCleared(changed, 4)).as("no gap since the election").isTrue();
        assertThat(claim.isCleared(changed, 5)).as("a gap, and a change in it").isFalse();
        assertThat(claim.isCleared(new NodeView(changed.spec(), true, null, RoleHistory.NONE, null), 5))
                .as("a gap, and no change")
                .isTrue();
        assertThat(Claim.NONE.isCleared(changed, 5))
                .as("not known to be no rival")
                .isFalse();
    }

    // --- contested

    @Test
    void whenANewNodeContestsTheIncumbentShouldEndTheClaim() {
        fleet.probe();
        Claim before = fleet.claim;
        FleetServer db4 = fleet.server("db4").has("db4:1-3");

        fleet.probe(db4, db1).expectNone(Reason.CONTESTED);

        assertThat(fleet.claim.node()).isNull();
        assertThat(fleet.claim.last()).isEqualTo("db1");
        assertThat(fleet.claim.present()).isFalse();
        assertThat(fleet.claim.cleared()).isEqualTo(before.cleared());
    }

    @Test
    void whenTwoSuccessorsContestShouldEndTheClaim() {
        fleet.probe();
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        db3.resetReplica().writable();

        fleet.probe().expectNone(Reason.CONTESTED);

        assertThat(fleet.claim.node()).isNull();
        assertThat(fleet.claim.last()).isEqualTo("db1");
    }

    // --- pending

    @Test
    void whenAnElectionIsPendingShouldKeepTheNodeAndTheTimeItWasFound() {
        db2.resetReplica().writable();
        db3.follows(db1);
        fleet.probe(db2, db1, db3).expectNone(Reason.PENDING);
        long foundAt = fleet.claim.pendingSince();
        assertThat(fleet.claim.pending()).isEqualTo("db1");
        assertThat(fleet.now() - foundAt)
                .as("when db1 had answered, before db3 did")
                .isEqualTo(1_000_000);

        fleet.probe(db1).expectNone(Reason.PENDING);
        assertThat(fleet.claim.pendingSince()).isEqualTo(foundAt);

        fleet.probe(db2).expectPrimary(db1, Reason.SUPPORTED);
        assertThat(fleet.claim.pending()).isNull();
        assertThat(fleet.claim.pendingSince()).isZero();
        assertThat(fleet.claim.electedAt()).isEqualTo(fleet.claim.fitAt() + 1_000_000);
    }

    @Test
    void whenThePendingNodeIsNoLongerACandidateShouldForgetIt() {
        db2.resetReplica().writable();
        fleet.probe(db2, db1, db3).expectNone(Reason.PENDING);
        db1.readOnly();
        db2.goesDown();

        fleet.probe(db1).expectNone(Reason.NO_CANDIDATE);

        assertThat(fleet.claim.pending()).isNull();
        assertThat(fleet.claim.pendingSince()).isZero();
    }

    @Test
    void whenTheIncumbentBecomesWritableAgainShouldKeepTheTimeOfTheElection() {
        fleet.probe();
        long electedAt = fleet.claim.electedAt();
        db1.readOnly();
        fleet.probe();
        db1.writable();

        fleet.probe().expectPrimary(db1, Reason.INCUMBENT);

        assertThat(fleet.claim.electedAt()).isEqualTo(electedAt);
    }

    // --- helpers

    private void promoteDb2() {
        db1.goesDown();
        db2.receiver(Receiver.OFF);
        fleet.probe();
        db2.writable();
        fleet.probe().expectPrimary(db2, Reason.PROMOTION);
    }
}
