package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Faults of a replica, during which reads continue. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class ReplicaFailureIT {

    private final TestApplication app;
    private final ClusterNode db2;
    private final ClusterNode db3;

    ReplicaFailureIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class, "replication.routing.reads.max-lag=1s");
        db2 = app.cluster().node("db2");
        db3 = app.cluster().node("db3");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenTheApplierStopsTheReplicaShouldBeEvictedAndReadmitted() throws Exception {
        assertEvictedAndReadmitted(db2::stopApplier, db2::startApplier);
    }

    @Test
    void whenTheReceiverStopsTheReplicaShouldBeEvictedAndReadmitted() throws Exception {
        assertEvictedAndReadmitted(db2::stopReceiver, db2::startReceiver);
    }

    @Test
    void whenReplicationIsDelayedTheReplicaShouldBeEvictedAndReadmitted() throws Exception {
        assertEvictedAndReadmitted(
                () -> db2.delayReplication(Duration.ofSeconds(60)), () -> db2.delayReplication(Duration.ZERO));
    }

    /** No read fails at any time: a lagging replica still answers. */
    private void assertEvictedAndReadmitted(Runnable fault, Runnable cure) throws Exception {
        try (Writes writes = new Writes(app.cluster());
                Reads reads = new Reads(app)) {
            fault.run();
            app.awaitState("db2", NodeState.LAGGING);
            reads.assertAvoided("db2", "db3");
            cure.run();
            app.awaitState("db2", NodeState.ONLINE);
            reads.awaitServedBy("db2");
            reads.assertNoneFailed();
        }
    }

    @Test
    void whenAReplicaIsKilledItShouldBeEvictedAndReadmitted() throws Exception {
        try (Reads reads = new Reads(app)) {
            db2.kill();
            app.awaitState("db2", NodeState.DOWN);
            reads.assertAvoided("db2", "db3");
            db2.start();
            app.awaitState("db2", NodeState.ONLINE);
            reads.awaitServedBy("db2");
        }
    }

    /** Reads that it had already accepted wait for it; those that begin after its eviction do not. */
    @Test
    void whenAReplicaFreezesItShouldBeEvictedAndReadmitted() {
        db2.freeze();
        app.awaitState("db2", NodeState.DOWN);
        for (int i = 0; i < 100; i++) {
            assertThat(app.transactions().readOnly(app::node)).isNotEqualTo("db2");
        }
        db2.thaw();
        app.awaitAllEligible();
        app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
    }

    @Test
    void whenNoReplicaIsEligibleThePrimaryShouldServeReadsReadOnly() {
        db2.kill();
        db3.kill();
        app.awaitState("db2", NodeState.DOWN);
        app.awaitState("db3", NodeState.DOWN);
        for (int i = 0; i < 10; i++) {
            assertThat(app.transactions().readOnly(app::node)).isEqualTo("db1");
            assertThatThrownBy(() -> app.transactions().readOnly(() -> {
                        app.insertAuthor("absent");
                        return null;
                    }))
                    .hasStackTraceContaining("A write in a read-only transaction, which runs on node db1");
            assertThat(app.transactions().write(app::node)).isEqualTo("db1");
        }
        app.insertAuthor("present");
        db2.start();
        db3.start();
        app.awaitAllEligible();
        app.assertSpreadsOverReplicas(() -> app.transactions().readOnly(app::node));
    }
}
