package io.github.replicationrouting.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.monitor.NodeStateMachine.Signal;
import io.github.replicationrouting.topology.NodeState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeStateMachineTest {

    /** Each line: signals of one probe after the other, and the state after each. */
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
            })
    void movesAlongItsTable(String signals, String states) {
        NodeStateMachine machine = new NodeStateMachine();
        List<NodeState> seen = new ArrayList<>();
        for (String signal : signals.strip().split(" ", -1)) {
            machine.on(Signal.valueOf(signal), true);
            seen.add(machine.state());
        }
        assertThat(seen)
                .containsExactlyElementsOf(Arrays.stream(states.strip().split(" ", -1))
                        .map(NodeState::valueOf)
                        .toList());
    }

    @Test
    void onlyProbesOfItsOwnCountForReadmission() {
        NodeStateMachine machine = new NodeStateMachine();
        machine.on(Signal.STALE, true);
        for (int i = 0; i < 10; i++) {
            machine.on(Signal.FRESH, false);
        }
        machine.on(Signal.FRESH, true);
        assertThat(machine.state()).isEqualTo(NodeState.LAGGING);
        machine.on(Signal.FRESH, true);
        assertThat(machine.state()).isEqualTo(NodeState.ONLINE);
    }
}
