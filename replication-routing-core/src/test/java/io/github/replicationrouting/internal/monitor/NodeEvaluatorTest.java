package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.election.NodeAssessment;
import io.github.replicationrouting.internal.monitor.NodeEvaluator.Judgement;
import io.github.replicationrouting.internal.monitor.NodeStateMachine.Signal;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.Role;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At the limits themselves: max-lag is 5 s, readmit-lag 2.5 s. */
class NodeEvaluatorTest {

    private static final NodeAssessment REPLICA = new NodeAssessment(Role.REPLICA, false, null, null);

    private final MonitoredNodes members = new MonitoredNodes();
    private final NodeRecord db1 = watch("db1");
    private final NodeRecord db2 = watch("db2");
    private final NodeEvaluator judge = new NodeEvaluator(members, MonitorSettings.defaults());

    @BeforeEach
    void choosePrimary() {
        members.primary = db1;
    }

    @ParameterizedTest
    @CsvSource({
        "0, FRESH, ''",
        "2500, FRESH, ''",
        "2501, WITHIN, lag 2.5s above readmit-lag 2.5s",
        "5000, WITHIN, lag 5s above readmit-lag 2.5s",
        "5001, STALE, lag 5.0s above max-lag 5s",
    })
    void whenLagIsKnownShouldHoldItAgainstBothLimits(long millis, Signal signal, String reason) {
        db2.lag = new Lag.Known(Duration.ofMillis(millis));

        assertThat(judge.judge(db2, REPLICA)).isEqualTo(new Judgement(signal, reason));
    }

    @Test
    void whenLagIsMoreThanSomethingShouldEvictOnceThatIsAboveTheLimit() {
        db2.lag = new Lag.MoreThan(Duration.ofSeconds(5));
        assertThat(judge.judge(db2, REPLICA)).isEqualTo(new Judgement(Signal.UNDECIDED, "has not caught up yet"));

        db2.lag = new Lag.MoreThan(Duration.ofMillis(5_001));
        assertThat(judge.judge(db2, REPLICA))
                .isEqualTo(new Judgement(Signal.STALE, "lag more than 5.0s, above max-lag 5s"));
    }

    @Test
    void whenLagIsUnknownShouldServeOnlyWhileThereIsNoPrimary() {
        db2.lag = new Lag.Unknown("no position");
        assertThat(judge.judge(db2, REPLICA)).isEqualTo(new Judgement(Signal.UNDECIDED, "no position"));

        members.primary = null;
        assertThat(judge.judge(db2, REPLICA)).isEqualTo(new Judgement(Signal.FRESH, ""));
    }

    @Test
    void whenLagIsNotJudgedShouldServe() {
        db2.lag = new Lag.NotJudged();

        assertThat(judge.judge(db2, REPLICA)).isEqualTo(new Judgement(Signal.FRESH, ""));
    }

    @Test
    void whenNotLookedAtYetShouldDecideNothing() {
        db2.lookedAt = false;
        db2.alive = false;

        assertThat(judge.judge(db2, REPLICA)).isEqualTo(new Judgement(Signal.UNDECIDED, "not probed yet"));
    }

    @Test
    void whenTheRoleIsInDoubtShouldSayWhy() {
        assertThat(judge.judge(db2, new NodeAssessment(Role.UNKNOWN, true, "writable like db3", null)))
                .isEqualTo(new Judgement(Signal.RIVAL, "writable like db3"));
        assertThat(judge.judge(db2, new NodeAssessment(Role.UNKNOWN, true, null, null)))
                .isEqualTo(new Judgement(Signal.RIVAL, "writable"));
        assertThat(judge.judge(db2, new NodeAssessment(Role.UNKNOWN, false, "read-only", null)))
                .isEqualTo(new Judgement(Signal.UNDECIDED, "read-only"));
        assertThat(judge.judge(db2, new NodeAssessment(Role.UNKNOWN, false, null, null)))
                .isEqualTo(new Judgement(Signal.UNDECIDED, "role unknown"));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "2500, 1", "3750, 0.5", "4500, 0.2", "5000, 0.1", "6000, 0.1"})
    void whenAReplicaNearsEvictionShouldGiveItLess(long millis, double share) {
        db2.lag = new Lag.Known(Duration.ofMillis(millis));

        assertThat(judge.share(db2, Role.REPLICA, 0)).isEqualTo(share);
        assertThat(judge.share(db2, Role.PRIMARY, 0)).isEqualTo(1);
    }

    @Test
    void whenAReplicaCameInShouldGiveItMoreAndMore() {
        db2.lag = new Lag.Known(Duration.ZERO);
        db2.warmsUp = true;
        long half = Duration.ofSeconds(15).toNanos();

        assertThat(judge.share(db2, Role.REPLICA, 0)).isEqualTo(NodeEvaluator.MIN_SHARE);
        assertThat(judge.share(db2, Role.REPLICA, half)).isEqualTo(0.5);
        assertThat(db2.warmsUp).isTrue();
        assertThat(judge.share(db2, Role.REPLICA, 2 * half)).isEqualTo(1);
        assertThat(db2.warmsUp).isFalse();
    }

    private static NodeRecord watch(String name) {
        NodeRecord watch = new NodeRecord(
                new Node(NodeSpec.of(name, "jdbc:mysql://" + name + "/")),
                new Unasked(),
                CircuitBreaker.ofDefaults(name),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                0,
                false);
        watch.lookedAt = true;
        watch.alive = true;
        watch.observation = new Observation("MySQL 9.7.4", name, true, false, null, null);
        watch.machine.on(Signal.FRESH, 0);
        return watch;
    }

    private static final class Unasked implements Prober {

        @Override
        public void start(Probe probe, Consumer<ProbeResult> answer) {}

        @Override
        public void close() {}
    }
}
