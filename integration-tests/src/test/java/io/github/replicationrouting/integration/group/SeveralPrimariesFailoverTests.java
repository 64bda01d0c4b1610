package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import org.junit.jupiter.api.Test;

/** The faults of a group in which each member takes writes, and one is chosen. */
abstract class SeveralPrimariesFailoverTests extends GroupFailoverTests {

    SeveralPrimariesFailoverTests(Stack stack, Applications applications) {
        super(stack, applications);
    }

    /** Drained in one instance; the other one follows the writes. */
    @Test
    void whenTheWriterIsDrainedShouldMoveTheWritesWithoutAFailure() throws Exception {
        app.bean(ReplicationRouting.class).drain(writer.name());
        String successor = instances.load().awaitWritesOfAnother(writer.name(), SOME);
        app.awaitState(writer.name(), NodeState.DRAINED);
        instances.awaitAgreement();
        app.bean(ReplicationRouting.class).undrain(writer.name());
        app.awaitState(writer.name(), NodeState.ONLINE);

        assertThat(successor).isNotEqualTo(writer.name());
        instances.assertWritesSound("drained", 0);
        assertThat(instances.load().failedReads()).isEmpty();
    }

    @Test
    void whenTheWriterIsRestartedWithoutItsDataShouldWriteOn() throws Exception {
        String successor = awaitSuccessor("restarted without data", writer::startWithoutData);
        awaitWhole();
        instances.load().awaitWrites(successor, 2 * SOME);

        instances.assertSound("restarted without data", 2);
    }

    /** Each member is killed and started; a new writer is killed in its turn. */
    @Test
    void whenAllRestartOneAfterTheOtherShouldWriteAllAlong() throws Exception {
        int faults = 0;
        for (ClusterNode node : app.cluster().nodes()) {
            faults += node.name().equals(app.knownPrimary()) ? 1 : 0;
            node.kill();
            instances.load().awaitMoreWrites(SOME);
            node.start();
            awaitWhole();
        }
        instances.assertSound("rolling restart", faults);
    }

    /** Its members have another history of views than before. They end one after the other, each perhaps as the writer. */
    @Test
    void whenTheWholeGroupRestartsShouldReadAndWriteAgain() throws Exception {
        app.cluster().restartGroup();
        awaitWhole();
        instances.load().awaitMoreWrites(SOME);
        assertThat(app.bean(ReplicationRouting.class).snapshot().nodes())
                .extracting(NodeStatus::state)
                .containsOnly(NodeState.ONLINE);
        instances.assertWritesSound("whole group restarted", 3);
    }
}
