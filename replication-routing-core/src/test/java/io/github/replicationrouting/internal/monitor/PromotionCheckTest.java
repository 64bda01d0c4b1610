package io.github.replicationrouting.internal.monitor;

import static io.github.replicationrouting.internal.monitor.node.NodeRecords.answers;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.arrivedAt;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.down;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.executed;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.sentAt;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeRecords;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.position.MariaDbGtidState;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Elects db1 first, and then db2. */
class PromotionCheckTest {

    private static final String OLD = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String OTHER = "4f22ab58-71ca-11e1-9e33-c80aa9429562";

    private final NodeRecord db1 = NodeRecords.server("db1");
    private final NodeRecord db2 = NodeRecords.server("db2");
    private final NodeRecord db3 = NodeRecords.server("db3");
    private final NodeRecord reader = NodeRecords.endpoint("reader");
    private final List<NodeRecord> nodes = new ArrayList<>(List.of(db1, db2, db3, reader));
    private final List<IncompletePromotion> incomplete = new ArrayList<>();

    private PromotionCheck check = new PromotionCheck(WriteSettings.defaults());

    @BeforeEach
    void setEqualPositions() {
        nodes.forEach(record -> executed(record, OLD + ":1-10"));
        answers(db1, observationOf(OLD, OLD + ":1-10"));
    }

    // --- compared with the predecessor

    @Test
    void whenThereIsNoPrimaryShouldReturnTheResultUnchanged() {
        ElectionResult none = new ElectionResult(-1, Reason.NO_CANDIDATE, "none", List.of(), -1);

        assertThat(check.check(none, nodes, incomplete::add)).isSameAs(none);
    }

