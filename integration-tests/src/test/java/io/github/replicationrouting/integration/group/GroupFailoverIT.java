package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The member that takes all writes is lost in each way, while two instances write and read. */
@OnStacks({Stack.GALERA, Stack.GROUP_REPLICATION, Stack.GROUP_REPLICATION_SINGLE_PRIMARY})
class GroupFailoverIT {

    private static final Logger log = LoggerFactory.getLogger(GroupFailoverIT.class);

    private static final int SOME = 30;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Far above the measured values, for busy machines. */
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Until unanswered probes show a loss that no view of the group shows yet. */
    private static final Duration DETECTED = Duration.ofSeconds(15);

    private final Stack stack;
    private final GroupInstances instances;
    private final TestApplication app;
    private final ClusterNode writer;

    GroupFailoverIT(Stack stack, Applications applications) {
        this.stack = stack;
        instances = GroupInstances.start(stack, applications);
        app = instances.app();
        writer = app.cluster().node(instances.writer());
        instances.load().awaitWrites(writer.name(), SOME);
        instances.load().awaitReads(SOME);
    }

    @AfterEach
    void heal() throws Exception {
        instances.close();
        app.cluster().heal();
        app.awaitAllEligible();
    }

    private interface Fault {
        void begin();
    }

    /** Returns the member that takes the writes after a fault, soon after its group accepts them. */
    private String awaitSuccessor(String scenario, Fault fault) throws Exception {
        Set<ClusterNode> others = new HashSet<>(app.cluster().nodes());
        others.remove(writer);
        boolean galera = stack == Stack.GALERA;
        boolean othersWriteOn = stack == Stack.GROUP_REPLICATION;
        try (AcceptedWrites accepted = new AcceptedWrites(others, galera, !othersWriteOn)) {
            long begunAt = System.nanoTime();
            fault.begin();
            accepted.begin();
            String successor = instances.load().awaitWritesOfAnother(writer.name(), SOME);
            long firstAt = instances.load().firstAcknowledgedAt();
            // A group whose other members write on is noticed to have lost one by probes alone.
            long since = othersWriteOn ? begunAt : accepted.at();
            log.warn(
                    "{} {}: first write {} ms after the fault, {} ms after the group accepted one",
                    stack,
                    scenario,
                    Duration.ofNanos(firstAt - begunAt).toMillis(),
                    Duration.ofNanos(firstAt - since).toMillis());
            assertThat(Duration.ofNanos(firstAt - since)).isLessThan(othersWriteOn ? DETECTED : SOON);
            return successor;
        }
    }

    private void awaitWhole() {
        app.cluster().awaitRoles();
        for (ClusterNode node : app.cluster().nodes()) {
            app.awaitState(node.name(), NodeState.ONLINE);
        }
    }

    @Test
    void whenTheWriterIsKilledShouldMoveTheWritesAndNotReturnThem() throws Exception {
        String successor = awaitSuccessor("killed", writer::kill);
        instances.assertANewInstanceAgrees();
        writer.start();
        awaitWhole();
        instances.load().awaitWrites(successor, 2 * SOME);
        instances.assertANewInstanceAgrees();

        assertThat(app.knownPrimary()).isEqualTo(successor);
        instances.assertSound("killed", 1);
    }

    /** When it thaws, it shows the view that it had before, in which it takes writes. */
    @Test
    void whenTheWriterFreezesShouldMoveTheWritesAndWriteNoMoreToIt() throws Exception {
        String successor = awaitSuccessor("frozen", writer::freeze);
        app.awaitState(writer.name(), NodeState.DOWN);
        long movedAt = System.nanoTime();
        writer.thaw();
        instances.load().awaitWrites(successor, 2 * SOME);
        awaitWhole();

        assertThat(instances.acknowledgedBy(writer.name(), movedAt)).isEmpty();
        instances.assertSound("frozen", 1);
    }

