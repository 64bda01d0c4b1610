package io.github.replicationrouting.internal.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KnownPositionsListenerTest {

    private static final Position REACHED = GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5");

    private final Node db2 = new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop"));
    private final KnownPositions known = new KnownPositions(Duration.ofMillis(500));
    private final KnownPositionsListener listener = new KnownPositionsListener(known);

    @BeforeEach
    void recordPosition() {
        known.reached(db2, REACHED);
    }

    @Test
    void whenANodeWasDownShouldForgetItsPosition() {
        listener.nodeStateChanged(status(NodeState.ONLINE), status(NodeState.DOWN));
        assertThat(known.of(db2)).isNull();

        known.reached(db2, REACHED);
        listener.nodeStateChanged(status(NodeState.DOWN), status(NodeState.ONLINE));
        assertThat(known.of(db2)).isNull();
    }

    @Test
    void whenAnEndpointLeadsToAnotherServerShouldForgetThePosition() {
        listener.serverChanged(db2);
        assertThat(known.of(db2)).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"LAGGING", "DRAINING"})
    void whenANodeThatAnswersChangesItsStateShouldKeepItsPosition(NodeState state) {
        listener.nodeStateChanged(status(NodeState.ONLINE), status(state));
        assertThat(known.of(db2)).isEqualTo(REACHED);
    }

    private NodeStatus status(NodeState state) {
        return new NodeStatus(db2, Role.REPLICA, state, false, 1, null, null, Freshness.UNKNOWN, null, null);
    }
}
