package io.github.replicationrouting.internal.monitor;

import static io.github.replicationrouting.internal.monitor.Watches.executed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.RoleHistory;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.IncompletePromotion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrimaryTrackerTest {

    private static final String OLD = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String OTHER = "4f22ab58-71ca-11e1-9e33-c80aa9429562";
    private static final Duration USUAL = Duration.ofMillis(500);

    private final NodeRecord db1 = Watches.server("db1");
    private final NodeRecord db2 = Watches.server("db2");
    private final List<NodeRecord> nodes = new ArrayList<>(List.of(db1));
    private final List<IncompletePromotion> told = new ArrayList<>();

    private PrimaryTracker primaries = new PrimaryTracker(WritePolicy.defaults(), MonitorSettings.defaults());

    // --- elections

    @Test
    void remembersThePrimaryFromOneElectionToTheNext() {
        executed(db1, OLD + ":1-10");
        assertThat(elect().reason()).isEqualTo(Reason.SOLE_CANDIDATE);
        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
        db1.alive = false;

        ElectionResult gone = elect();

        assertThat(gone.reason()).isEqualTo(Reason.NO_SUCCESSOR);
        assertThat(gone.noPrimaryReason())
                .isEqualTo("the primary db1 is absent, and no promotion has been seen since: ");
    }

    @Test
    void takesTheHistoryOfANodeFromItsWatch() {
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        db2.alive = false;
        elect();
        promote(db2, OLD + ":1-10");

        assertThat(elect().reason()).isEqualTo(Reason.PROMOTION);
        assertThat(told).isEmpty();
    }

    @Test
    void tellsOfAPromotionThatLacksSomething() {
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        db2.alive = false;
        elect();
        promote(db2, OLD + ":1-7");

        assertThat(elect().primary()).isEqualTo(1);
        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
        assertThat(told).hasSize(1);
    }

    @Test
    void whileAPromotionIsRefusedTheOldPrimaryKeepsItsClaim() {
        primaries = tracker(OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        db2.alive = false;
        elect();
        promote(db2, OLD + ":1-7");
        assertThat(elect().noPrimaryReason()).startsWith("db2 was promoted without 3 transactions that db1 had");

        db1.alive = true;

        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
        assertThat(elect().primary()).isZero();
    }

    @Test
    void aPromotionThatIsAcceptedIsFollowed() {
        primaries = tracker(OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
        executed(db1, OLD + ":1-10");
        nodes.add(db2);
        db2.alive = false;
        elect();
        promote(db2, OLD + ":1-7");
        elect();

        primaries.acceptPromotion(nodes);

        assertThat(elect().reason()).isEqualTo(Reason.PROMOTION);
        assertThat(elect().reason()).isEqualTo(Reason.INCUMBENT);
    }

    @Test
    void onRequestTheLastPrimaryGoesOnInAContest() {
        primaries = tracker(OnMultipleWritable.STICK, OnIncompletePromotion.WARN);
        executed(db1, OLD + ":1-10");
        elect();
        executed(db2, OLD + ":1-10," + OTHER + ":1");
        nodes.add(db2);
        db1.answeredAt = db2.arrivedAt;

        assertThat(elect().reason()).isEqualTo(Reason.STICKY);
    }

    @Test
    void byDefaultItDoesNot() {
        executed(db1, OLD + ":1-10");
        elect();
        executed(db2, OLD + ":1-10," + OTHER + ":1");
        nodes.add(db2);
        db1.answeredAt = db2.arrivedAt;

        assertThat(elect().reason()).isEqualTo(Reason.CONTESTED);
    }

    // --- the interval

    @Test
    void looksComeFasterWhileThereIsNoPrimaryButNotForEver() {
        long start = 7;
        assertThat(primaries.interval(USUAL, db1, start)).isEqualTo(USUAL);
        assertThat(primaries.interval(USUAL, null, start)).isEqualTo(Duration.ofMillis(100));
        assertThat(primaries.interval(
                        USUAL, null, start + Duration.ofSeconds(60).toNanos() - 1))
                .isEqualTo(Duration.ofMillis(100));
        assertThat(primaries.interval(
                        USUAL, null, start + Duration.ofSeconds(60).toNanos()))
                .isEqualTo(USUAL);
        assertThat(primaries.interval(USUAL, db1, start)).isEqualTo(USUAL);
        assertThat(primaries.interval(
                        USUAL, null, start + Duration.ofSeconds(61).toNanos()))
                .isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void looksThatComeFasterAnywayDoNotSlowDown() {
        assertThat(primaries.interval(Duration.ofMillis(50), null, 7)).isEqualTo(Duration.ofMillis(50));
    }

    // --- words of these tests

    private static PrimaryTracker tracker(OnMultipleWritable multiple, OnIncompletePromotion incomplete) {
        return new PrimaryTracker(new WritePolicy(multiple, incomplete), MonitorSettings.defaults());
    }

    private ElectionResult elect() {
        return primaries.elect(nodes, watch -> "is absent", executed -> false, told::add);
    }

    /** Loses db1, and has a node show that it has become writable since. */
    private void promote(NodeRecord watch, String gtids) {
        db1.alive = false;
        elect();
        watch.alive = true;
        executed(watch, gtids);
        watch.roles =
                new RoleHistory(db1.answeredAt + 1, db1.answeredAt + 1, db1.answeredAt, null, db1.answeredAt, null);
    }
}
