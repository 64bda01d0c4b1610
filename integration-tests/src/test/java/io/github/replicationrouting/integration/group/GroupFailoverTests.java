package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The member that takes all writes is lost in each way, while two instances write and read. */
abstract class GroupFailoverTests {

    private static final Logger log = LoggerFactory.getLogger(GroupFailoverTests.class);

    static final int SOME = 30;
    static final Duration LIMIT = Duration.ofSeconds(60);

    /** Far above the measured values, for busy machines. */
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Until unanswered probes show a loss that no view of the group shows yet. */
    private static final Duration DETECTED = Duration.ofSeconds(15);

    private final Stack stack;
    final GroupInstances instances;
    final TestApplication app;
    ClusterNode writer;

    GroupFailoverTests(Stack stack, Applications applications) {
        this.stack = stack;
        instances = GroupInstances.start(stack, applications);
        app = instances.app();
    }

    @BeforeEach
    void awaitLoad() {
        instances.settle();
        writer = app.cluster().node(instances.writer());
        instances.load().awaitWrites(writer.name(), SOME);
        instances.load().awaitReads(SOME);
    }

    @AfterEach
    void heal() throws Exception {
        try {
            instances.close();
        } finally {
            app.cluster().heal();
            app.awaitAllEligible();
        }
    }

    interface Fault {
        void begin();
    }

    /** Returns the member that takes the writes after a fault, soon after its group accepts them. */
    final String awaitSuccessor(String scenario, Fault fault) throws Exception {
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

    final void awaitWhole() {
        for (ClusterNode node : app.cluster().nodes()) {
            app.awaitState(node.name(), NodeState.ONLINE);
        }
    }

    @Test
    void whenTheWriterIsKilledShouldMoveTheWritesAndNotReturnThem() throws Exception {
        String successor = awaitSuccessor("killed", writer::kill);
        instances.restartSecond();
        writer.start();
        awaitWhole();
        instances.load().awaitWrites(successor, 2 * SOME);
        instances.restartSecond();

        assertThat(app.knownPrimary()).isEqualTo(successor);
        instances.assertSound("killed", 1);
    }

    /** When it thaws, it shows the view that it had before, in which it takes writes. */
    @Test
    void whenTheWriterFreezesShouldMoveTheWritesAndWriteNoMoreToIt() throws Exception {
        String successor = awaitSuccessor("frozen", writer::freeze);
        app.awaitState(writer.name(), NodeState.DOWN);
        long movedAt = System.nanoTime();
        instances.restartSecond();
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
        instances.restartSecond();
        writer.reconnectToGroup();
        instances.load().awaitWrites(successor, 2 * SOME);

        assertThat(instances.acknowledgedBy(writer.name(), movedAt)).isEmpty();
        app.cluster().heal();
        awaitWhole();
        instances.assertSound("cut from its group", stack.isMultiPrimary() ? 1 : 2);
    }
}
