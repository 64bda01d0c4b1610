package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.NodeRole;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The primary is lost or handed over under load, at the default interval; no acknowledged write is lost silently. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MYSQL_SEMI_SYNCHRONOUS, Stack.MARIADB})
class FailoverIT {

    private static final Logger log = LoggerFactory.getLogger(FailoverIT.class);

    private static final int SOME = 30;

    /** Far above the measured values, for busy machines. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Stack stack;
    private final Applications applications;
    private final TestApplication app;
    private final ClusterNode db1;
    private final ClusterNode db2;

    FailoverIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        applications.cluster(stack).grantMonitoring();
        app = applications.get(stack, JdbcApplication.class, properties());
        db1 = app.cluster().node("db1");
        db2 = app.cluster().node("db2");
    }

    private String[] properties() {
        return new String[] {
            "replication.routing.monitor.interval=500ms",
            // The duration of a promotion depends on the machine.
            "replication.routing.writes.hold=60s",
            "replication.routing.monitor.username="
                    + applications.cluster(stack).monitorUsername(),
            "replication.routing.monitor.password="
                    + applications.cluster(stack).monitorPassword()
        };
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenThePrimaryIsKilledWritesShouldFollowThePromotion() throws Exception {
        try (Workload load = Workload.start(app)) {
            load.awaitWrites("db1", SOME);
            load.awaitReads(SOME);
            db1.kill();
            long writableAt = promote(db2);
            load.awaitWrites("db2", SOME);
            load.awaitReads(SOME);

            int lost = report("killed", load, writableAt, !stack.isSemiSynchronous());
            assertThat(load.failedWrites()).hasSizeLessThanOrEqualTo(Workload.WRITERS);
            assertThat(load.failedReads()).isEmpty();
            if (stack.isSemiSynchronous()) {
                assertThat(lost).isZero();
            }
        }
    }

    /** The outcome of its last writes is unknown; when it thaws, it is fenced, and no writer gets them acknowledged. */
    @Test
    void whenThePrimaryFreezesWritesShouldMoveToItsSuccessor() throws Exception {
        try (Workload load = Workload.start(app)) {
            load.awaitWrites("db1", SOME);
            db1.freeze();
            app.awaitState("db1", NodeState.DOWN);
            long writableAt = promote(db2);
            load.awaitWrites("db2", SOME);
            db1.thaw();
            app.awaitState("db1", NodeState.FENCED);
            load.awaitWrites("db2", 2 * SOME);

            int lost = report("frozen", load, writableAt, !stack.isSemiSynchronous());
            assertThat(load.failedWrites()).hasSizeLessThanOrEqualTo(Workload.WRITERS);
            assertThat(load.failedReads()).isEmpty();
            if (stack.isSemiSynchronous()) {
                assertThat(lost).isZero();
            }
        }
    }

