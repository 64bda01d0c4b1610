package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The faults of a Galera cluster. */
@OnStacks(Stack.GALERA)
class GaleraFailoverIT extends SeveralPrimariesFailoverTests {

    GaleraFailoverIT(Stack stack, Applications applications) {
        super(stack, applications);
    }

    @Test
    void whenTheWriterIsDesyncedForABackupShouldReadFromItAndLoseNothing() throws Exception {
        writer.desync(true);
        String successor = instances.load().awaitWritesOfAnother(writer.name(), SOME);
        assertThat(app.status(writer.name()).state()).isEqualTo(NodeState.ONLINE);
        instances.load().awaitReads(SOME);
        writer.desync(false);
        instances.load().awaitWrites(successor, 2 * SOME);

        instances.assertSound("desynced", 0);
    }

    @Test
    void whenTwoOfThreeAreKilledShouldWriteAgainWhenTheyAreBack() throws Exception {
        ClusterNode other = app.cluster().node(writer.name().equals("db1") ? "db2" : "db1");
        List<ClusterNode> two = List.of(writer, other);
        two.forEach(ClusterNode::kill);
        for (ClusterNode node : app.cluster().nodes()) {
            await().atMost(LIMIT).until(() -> app.status(node.name()).state() != NodeState.ONLINE);
        }
        assertThat(app.bean(ReplicationRouting.class).snapshot().isWritable()).isFalse();
        // Each waits for the other one: together they are the primary component again.
        CompletableFuture.allOf(two.stream()
                        .map(node -> CompletableFuture.runAsync(node::start))
                        .toArray(CompletableFuture[]::new))
                .join();
        awaitWhole();

        instances.load().awaitMoreWrites(SOME);
        instances.assertWritesSound("two of three killed", 2);
    }
}
