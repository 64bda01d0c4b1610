package io.github.replicationrouting.internal.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule by itself: when it applies, and what it decides. */
class ElectionRulesTest {

    private final Fleet fleet = Fleet.ofMySql();
    private final FleetServer db1 = fleet.server("db1");
    private final FleetServer db2 = fleet.server("db2").follows(db1).readOnly();

    @Test
    void whenNodesAreReadOnlyOrDeclaredReplicasShouldNotBeCandidates() {
        fleet.server("db3").declared(DeclaredRole.REPLICA);
        fleet.probe();

        ElectionContext context = fleet.context();
        assertThat(context.candidates()).containsExactly(0);
        assertThat(context.mayWrite(1)).as("db2").isFalse();
        assertThat(context.mayWrite(2)).as("db3").isFalse();
    }

    @Test
    void whenTheIncumbentIsFitShouldDecideByTheFirstRule() {
        fleet.probe();
        fleet.probe();

        assertThat(new IncumbentRule(fleet.context()).decide())
                .isEqualTo(ElectionDecision.primary(0, Reason.INCUMBENT));
    }

    @Test
    void whenThereIsNoIncumbentShouldApplyOnlyTheLastRule() {
        fleet.probe();

        assertThat(new IncumbentRule(fleet.context()).decide()).isNull();
        assertThat(new SuccessorRule(fleet.context()).decide()).isNull();
        assertThat(new StartRule(fleet.context()).decide())
                .isEqualTo(ElectionDecision.primary(0, Reason.SOLE_CANDIDATE));
    }

    @Test
    void whenTheIncumbentIsDownShouldWaitForAPromotion() {
        fleet.probe();
        db1.goesDown();
        fleet.probe();

        ElectionContext context = fleet.context();
        assertThat(new IncumbentRule(context).decide()).isNull();
        assertThat(new PromotionEvidence(context).promoted()).isEmpty();
        assertThat(new SuccessorRule(context).decide()).isEqualTo(ElectionDecision.none(Reason.NO_SUCCESSOR));
    }

    @Test
    void whenAPromotionWasSeenAfterTheLossShouldElectTheSuccessor() {
        fleet.probe();
        db1.goesDown();
        fleet.probe();
        db2.resetReplica().writable();
        fleet.probe(db2);

        ElectionContext context = fleet.context();
        assertThat(new PromotionEvidence(context).promoted()).containsExactly(1);
        assertThat(new SuccessorRule(context).decide()).isEqualTo(ElectionDecision.primary(1, Reason.PROMOTION));
    }

    @Test
    void whenNoReplicaFollowsEitherOfTwoCandidatesShouldBeContested() {
        db2.resetReplica().writable();
        fleet.probe(db1, db2);

        assertThat(new StartRule(fleet.context()).decide()).isEqualTo(ElectionDecision.contested(List.of(0, 1), -1));
    }
}
