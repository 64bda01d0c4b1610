package io.github.replicationrouting.internal.monitor;

import static io.github.replicationrouting.internal.monitor.node.NodeRecords.down;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.executed;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.roles;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.sentAt;
import static io.github.replicationrouting.internal.monitor.node.NodeRecords.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.RoleHistory;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.internal.monitor.node.NodeRecords;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.topology.IncompletePromotion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrimaryTrackerTest {

    private static final String OLD = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String OTHER = "4f22ab58-71ca-11e1-9e33-c80aa9429562";
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final NodeRecord db1 = NodeRecords.server("db1");
    private final NodeRecord db2 = NodeRecords.server("db2");
    private final List<NodeRecord> nodes = new ArrayList<>(List.of(db1));
    private final List<IncompletePromotion> incomplete = new ArrayList<>();

    private PrimaryTracker primaries =
            new PrimaryTracker(TopologyKind.PRIMARY_REPLICA, WriteSettings.defaults(), MonitorSettings.defaults());

    @Test
    void whenSettingsAreGivenShouldComputeTheDetectionTime() {
        assertThat(PrimaryTracker.detectionTime(settings(500, 1_000, 2))).isEqualTo(Duration.ofMillis(2_200));
        assertThat(PrimaryTracker.detectionTime(settings(1_000, 300, 5))).isEqualTo(Duration.ofMillis(6_300));
    }

    private static MonitorSettings settings(long interval, long timeout, int failureThreshold) {
        MonitorSettings defaults = MonitorSettings.defaults();
        return new MonitorSettings(
                Duration.ofMillis(interval),
                Duration.ofMillis(timeout),
                failureThreshold,
                defaults.lagProbe(),
                defaults.maxLag(),
                defaults.readmitLag(),
                defaults.slowStart());
    }

    // --- elections

    @Test
    void whenAPrimaryWasElectedShouldRememberItInLaterElections() {
        executed(db1, OLD + ":1-10");
        assertThat(elect().reason()).isEqualTo(Reason.SOLE_CANDIDATE);
        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
        down(db1);

        ElectionResult gone = elect();

        assertThat(gone.reason()).isEqualTo(Reason.NO_SUCCESSOR);
        assertThat(gone.noPrimaryReason())
                .isEqualTo("the primary db1 is absent, and no promotion has been seen since: ");
    }

    @Test
    void whenANodeIsPromotedShouldUseTheRoleHistoryOfItsRecord() {
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        down(db2);
        elect();
        promote(db2, OLD + ":1-10");

        assertThat(elect().reason()).isEqualTo(Reason.PROMOTION);
        assertThat(incomplete).isEmpty();
    }

    @Test
    void whenAPromotedNodeLacksTransactionsShouldReportItOnce() {
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        down(db2);
        elect();
        promote(db2, OLD + ":1-7");

        assertThat(elect().primary()).isEqualTo(1);
        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
        assertThat(incomplete).hasSize(1);
    }

    @Test
    void whenAPromotionIsRejectedShouldKeepTheOldPrimaryAsIncumbent() {
        primaries = tracker(OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        down(db2);
        elect();
        promote(db2, OLD + ":1-7");
        assertThat(elect().noPrimaryReason()).startsWith("db2 was promoted without 3 transactions that db1 had");

        up(db1);

        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
        assertThat(elect().primary()).isZero();
    }

    @Test
    void whenARejectedPromotionIsAcceptedShouldElectTheNode() {
        primaries = tracker(OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        down(db2);
        elect();
        promote(db2, OLD + ":1-7");
        elect();

        primaries.acceptPromotion(nodes);

        assertThat(elect().reason()).isEqualTo(Reason.PROMOTION);
        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
    }

    @Test
    void whenTheElectionIsContestedAndStickIsSetShouldKeepTheLastPrimary() {
        primaries = tracker(OnMultipleWritable.STICK, OnIncompletePromotion.WARN);
        executed(db1, OLD + ":1-10");
        elect();
        executed(db2, OLD + ":1-10," + OTHER + ":1");
        nodes.add(db2);
        sentAt(db1, db2.answer().arrivedAt());

        assertThat(elect().reason()).isEqualTo(Reason.STICKY);
    }

    @Test
    void whenTheElectionIsContestedShouldNotKeepTheLastPrimaryByDefault() {
        executed(db1, OLD + ":1-10");
        elect();
        executed(db2, OLD + ":1-10," + OTHER + ":1");
        nodes.add(db2);
        sentAt(db1, db2.answer().arrivedAt());

        assertThat(elect().reason()).isEqualTo(Reason.CONTESTED);
    }

    // --- the interval

    @Test
    void whenThereIsNoPrimaryShouldProbeMoreOftenForAMinute() {
        long start = 7;
        assertThat(primaries.interval(INTERVAL, true, start)).isEqualTo(INTERVAL);
        assertThat(primaries.interval(INTERVAL, false, start)).isEqualTo(Duration.ofMillis(100));
        assertThat(primaries.interval(
                        INTERVAL, false, start + Duration.ofSeconds(60).toNanos() - 1))
                .isEqualTo(Duration.ofMillis(100));
        assertThat(primaries.interval(
                        INTERVAL, false, start + Duration.ofSeconds(60).toNanos()))
                .isEqualTo(INTERVAL);
        assertThat(primaries.interval(INTERVAL, true, start)).isEqualTo(INTERVAL);
        assertThat(primaries.interval(
                        INTERVAL, false, start + Duration.ofSeconds(61).toNanos()))
                .isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void whenTheIntervalIsAlreadyShorterShouldNotLengthenIt() {
        assertThat(primaries.interval(Duration.ofMillis(50), false, 7)).isEqualTo(Duration.ofMillis(50));
    }

    // --- helpers

    private static PrimaryTracker tracker(OnMultipleWritable multiple, OnIncompletePromotion incomplete) {
        return new PrimaryTracker(
                TopologyKind.PRIMARY_REPLICA,
                new WriteSettings(Duration.ZERO, null, multiple, incomplete),
                MonitorSettings.defaults());
    }

    private ElectionResult elect() {
        return primaries.elect(nodes, 0, record -> "is absent", executed -> false, incomplete::add);
    }

    /** Marks db1 as down, and records that another node has become writable since. */
    private void promote(NodeRecord record, String gtids) {
        down(db1);
        elect();
        up(record);
        executed(record, gtids);
        roles(
                record,
                new RoleHistory(
                        db1.answer().sentAt() + 1,
                        db1.answer().sentAt() + 1,
                        db1.answer().sentAt(),
                        null,
                        db1.answer().sentAt(),
                        null));
    }
}