    @Test
    void whenOnlyTheApplicationCannotReachThePrimaryNoOtherShouldBeElected() throws Exception {
        try (Workload load = Workload.start(app)) {
            load.awaitWrites("db1", SOME);
            db1.partition();
            app.awaitState("db1", NodeState.DOWN);
            load.awaitReads(SOME);
            assertThat(primary(app)).isNull();
            assertThat(List.of(app.status("db2"), app.status("db3")))
                    .extracting(NodeStatus::role)
                    .containsOnly(Role.REPLICA);
            // Left writable by mistake: it replicates from the primary, which it reaches.
            db2.readOnly(false);
            load.awaitReads(SOME);
            assertThat(primary(app)).isNull();
            db2.readOnly(true);

            db1.restoreNetwork();
            await().atMost(Duration.ofSeconds(30)).until(() -> "db1".equals(primary(app)));
            int before = load.history().writes().size();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> load.history().writes().size() >= before + SOME);
            assertThat(load.assertSound(false)).isZero();
            assertThat(load.failedReads()).isEmpty();
        }
    }

    @Test
    void whenASwitchoverIsPlannedNoTransactionShouldFail() throws Exception {
        try (Workload load = Workload.start(app)) {
            load.awaitWrites("db1", SOME);
            long writableAt = promote(db2);
            load.awaitWrites("db2", SOME);

            assertThat(report("planned", load, writableAt, false)).isZero();
            assertThat(load.failedWrites()).isEmpty();
            assertThat(load.failedReads()).isEmpty();
        }
    }

    @Test
    void whenAnOldPrimaryReturnsWritableNoInstanceShouldWriteToIt() throws Exception {
        try (Workload load = Workload.start(app)) {
            load.awaitWrites("db1", SOME);
            db1.kill();
            promote(db2);
            load.awaitWrites("db2", SOME);
            db1.start();
            app.awaitState("db1", NodeState.FENCED);

            try (TestApplication other = applications.start(stack, JdbcApplication.class, properties())) {
                other.awaitState("db1", NodeState.FENCED);
                // Where db1 has kept writes that were not replicated, the two have diverged: refused, whichever of
                // them db3 replicates from.
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> "db2".equals(primary(other)) || isRefused(other, "db1", "db2"));
                if (primary(other) != null) {
                    assertThat(other.transactions().write(other::node)).isEqualTo("db2");
                }
                assertThat(primary(app)).isEqualTo("db2");
            }
            // Without a grant the sources are unknown: refused, not guessed.
            try (TestApplication ungranted = applications.start(
                    stack, JdbcApplication.class, TestApplication.PATIENT, "replication.routing.writes.hold=0")) {
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(List.of(ungranted.status("db1"), ungranted.status("db2")))
                                .extracting(NodeStatus::state)
                                .doesNotContain(NodeState.DOWN));
                String primary = primary(ungranted);
                if (primary == null) {
                    assertThatThrownBy(() -> ungranted.transactions().write(ungranted::node))
                            .hasStackTraceContaining("MultipleWritableNodesException")
                            .hasStackTraceContaining("db1")
                            .hasStackTraceContaining("db2")
                            .hasStackTraceContaining("replication.routing.nodes.<name>.role");
                }
                assertThat(primary).isNotEqualTo("db1");
            }
            load.awaitWrites("db2", 2 * SOME);
            load.assertSound(!stack.isSemiSynchronous());
        }
    }

    @Test
    void whenThereIsASplitBrainWritesShouldNotBeSplit() throws Exception {
        assumeFalse(stack.isSemiSynchronous(), "a write on a node without replicas waits for one");
        try (Workload load = Workload.start(app)) {
            load.awaitWrites("db1", SOME);
            // Harmless: still a replica.
            db2.readOnly(false);
            load.awaitWrites("db1", 2 * SOME);
            await().untilAsserted(() -> assertThat(app.status("db2").role()).isEqualTo(Role.REPLICA));
            // Diverged: writable, with a write of its own. It has a source and is therefore still a replica.
            db2.stopReceiver();
            db2.stopApplier();
            db2.execute(List.of("INSERT INTO " + app.cluster().database() + ".author (name) VALUES ('errant')"));
            try (TestApplication other = applications.start(stack, JdbcApplication.class, properties())) {
                // An instance that has just started cannot determine which of two diverged writable nodes is the
                // primary.
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(noPrimaryReason(other))
                        .contains("db1")
                        .contains("db2")
                        .contains("has transactions that it lacks, or is written to as well")
                        .contains("replication.routing.nodes.db2.role=replica"));
                db2.readOnly(true);
                awaitPrimary(other, "db1");
            }
            load.awaitWrites("db1", 3 * SOME);
            assertThat(load.failedWrites()).isEmpty();
            assertThat(load.assertSound(false)).isZero();
            assertThat(load.history().writes())
                    .filteredOn(write -> write.outcome() == Outcome.ACKNOWLEDGED)
                    .allMatch(write -> "db1".equals(write.server()));
        }
    }

    /** Returns whether an instance refuses to choose between two nodes. */
    private static boolean isRefused(TestApplication app, String one, String other) {
        String reason = noPrimaryReason(app);
        return reason != null && reason.contains(one + " (at ") && reason.contains(" and " + other + " (at ");
    }

    private static @Nullable String noPrimaryReason(TestApplication app) {
        return app.bean(ReplicationRouting.class).snapshot().noPrimaryReason();
    }

    private static void awaitPrimary(TestApplication app, String name) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(primary(app)).isEqualTo(name));
    }

    private static @Nullable String primary(TestApplication app) {
        NodeStatus primary = app.bean(ReplicationRouting.class).snapshot().primary();
        return primary == null ? null : primary.name();
    }

    /** Promotes a node and returns when it was observed to be writable. */
    private long promote(ClusterNode node) {
        CompletableFuture<Long> writable = CompletableFuture.supplyAsync(() -> {
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> node.role() == NodeRole.PRIMARY);
            return System.nanoTime();
        });
        if (!app.cluster().primary().answers()) {
            app.cluster().consolidate(node);
        }
        app.cluster().promote(node);
        return writable.join();
    }

    private int report(String scenario, Workload load, long writableAt, boolean tailsMayBeLost) throws Exception {
        Duration first = Duration.ofNanos(load.firstAcknowledgedAt() - writableAt);
        int lost = load.assertSound(tailsMayBeLost);
        log.warn(
                "{} {}: first write {} ms after the node was writable; of {} writes {} failed and {} are unknown;"
                        + " {} acknowledged ones lost; {} reads failed",
                stack,
                scenario,
                first.toMillis(),
                load.history().writes().size(),
                load.history().count(Outcome.FAILED),
                load.history().count(Outcome.UNKNOWN),
                lost,
                load.failedReads().size());
        assertThat(first).isLessThan(SOON);
        return lost;
    }
}
