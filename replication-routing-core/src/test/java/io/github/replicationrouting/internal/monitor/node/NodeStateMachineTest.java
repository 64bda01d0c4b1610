package io.github.replicationrouting.internal.monitor.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.node.NodeStateMachine.Signal;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeStateMachineTest {

    private static final Duration WINDOW = Duration.ofSeconds(5);
    private static final Duration INTERVAL = Duration.ofMillis(500);

    // As after a long uptime.
    private long now = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();
    private boolean needed;
    private final NodeStateMachine machine = new NodeStateMachine(WINDOW, false);

    /** Each line holds successive signals, and the state after each of them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PRIMARY                               | ONLINE",
                "FRESH                                 | ONLINE",
                "WITHIN                                | ONLINE",
                "UNDECIDED FRESH                       | UNKNOWN ONLINE",
                "FRESH WITHIN STALE                    | ONLINE ONLINE LAGGING",
                "STALE WITHIN FRESH FRESH              | LAGGING LAGGING LAGGING ONLINE",
                "STALE FRESH WITHIN FRESH FRESH        | LAGGING LAGGING LAGGING LAGGING ONLINE",
                "STALE FRESH UNDECIDED FRESH FRESH     | LAGGING LAGGING UNKNOWN UNKNOWN ONLINE",
                "FRESH LOST FRESH FRESH                | ONLINE DOWN DOWN ONLINE",
                "LOST STALE FRESH FRESH                | DOWN LAGGING LAGGING ONLINE",
                "LOST WITHIN FRESH FRESH               | DOWN LAGGING LAGGING ONLINE",
                "LOST UNDECIDED WITHIN FRESH FRESH     | DOWN UNKNOWN LAGGING LAGGING ONLINE",
                "LOST FRESH LOST FRESH FRESH           | DOWN DOWN DOWN DOWN ONLINE",
                "LOST PRIMARY                          | DOWN ONLINE",
                "PRIMARY RIVAL FRESH FRESH             | ONLINE FENCED FENCED ONLINE",
                "RIVAL PRIMARY                         | FENCED ONLINE",
                "RIVAL LOST UNDECIDED FRESH FRESH      | FENCED DOWN UNKNOWN UNKNOWN ONLINE",
                "FRESH FRESH FRESH UNDECIDED WITHIN    | ONLINE ONLINE ONLINE UNKNOWN ONLINE",
                "FRESH DRAIN FRESH IDLE FRESH          | ONLINE DRAINING DRAINING DRAINED DRAINED",
                "FRESH DRAIN LOST STALE RIVAL IDLE     | ONLINE DRAINING DRAINING DRAINING DRAINING DRAINED",
                "FRESH DRAIN IDLE LOST UNDRAIN LOST    | ONLINE DRAINING DRAINED DRAINED UNKNOWN DOWN",
                "FRESH DRAIN IDLE UNDRAIN FRESH        | ONLINE DRAINING DRAINED UNKNOWN ONLINE",
                "FRESH DRAIN UNDRAIN WITHIN            | ONLINE DRAINING UNKNOWN ONLINE",
                "FRESH DRAIN UNDRAIN STALE             | ONLINE DRAINING UNKNOWN LAGGING",
                "LOST DRAIN IDLE UNDRAIN FRESH         | DOWN DRAINING DRAINED UNKNOWN ONLINE",
                "FRESH DRAIN IDLE PRIMARY              | ONLINE DRAINING DRAINED ONLINE",
                "FRESH IDLE UNDRAIN                    | ONLINE ONLINE ONLINE",
                "STALE IDLE UNDRAIN                    | LAGGING LAGGING LAGGING",
            })
    void whenSignalsArriveShouldMoveThroughTheExpectedStates(String signals, String states) {
        needed = true;
        List<NodeState> actual = new ArrayList<>();
        for (String signal : signals.strip().split(" ", -1)) {
            on(Signal.valueOf(signal));
            actual.add(machine.state());
        }
        assertThat(actual)
                .containsExactlyElementsOf(Arrays.stream(states.strip().split(" ", -1))
                        .map(NodeState::valueOf)
                        .toList());
    }

    /** Every signal in every state leads to a state, and every state can be reached. */
    @Test
    void whenAnySignalArrivesInAnyStateShouldHandleIt() {
        for (NodeState state : NodeState.values()) {
            for (Signal signal : Signal.values()) {
                NodeStateMachine started = in(state);
                assertThat(started.state()).isEqualTo(state);
                started.on(signal, now);
                assertThat(started.state()).isNotNull();
            }
        }
    }

    private NodeStateMachine in(NodeState state) {
        NodeStateMachine started = new NodeStateMachine(WINDOW, false);
        List<Signal> path =
                switch (state) {
                    case UNKNOWN -> List.of();
                    case ONLINE -> List.of(Signal.FRESH);
                    case LAGGING -> List.of(Signal.STALE);
                    case DOWN -> List.of(Signal.LOST);
                    case FENCED -> List.of(Signal.RIVAL);
                    case DRAINING -> List.of(Signal.DRAIN);
                    case DRAINED -> List.of(Signal.DRAIN, Signal.IDLE);
                };
        path.forEach(signal -> started.on(signal, now));
        return started;
    }

    @Test
    void whenSignalsAreNotFromANewProbeShouldNotCountThemForReadmission() {
        on(Signal.STALE);
        for (int i = 0; i < 10; i++) {
            machine.on(Signal.FRESH, false, now, false);
        }
        on(Signal.FRESH);
        assertThat(machine.state()).isEqualTo(NodeState.LAGGING);
        on(Signal.FRESH);
        assertThat(machine.state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenANodeIsAddedLaterShouldRequireTwoGoodProbes() {
        NodeStateMachine late = new NodeStateMachine(WINDOW, true);
        late.on(Signal.FRESH, true, now, false);
        assertThat(late.state()).isEqualTo(NodeState.UNKNOWN);
        late.on(Signal.FRESH, true, now, false);
        assertThat(late.state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenANodeWasEvictedShouldStayEvictedForAWindow() {
        on(Signal.FRESH);
        on(Signal.STALE);
        assertThat(timeUntilReadmission()).isBetween(WINDOW.minus(INTERVAL), WINDOW);
    }

    @Test
    void whenAnEvictedNodeIsNeededShouldReadmitItAfterTheReadmissionProbes() {
        needed = true;
        on(Signal.FRESH);
        on(Signal.STALE);
        assertThat(timeUntilReadmission()).isEqualTo(INTERVAL.multipliedBy(NodeStateMachine.READMISSION_PROBES));
    }

    @Test
    void whenANodeIsEvictedAgainShouldRequireALongerRecoveryUpToALimit() {
        needed = true;
        on(Signal.FRESH);
        on(Signal.STALE);
        timeUntilReadmission();
        on(Signal.STALE);
        assertThat(timeUntilReadmission()).isEqualTo(WINDOW.multipliedBy(2).plus(INTERVAL));
        on(Signal.LOST);
        assertThat(timeUntilReadmission()).isEqualTo(WINDOW.multipliedBy(4).plus(INTERVAL));
        on(Signal.STALE);
        assertThat(timeUntilReadmission()).isEqualTo(WINDOW.multipliedBy(4).plus(INTERVAL));
    }

    @Test
    void whenANodeStaysOnlineLongEnoughShouldResetTheRecoveryTime() {
        on(Signal.FRESH);
        on(Signal.STALE);
        timeUntilReadmission();
        on(Signal.STALE);
        timeUntilReadmission();
        now += WINDOW.multipliedBy(NodeStateMachine.MAX_WINDOWS).toNanos();
        on(Signal.STALE);
        assertThat(timeUntilReadmission()).isBetween(WINDOW.minus(INTERVAL), WINDOW);
    }

    @Test
    void whenARecoveryIsInterruptedShouldRestartTheRecoveryTime() {
        on(Signal.FRESH);
        on(Signal.STALE);
        timeUntilReadmission();
        on(Signal.STALE);
        for (int i = 0; i < 19; i++) {
            on(Signal.FRESH);
        }
        on(Signal.WITHIN);
        assertThat(timeUntilReadmission()).isEqualTo(WINDOW.multipliedBy(2).plus(INTERVAL));
    }

    /** Alternates good and bad probes, in periods that are shorter than a window. */
    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,3", "5,1", "8,2", "9,9", "1,9"})
    void whenANodeOscillatesShouldChangeItsStateThreeTimesAtMost(int good, int bad) {
        on(Signal.FRESH);
        List<Duration> changes = new ArrayList<>();
        NodeState last = machine.state();
        long start = now;
        for (int i = 0; i < 2000; i++) {
            on(i % (good + bad) < bad ? Signal.STALE : Signal.FRESH);
            if (machine.state() != last) {
                last = machine.state();
                changes.add(Duration.ofNanos(now - start));
            }
        }
        assertThat(changes).hasSizeLessThanOrEqualTo(3);
        assertThat(machine.state()).isEqualTo(NodeState.LAGGING);
    }

    private Duration timeUntilReadmission() {
        long before = now;
        for (int i = 0; i < 1000 && machine.state() != NodeState.ONLINE; i++) {
            on(Signal.FRESH);
        }
        return Duration.ofNanos(now - before);
    }

    private void on(Signal signal) {
        now += INTERVAL.toNanos();
        switch (signal) {
            case DRAIN, IDLE, UNDRAIN -> machine.on(signal, now);
            default -> machine.on(signal, true, now, needed);
        }
    }
}
