package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.topology.NodeState;
import org.junit.jupiter.api.Test;

/** The faults of a replication group with several primaries. */
@OnStacks(Stack.GROUP_REPLICATION)
class GroupReplicationFailoverIT extends SeveralPrimariesFailoverTests {

    GroupReplicationFailoverIT(Stack stack, Applications applications) {
        super(stack, applications);
    }

    @Test
    void whenTheWriterRestartsOutsideItsGroupShouldFenceIt() throws Exception {
        String successor = awaitSuccessor("killed", writer::kill);
        long movedAt = System.nanoTime();
        writer.startOutsideGroup();
        app.awaitState(writer.name(), NodeState.FENCED);
        instances.restartSecond();
        instances.load().awaitWrites(successor, 2 * SOME);

        assertThat(instances.acknowledgedBy(writer.name(), movedAt)).isEmpty();
        app.cluster().rejoin(writer);
        awaitWhole();
        instances.assertSound("restarted outside its group", 1);
    }
}