    @Test
    void whenAPromotedNodeLacksNothingShouldReportNothing() {
        ElectionResult first = elected(db1);
        assertThat(check.check(first, nodes, incomplete::add)).isSameAs(first);

        ElectionResult second = elected(db2);
        assertThat(check.check(second, nodes, incomplete::add)).isSameAs(second);
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenThePrimaryIsTheFirstShouldNotCompareIt() {
        check = rejecting();
        executed(db2, OLD + ":1-3");

        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenAPromotedNodeLacksTransactionsShouldReportThemOnceAndAcceptItByDefault() {
        passes(db1);
        executed(db2, OLD + ":1-7");

        assertThat(passes(db2)).isTrue();
        assertThat(passes(db2)).isTrue();

        assertThat(incomplete).singleElement().satisfies(promotion -> {
            assertThat(promotion.from()).isSameAs(db1.node());
            assertThat(promotion.to()).isSameAs(db2.node());
            assertThat(promotion.missing()).isEqualTo(GtidSet.parse(OLD + ":8-10"));
            assertThat(promotion.transactions()).hasValue(3);
            assertThat(promotion.rejected()).isFalse();
            assertThat(promotion.describe())
                    .isEqualTo("promoted without 3 transactions that db1 had: " + OLD + ":8-10");
        });
    }

    @Test
    void whenTheOldPrimaryHasCommittedMoreShouldCompareWithItsNewestPosition() {
        passes(db1);
        executed(db1, OLD + ":1-11");
        passes(db1);
        down(db1);

        passes(db2);

        assertThat(incomplete).hasSize(1);
    }

    @Test
    void whenADownNodeCommittedAfterItWasPrimaryShouldIgnoreThoseTransactions() {
        passes(db1);
        executed(db1, OLD + ":1-11");
        down(db1);

        passes(db2);

        assertThat(incomplete).isEmpty();
    }

    /** MariaDB reports written and replicated transactions separately. */
    @Test
    void whenAPromotedNodeHasReplicatedTheTransactionsShouldNotReportThemMissing() {
        passes(db1);
        answers(
                db2,
                new Observation(
                        "MySQL 9.7.4",
                        "db2",
                        false,
                        false,
                        GtidSet.parse(OTHER + ":1-2"),
                        GtidSet.parse(OLD + ":1-10")));

        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenAPromotedNodeHasOnlyWrittenTheTransactionsShouldNotReportThemMissing() {
        passes(db1);
        answers(db2, new Observation("MySQL 9.7.4", "db2", false, false, GtidSet.parse(OLD + ":1-10"), null));

        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenAPositionIsMissingShouldAcceptThePromotion() {
        check = rejecting();
        passes(db1);
        answers(db2, new Observation("MySQL 9.7.4", "db2", false, false, null, null));

        assertThat(passes(db2)).isTrue();
        answers(db1, new Observation("MySQL 9.7.4", OLD, false, false, null, null));
        passes(db1);
        down(db3);
        executed(db2, OTHER + ":1");
        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenWrittenAndReplicatedPositionsCannotBeMergedShouldCompareTheWrittenOne() {
        passes(db1);
        answers(
                db2,
                new Observation(
                        "MySQL 9.7.4",
                        "db2",
                        false,
                        false,
                        GtidSet.parse(OLD + ":1-7"),
                        MariaDbGtidPosition.parse("0-1-1")));

        passes(db2);

        assertThat(incomplete).singleElement().satisfies(promotion -> assertThat(promotion.missing())
                .isEqualTo(GtidSet.parse(OLD + ":8-10")));
    }

    @Test
    void whenPositionsAreOfDifferentKindsShouldNotCompareThem() {
        check = rejecting();
        passes(db1);
        MariaDbGtidPosition position = MariaDbGtidPosition.parse("0-1-1");
        answers(db2, new Observation("MariaDB 11.4.5", "2", false, false, position, position));

        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenPositionsAreBinaryLogPositionsShouldReportTheLossWithoutACount() {
        answers(
                db1,
                new Observation("MySQL 9.7.4", OLD, false, false, BinlogPosition.of(OLD, "binlog.000007", 900), null));
        passes(db1);
        answers(
                db2,
                new Observation(
                        "MySQL 9.7.4", "db2", false, false, null, BinlogPosition.of(OLD, "binlog.000007", 400)));

        passes(db2);

        assertThat(incomplete).singleElement().satisfies(promotion -> {
            assertThat(promotion.transactions()).isEmpty();
            assertThat(promotion.describe()).isEqualTo("promoted without some that db1 had: binlog.000007:900");
        });
    }

    @Test
    void whenASuccessorOnMariaDbHasWrittenShouldStillReportWhatItLacks() {
        mariaDb(db1, "1", "0-1-100", "", "0-1-100");
        mariaDb(db3, "3", "", "0-1-98", "0-1-98");
        down(reader);
        passes(db1);
        down(db1);
        mariaDb(db2, "2", "0-2-103", "0-1-98", "0-1-98,0-2-103");

        passes(db2);

        assertThat(incomplete).hasSize(1);
    }

    // --- rejected by configuration

    @Test
    void whenIncompletePromotionsAreRejectedShouldRejectUntilTheMissingTransactionsArrive() {
        check = rejecting();
        passes(db1);
        executed(db2, OLD + ":1-7");

        ElectionResult refused = check.check(elected(db2), nodes, incomplete::add);

        assertThat(refused.primary()).isEqualTo(-1);
        assertThat(refused.reason()).isEqualTo(Reason.PENDING);
        assertThat(refused.noPrimaryReason())
                .isEqualTo("db2 was promoted without 3 transactions that db1 had: " + OLD + ":8-10"
                        + " (replication.routing.writes.on-incomplete-promotion=reject). Writes continue when it has"
                        + " them, when db1 is back, or when ReplicationRouting.acceptPromotion() or a restart accepts"
                        + " the loss");
        assertThat(refused.assessments().get(1))
                .isEqualTo(new NodeAssessment(
                        Role.UNKNOWN,
                        true,
                        "promoted without 3 transactions that db1 had: " + OLD
                                + ":8-10 (replication.routing.writes.on-incomplete-promotion=reject)",
                        null));
        assertThat(passes(db2)).isFalse();
        assertThat(incomplete).singleElement().matches(IncompletePromotion::rejected);
        executed(db2, OLD + ":1-10");
        assertThat(passes(db2)).isTrue();
    }

    @Test
    void whenTheOldPrimaryIsElectedAfterARejectionShouldAcceptItAndRejectTheNextPromotion() {
        check = rejecting();
        passes(db1);
        executed(db2, OLD + ":1-7");
        passes(db2);

        assertThat(passes(db1)).isTrue();
        assertThat(passes(db2)).isFalse();
        assertThat(incomplete).as("of the second promotion, too").hasSize(2);
    }

    @Test
    void whenAnOperatorAcceptsARejectedPromotionShouldPassIt() {
        check = rejecting();
        passes(db1);
        executed(db2, OLD + ":1-7");
        passes(db2);

        check.accept(nodes);

        assertThat(passes(db2)).isTrue();
        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).hasSize(1);
    }

    @Test
    void whenAPromotionWasAcceptedShouldStillRejectThatOfAnotherNode() {
        check = rejecting();
        passes(db1);
        executed(db2, OLD + ":1-7");
        executed(db3, OLD + ":1-6");
        passes(db2);
        check.accept(nodes);

        assertThat(passes(db3)).isFalse();
        assertThat(incomplete).hasSize(2);
    }

    @Test
    void whenNoPromotionWasRejectedShouldIgnoreAnAcceptance() {
        check = rejecting();
        passes(db1);
        executed(db2, OLD + ":1-7");

        check.accept(nodes);

        assertThat(passes(db2)).isFalse();
    }

    @Test
    void whenAPromotionWasAcceptedShouldRejectTheNextOneOfTheSameNode() {
        check = rejecting();
        passes(db1);
        executed(db2, OLD + ":1-7");
        passes(db2);
        check.accept(nodes);
        passes(db2);
        passes(db1);

        assertThat(passes(db2)).isFalse();
    }

    // --- compared with the other nodes

    @Test
    void whenAnotherNodeHasMoreOfTheOldPrimaryShouldReportItMissing() {
        check = rejecting();
        passes(db1);
        executed(db3, OLD + ":1-12");

        assertThat(passes(db2)).isFalse();
        assertThat(incomplete).singleElement().satisfies(promotion -> {
            assertThat(promotion.from()).isSameAs(db1.node());
            assertThat(promotion.missing()).isEqualTo(GtidSet.parse(OLD + ":11-12"));
            assertThat(promotion.transactions()).hasValue(2);
        });
    }

    @Test
    void whenAnotherNodeHasTransactionsOfItsOwnShouldIgnoreThem() {
        check = rejecting();
        passes(db1);
        executed(db3, OLD + ":1-10," + OTHER + ":1-5");

        assertThat(passes(db2)).isTrue();
    }

    @Test
    void whenADownNodeHasMoreTransactionsShouldIgnoreThem() {
        check = rejecting();
        passes(db1);
        executed(db3, OLD + ":1-12");
        down(db3);

        assertThat(passes(db2)).isTrue();
    }

    @Test
    void whenAnEndpointHasMoreTransactionsShouldIgnoreThem() {
        check = rejecting();
        passes(db1);
        executed(reader, OLD + ":1-12");

        assertThat(passes(db2)).isTrue();
    }

    @Test
    void whenOtherNodesCannotBeComparedShouldAcceptThePromotion() {
        check = rejecting();
        passes(db1);
        nodes.set(nodes.indexOf(db3), NodeRecords.server("db3"));
        mariaDb(reader, "9", "", "0-1-98", "0-1-98");

        assertThat(passes(db2)).isTrue();
        nodes.set(2, db3);
        mariaDb(db3, "3", "", "0-1-98", "0-1-98");
        passes(db1);
        assertThat(passes(db2)).isTrue();
        answers(db3, new Observation("MySQL 9.7.4", "db3", false, false, null, null));
        passes(db1);
        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).isEmpty();
    }

    /** Even though the application can no longer write to it. */
    @Test
    void whenTheOldPrimaryIsUpAndHasCommittedMoreShouldRejectThePromotion() {
        check = rejecting();
        passes(db1);
        answers(db1, observationOf(OLD, OLD + ":1-11"));

        assertThat(passes(db2)).isFalse();
    }

    @Test
    void whenServersAreMariaDbShouldCompareThemByTheServerThatWrote() {
        mariaDb(db1, "1", "0-1-100", "", "0-1-100");
        mariaDb(db2, "2", "0-2-103", "0-1-100", "0-1-100,0-2-103");
        mariaDb(db3, "3", "", "0-1-101", "0-1-101");
        down(reader);
        passes(db1);
        down(db1);

        passes(db2);

        assertThat(incomplete).singleElement().satisfies(promotion -> assertThat(promotion.missing())
                .hasToString("0-1-101"));
    }

    // --- not compared yet

    @Test
    void whenASuccessorWasProbedBeforeAnotherNodeAnsweredShouldWithholdItUntilItsNextProbe() {
        passes(db1);
        executed(db3, OLD + ":1-12");
        arrivedAt(db3, 10);
        sentAt(db2, 9);

        ElectionResult withheld = check.check(elected(db2), nodes, incomplete::add);

        assertThat(withheld.primary()).isEqualTo(-1);
        assertThat(withheld.reason()).isEqualTo(Reason.PENDING);
        assertThat(withheld.noPrimaryReason()).isEqualTo("db2 is being compared with db3 before the first write");
        assertThat(withheld.assessments().get(1))
                .as("what it was")
                .isEqualTo(new NodeAssessment(Role.REPLICA, false, null, null));
        assertThat(incomplete).isEmpty();

        sentAt(db2, db3.answer().arrivedAt());
        assertThat(passes(db2)).isTrue();
        assertThat(incomplete).hasSize(1);
    }

    @Test
    void whenAnotherNodeAnswersAgainAfterARejectionShouldRejectForTheSameReason() {
        check = rejecting();
        passes(db1);
        executed(db3, OLD + ":1-12");
        assertThat(reason(db2)).startsWith("db2 was promoted without 2 transactions that db1 had");

        arrivedAt(db3, db2.answer().sentAt() + 1);

        assertThat(reason(db2)).startsWith("db2 was promoted without 2 transactions that db1 had");
    }

    @Test
    void whenASuccessorLacksNothingShouldNotWithholdIt() {
        passes(db1);
        sentAt(db2, db3.answer().arrivedAt() - 1);

        assertThat(passes(db2)).isTrue();
    }

    @Test
    void whenOtherNodesDoNotCountShouldNotWithholdTheSuccessor() {
        passes(db1);
        executed(reader, OLD + ":1-12");
        executed(db3, OLD + ":1-10," + OTHER + ":1");
        sentAt(db2, db3.answer().arrivedAt() - 1);
        assertThat(passes(db2)).isTrue();

        passes(db1);
        executed(db3, OLD + ":1-12");
        down(db3);
        assertThat(passes(db2)).isTrue();
        passes(db1);
        mariaDb(db3, "3", "", "0-1-98", "0-1-98");
        up(db3);
        assertThat(passes(db2)).isTrue();
        passes(db1);
        answers(db2, new Observation("MySQL 9.7.4", "db2", false, false, null, null));
        assertThat(passes(db2)).isTrue();
    }

    @Test
    void whenThePrimaryStaysTheSameShouldNotWithholdIt() {
        passes(db1);
        executed(db3, OLD + ":1-12");
        sentAt(db1, db3.answer().arrivedAt() - 1);

        assertThat(passes(db1)).isTrue();
    }

    // --- helpers

    private static PromotionCheck rejecting() {
        return new PromotionCheck(
                new WriteSettings(Duration.ZERO, null, OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT));
    }

    private boolean passes(NodeRecord elected) {
        return check.check(elected(elected), nodes, incomplete::add).primary() >= 0;
    }

    private @Nullable String reason(NodeRecord elected) {
        return check.check(elected(elected), nodes, incomplete::add).noPrimaryReason();
    }

    private ElectionResult elected(NodeRecord record) {
        return new ElectionResult(
                nodes.indexOf(record),
                Reason.PROMOTION,
                null,
                nodes.stream()
                        .map(node ->
                                new NodeAssessment(node == record ? Role.PRIMARY : Role.UNKNOWN, false, null, null))
                        .toList(),
                -1);
    }

    private static Observation observationOf(String id, String executed) {
        GtidSet set = GtidSet.parse(executed);
        return new Observation("MySQL 9.7.4", id, false, false, set, set);
    }

    private static void mariaDb(NodeRecord record, String id, String written, String replicated, String state) {
        MariaDbGtidPosition slave = MariaDbGtidPosition.parse(replicated);
        answers(
                record,
                new Observation(
                        "MariaDB 11.4.5",
                        id,
                        false,
                        false,
                        MariaDbGtidPosition.parse(written),
                        slave,
                        MariaDbGtidState.parse(state, slave)));
    }
}
