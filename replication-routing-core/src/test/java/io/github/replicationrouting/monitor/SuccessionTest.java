package io.github.replicationrouting.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.monitor.PrimaryResolver.Finding;
import io.github.replicationrouting.monitor.PrimaryResolver.Memory;
import io.github.replicationrouting.monitor.PrimaryResolver.Verdict;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SuccessionTest {

    private static final String OLD = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final Duration USUAL = Duration.ofMillis(500);

    private final NodeWatch db1 = watch("db1");
    private final NodeWatch db2 = watch("db2");
    private final List<NodeWatch> nodes = List.of(db1, db2);
    private final List<IncompletePromotion> told = new ArrayList<>();

    private Succession succession = new Succession(WritePolicy.defaults());

    @Test
    void aPromotedNodeThatHasEverythingIsNoNews() {
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-10");

        assertThat(primary(0)).isEqualTo(0);
        assertThat(primary(1)).isEqualTo(1);
        assertThat(told).isEmpty();
    }

    @Test
    void whatAPromotedNodeLacksIsToldOnceAndNoHindranceByDefault() {
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-7");
        primary(0);

        assertThat(primary(1)).isEqualTo(1);
        assertThat(primary(1)).isEqualTo(1);

        assertThat(told).singleElement().satisfies(promotion -> {
            assertThat(promotion.from()).isSameAs(db1.node);
            assertThat(promotion.to()).isSameAs(db2.node);
            assertThat(promotion.missing()).isEqualTo(GtidSet.parse(OLD + ":8-10"));
            assertThat(promotion.transactions()).hasValue(3);
            assertThat(promotion.rejected()).isFalse();
            assertThat(promotion.describe())
                    .isEqualTo("promoted without 3 transactions that db1 had: " + OLD + ":8-10");
        });
    }

    @Test
    void theNewestPositionOfTheOldPrimaryCounts() {
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-10");
        primary(0);
        at(db1, OLD + ":1-11");
        primary(0);

        primary(1);

        assertThat(told).hasSize(1);
    }

    @Test
    void onRequestAnIncompletePromotionIsRefusedUntilTheRestArrives() {
        succession = new Succession(rejecting());
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-7");
        primary(0);

        Verdict refused = examine(1);
        assertThat(refused.primary()).isEqualTo(-1);
        assertThat(refused.noPrimaryReason())
                .contains("db2 was promoted without 3 transactions that db1 had: " + OLD + ":8-10")
                .contains("acceptPromotion()");
        assertThat(refused.findings().get(1).rival()).isTrue();
        assertThat(primary(1)).isEqualTo(-1);
        assertThat(told).hasSize(1);

        at(db2, OLD + ":1-10");
        assertThat(primary(1)).isEqualTo(1);
    }

    @Test
    void orUntilTheOldPrimaryIsBack() {
        succession = new Succession(rejecting());
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-7");
        primary(0);
        primary(1);

        assertThat(primary(0)).isEqualTo(0);
    }

    @Test
    void orUntilAnOperatorAcceptsIt() {
        succession = new Succession(rejecting());
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-7");
        primary(0);
        primary(1);

        succession.accept(nodes);

        assertThat(primary(1)).isEqualTo(1);
        assertThat(primary(1)).isEqualTo(1);
    }

    @Test
    void whenOnRequestTheLastPrimaryIsStuckToShouldSaySo() {
        succession = new Succession(new WritePolicy(OnMultipleWritable.STICK, OnIncompletePromotion.WARN));

        assertThat(succession.memory(nodes, null)).isEqualTo(new Memory(-1, -1, true));
    }

    /** MariaDB tells what it wrote and what it replicated in two places. */
    @Test
    void whenAPromotedNodeHasTheRestAsAReplicaShouldNotMissIt() {
        succession = new Succession(rejecting());
        at(db1, OLD + ":1-10");
        primary(0);
        db2.observation = new Observation(
                "MySQL 9.7.4", "db2", false, false, GtidSet.parse(OLD + ":11-12"), GtidSet.parse(OLD + ":1-10"));

        assertThat(primary(1)).isEqualTo(1);
        assertThat(told).isEmpty();
    }

    @Test
    void whenAPlaceInALogCannotBeCountedShouldTellOfTheLossAllTheSame() {
        db1.observation =
                new Observation("MySQL 9.7.4", "db1", false, false, BinlogPosition.of(OLD, "binlog.000007", 900), null);
        primary(0);
        db2.observation =
                new Observation("MySQL 9.7.4", "db2", false, false, null, BinlogPosition.of(OLD, "binlog.000007", 400));
        primary(1);

        assertThat(told).singleElement().satisfies(promotion -> {
            assertThat(promotion.transactions()).isEmpty();
            assertThat(promotion.describe()).isEqualTo("promoted without some that db1 had: binlog.000007:900");
        });
    }

    @Test
    void theLastPrimaryIsRememberedWhileThereIsNone() {
        at(db1, OLD + ":1-10");
        at(db2, OLD + ":1-10");
        assertThat(succession.memory(nodes, null)).isEqualTo(new Memory(-1, -1, false));

        primary(0);

        assertThat(succession.memory(nodes, db1)).isEqualTo(new Memory(0, 0, false));
        assertThat(succession.memory(nodes, null)).isEqualTo(new Memory(-1, 0, false));
    }

    @Test
    void aPrimaryThatComesBackIsNotOneThatWasMadeOne() {
        at(db1, OLD + ":1-10");
        db1.promoted = true;

        primary(0);

        assertThat(db1.promoted).isFalse();
    }

    @Test
    void looksComeFasterWhileThereIsNoPrimaryButNotForEver() {
        long start = 7;
        assertThat(succession.interval(USUAL, db1, start)).isEqualTo(USUAL);
        assertThat(succession.interval(USUAL, null, start)).isEqualTo(Duration.ofMillis(100));
        assertThat(succession.interval(
                        USUAL, null, start + Duration.ofSeconds(59).toNanos()))
                .isEqualTo(Duration.ofMillis(100));
        assertThat(succession.interval(
                        USUAL, null, start + Duration.ofSeconds(60).toNanos()))
                .isEqualTo(USUAL);
        assertThat(succession.interval(USUAL, db1, start)).isEqualTo(USUAL);
        assertThat(succession.interval(
                        USUAL, null, start + Duration.ofSeconds(61).toNanos()))
                .isEqualTo(Duration.ofMillis(100));
        assertThat(succession.interval(Duration.ofMillis(50), null, start)).isEqualTo(Duration.ofMillis(50));
    }

    private static WritePolicy rejecting() {
        return new WritePolicy(OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
    }

    private int primary(int byEvidence) {
        return examine(byEvidence).primary();
    }

    private Verdict examine(int byEvidence) {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            findings.add(new Finding(i == byEvidence ? Role.PRIMARY : Role.UNKNOWN, false, null, null));
        }
        return succession.examine(new Verdict(byEvidence, null, findings), nodes, told::add);
    }

    private static void at(NodeWatch watch, String executed) {
        GtidSet set = GtidSet.parse(executed);
        watch.observation = new Observation("MySQL 9.7.4", watch.name(), false, false, set, set);
    }

    private static NodeWatch watch(String name) {
        return new NodeWatch(
                new Node(NodeSpec.of(name, "jdbc:mysql://" + name + "/")),
                new Unasked(),
                CircuitBreaker.ofDefaults(name),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                0,
                false);
    }

    private static final class Unasked implements Prober {

        @Override
        public void start(Probe probe, Consumer<ProbeAnswer> answer) {}

        @Override
        public void close() {}
    }
}
