package io.github.replicationrouting.internal.monitor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.lag.Lag;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator.Evaluation;
import io.github.replicationrouting.internal.monitor.node.NodeStateMachine.Signal;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests values at the limits: max-lag is 5 s, readmit-lag 2.5 s. */
class NodeEvaluatorTest {

    private static final NodeAssessment REPLICA = new NodeAssessment(Role.REPLICA, false, null, null);

    private final MonitoredNodes nodes = new MonitoredNodes();
    private final NodeRecord db1 = server("db1");
    private final NodeRecord db2 = server("db2");
    private final NodeEvaluator evaluator = new NodeEvaluator(nodes, MonitorSettings.defaults());

    @BeforeEach
    void setPrimary() {
        nodes.setWriters(db1, List.of(db1));
    }

    @ParameterizedTest
    @CsvSource({
        "0, FRESH, ''",
        "2500, FRESH, ''",
        "2501, WITHIN, lag 2.5s above readmit-lag 2.5s",
        "5000, WITHIN, lag 5s above readmit-lag 2.5s",
        "5001, STALE, lag 5.0s above max-lag 5s",
    })
    void whenLagIsKnownShouldCompareItWithBothLimits(long millis, Signal signal, String reason) {
        db2.lag().measured(new Lag.Known(Duration.ofMillis(millis)));

        assertThat(evaluator.evaluate(db2, REPLICA)).isEqualTo(new Evaluation(signal, reason));
    }

    @Test
    void whenLagIsALowerBoundShouldBeStaleOnceItExceedsMaxLag() {
        db2.lag().measured(new Lag.MoreThan(Duration.ofSeconds(5)));
        assertThat(evaluator.evaluate(db2, REPLICA))
                .isEqualTo(new Evaluation(Signal.UNDECIDED, "has not caught up yet"));

        db2.lag().measured(new Lag.MoreThan(Duration.ofMillis(5_001)));
        assertThat(evaluator.evaluate(db2, REPLICA))
                .isEqualTo(new Evaluation(Signal.STALE, "lag more than 5.0s, above max-lag 5s"));
    }

    @Test
    void whenLagIsUnknownShouldBeFreshOnlyWhileThereIsNoPrimary() {
        db2.lag().measured(new Lag.Unknown("no position"));
        assertThat(evaluator.evaluate(db2, REPLICA)).isEqualTo(new Evaluation(Signal.UNDECIDED, "no position"));

        nodes.setWriters(null, List.of());
        assertThat(evaluator.evaluate(db2, REPLICA)).isEqualTo(new Evaluation(Signal.FRESH, ""));
    }

    @Test
    void whenLagIsNotEvaluatedShouldBeFresh() {
        db2.lag().measured(new Lag.NotEvaluated());

        assertThat(evaluator.evaluate(db2, REPLICA)).isEqualTo(new Evaluation(Signal.FRESH, ""));
    }

    @Test
    void whenANodeWasNotProbedYetShouldBeUndecided() {
        assertThat(evaluator.evaluate(NodeRecords.unprobed("db3", 0), REPLICA))
                .isEqualTo(new Evaluation(Signal.UNDECIDED, "not probed yet"));
    }

    @Test
    void whenTheRoleIsUnknownShouldReportTheReason() {
        assertThat(evaluator.evaluate(db2, new NodeAssessment(Role.UNKNOWN, true, "writable like db3", null)))
                .isEqualTo(new Evaluation(Signal.RIVAL, "writable like db3"));
        assertThat(evaluator.evaluate(db2, new NodeAssessment(Role.UNKNOWN, true, null, null)))
                .isEqualTo(new Evaluation(Signal.RIVAL, "writable"));
        assertThat(evaluator.evaluate(db2, new NodeAssessment(Role.UNKNOWN, false, "read-only", null)))
                .isEqualTo(new Evaluation(Signal.UNDECIDED, "read-only"));
        assertThat(evaluator.evaluate(db2, new NodeAssessment(Role.UNKNOWN, false, null, null)))
                .isEqualTo(new Evaluation(Signal.UNDECIDED, "role unknown"));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "2500, 1", "3750, 0.5", "4500, 0.2", "5000, 0.1", "6000, 0.1"})
    void whenAReplicaNearsEvictionShouldReduceItsShare(long millis, double share) {
        db2.lag().measured(new Lag.Known(Duration.ofMillis(millis)));

        assertThat(evaluator.share(db2, Role.REPLICA, 0)).isEqualTo(share);
        assertThat(evaluator.share(db2, Role.PRIMARY, 0))
                .as("one of several writers")
                .isEqualTo(share);
        assertThat(evaluator.share(db1, Role.PRIMARY, 0)).isEqualTo(1);
    }

    @Test
    void whenAReplicaIsAdmittedShouldRampUpItsShare() {
        db2.lag().measured(new Lag.Known(Duration.ZERO));
        db2.slowStart().enter(0, true);
        long half = Duration.ofSeconds(15).toNanos();

        assertThat(evaluator.share(db2, Role.REPLICA, 0)).isEqualTo(NodeEvaluator.MIN_SHARE);
        assertThat(evaluator.share(db2, Role.REPLICA, half)).isEqualTo(0.5);
        assertThat(evaluator.share(db2, Role.REPLICA, 2 * half)).isEqualTo(1);
        assertThat(evaluator.share(db2, Role.REPLICA, 3 * half)).isEqualTo(1);
    }

    private static NodeRecord server(String name) {
        NodeRecord record = NodeRecords.server(name);
        NodeRecords.answers(record, new Observation("MySQL 9.7.4", name, true, false, null, null));
        record.machine().on(Signal.FRESH, 0);
        return record;
    }
}