    @Test
    void whenTheWriterIsCutFromItsGroupShouldAcceptNoWriteInTheMinority() throws Exception {
        String successor = awaitSuccessor("cut from its group", writer::cutFromGroup);
        await().atMost(LIMIT).until(() -> app.status(writer.name()).state() != NodeState.ONLINE);
        long movedAt = System.nanoTime();
        instances.assertANewInstanceAgrees();
        writer.reconnectToGroup();
        instances.load().awaitWrites(successor, 2 * SOME);

        assertThat(instances.acknowledgedBy(writer.name(), movedAt)).isEmpty();
        app.cluster().heal();
        awaitWhole();
        instances.assertSound("cut from its group", stack.isMultiPrimary() ? 1 : 2);
    }

    @Test
    void whenTheWriterIsDesyncedForABackupShouldReadFromItAndLoseNothing() throws Exception {
        assumeTrue(stack == Stack.GALERA);
        writer.desync(true);
        String successor = instances.load().awaitWritesOfAnother(writer.name(), SOME);
        assertThat(app.status(writer.name()).state()).isEqualTo(NodeState.ONLINE);
        instances.load().awaitReads(SOME);
        writer.desync(false);
        instances.load().awaitWrites(successor, 2 * SOME);

        instances.assertSound("desynced", 0);
    }

    /** Drained in one instance; the other one follows the writes. */
    @Test
    void whenTheWriterIsDrainedShouldMoveTheWritesWithoutAFailure() throws Exception {
        assumeTrue(stack.isMultiPrimary());
        app.bean(ReplicationRouting.class).drain(writer.name());
        String successor = instances.load().awaitWritesOfAnother(writer.name(), SOME);
        app.awaitState(writer.name(), NodeState.DRAINED);
        instances.awaitAgreement();
        app.bean(ReplicationRouting.class).undrain(writer.name());
        app.awaitState(writer.name(), NodeState.ONLINE);

        assertThat(successor).isNotEqualTo(writer.name());
        instances.assertSound("drained", 0);
    }

    @Test
    void whenTheWriterIsRestartedWithoutItsDataShouldWriteOn() throws Exception {
        assumeTrue(stack == Stack.GALERA);
        String successor = awaitSuccessor("restarted without data", writer::startWithoutData);
        awaitWhole();
        instances.load().awaitWrites(successor, 2 * SOME);

        instances.assertSound("restarted without data", 2);
    }

    @Test
    void whenTheWriterRestartsOutsideItsGroupShouldFenceIt() throws Exception {
        assumeTrue(stack == Stack.GROUP_REPLICATION);
        String successor = awaitSuccessor("killed", writer::kill);
        long movedAt = System.nanoTime();
        writer.startOutsideGroup();
        app.awaitState(writer.name(), NodeState.FENCED);
        instances.assertANewInstanceAgrees();
        instances.load().awaitWrites(successor, 2 * SOME);

        assertThat(instances.acknowledgedBy(writer.name(), movedAt)).isEmpty();
        app.cluster().rejoin(writer);
        awaitWhole();
        instances.assertSound("restarted outside its group", 1);
    }

    @Test
    void whenTwoOfThreeAreKilledShouldWriteAgainWhenTheyAreBack() throws Exception {
        assumeTrue(stack == Stack.GALERA);
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

    @Test
    void whenAllRestartOneAfterTheOtherShouldWriteAllAlong() throws Exception {
        assumeTrue(stack.isMultiPrimary());
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

    /** Its members have another history of views than before. */
    @Test
    void whenTheWholeGroupRestartsShouldReadAndWriteAgain() throws Exception {
        assumeTrue(stack == Stack.GROUP_REPLICATION);
        app.cluster().restartGroup();
        awaitWhole();
        instances.load().awaitMoreWrites(SOME);
        assertThat(app.bean(ReplicationRouting.class).snapshot().nodes())
                .extracting(NodeStatus::state)
                .containsOnly(NodeState.ONLINE);
        instances.assertWritesSound("whole group restarted", 2);
    }
}
