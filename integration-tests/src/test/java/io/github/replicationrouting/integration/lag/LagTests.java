package io.github.replicationrouting.integration.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.position.BinlogPosition;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.position.MariaDbGtidPosition;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each lag probe, and the cases that must never count as fresh. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class LagTests {

    static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration A_FEW_PROBES = Duration.ofSeconds(1);
    private static final Duration MAX_LAG = Duration.ofSeconds(2);

    private final MonitoredCluster kind;
    private @Nullable ReplicatedCluster cluster;
    private @Nullable TopologyMonitor monitor;
    private final List<ClusterNode> tampered = new ArrayList<>();
    private int row;

    LagTests(MonitoredCluster kind) {
        this.kind = kind;
    }

    @BeforeAll
    void startCluster() {
        cluster = kind.start(2);
    }

    @AfterAll
    void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void heal() {
        cluster().heal();
        cluster().grantMonitoring();
        cluster().recreateDatabase();
        execute("CREATE TABLE %s.t (id INT PRIMARY KEY)".formatted(cluster().database()));
        cluster().awaitReplicated();
    }

    /** Undoes changes of a node's replication that a test made itself and the cluster does not know of. */
    @AfterEach
    void rejoin() {
        tampered.forEach(cluster()::rejoin);
        tampered.clear();
    }

    ClusterNode tamperWith(String name) {
        ClusterNode node = cluster().node(name);
        tampered.add(node);
        return node;
    }

    @AfterEach
    void stopMonitor() {
        if (monitor != null) {
            monitor.close();
            monitor = null;
        }
    }

    // --- each probe

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "POSITION"})
    void whenProbedByPositionAStoppedApplierShouldLagAfterAWriteOnly(LagProbe probe) {
        start(probe);
        assertThat(status("db1").position())
                .isInstanceOf(
                        kind.isMariaDb()
                                ? MariaDbGtidPosition.class
                                : kind.hasGtids() ? GtidSet.class : BinlogPosition.class);
        await().atMost(SOON).untilAsserted(() -> assertThat(status("db2").position())
                .isEqualTo(status("db1").position()));
        db2().stopApplier();
        stays("db2", NodeState.ONLINE);
        assertThat(status("db2").lag()).isZero();

        insert();
        await().atMost(SOON).until(() -> status("db2").state() == NodeState.LAGGING);
        assertThat(status("db2").freshness().isProven()).isTrue();
        assertThat(status("db2").reason()).startsWith("applier stopped; lag ");

        db2().startApplier();
        await().atMost(SOON).until(() -> status("db2").state() == NodeState.ONLINE);
    }

    @Test
    void whenTheLogContinuesInAnotherFileThePositionShouldFollow() {
        start(LagProbe.POSITION);
        for (int i = 0; i < 3; i++) {
            execute("FLUSH BINARY LOGS");
            insert();
        }
        execute("FLUSH BINARY LOGS");
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(status("db1").position()).isNotNull();
            assertThat(status("db2").lag()).isZero();
            assertThat(status("db2").position()).isEqualTo(status("db1").position());
        });
        stays("db2", NodeState.ONLINE);
    }

    @Test
    void whenProbedByStatusTheServersOwnSecondsShouldCount() {
        start(LagProbe.STATUS);
        await().atMost(SOON)
                .until(() -> status("db2").state() == NodeState.ONLINE
                        && Duration.ZERO.equals(status("db2").lag()));
        db2().delayReplication(Duration.ofSeconds(60));
        insert();

        await().atMost(SOON).until(() -> status("db2").state() == NodeState.LAGGING);
        assertThat(status("db2").reason()).startsWith("delayed by 60s on purpose; lag ");
        assertThat(Objects.requireNonNull(status("db2").lag()).toMillis() % 1000)
                .isZero();
        db2().delayReplication(Duration.ZERO);
        await().atMost(SOON).until(() -> status("db2").state() == NodeState.ONLINE);
    }

    @Test
    void whenTheReceiverStopsTheLagByStatusShouldGrow() {
        start(LagProbe.STATUS);
        // A server that has just caught up may report the previous seconds for a moment.
        await().atMost(SOON).until(() -> status("db2").state() == NodeState.ONLINE);
        db2().stopReceiver();

        await().atMost(SOON).until(() -> status("db2").state() == NodeState.LAGGING);
        assertThat(status("db2").reason()).startsWith("receiver stopped; lag ");
    }

    @Test
    void whenLagIsNotProbedNoReplicaShouldBeEvictedForIt() {
        start(LagProbe.NONE);
        db2().stopApplier();
        insert();

        stays("db2", NodeState.ONLINE);
        assertThat(status("db2").lag()).isNull();
    }

    @Test
    void whenTheGrantIsMissingPositionsShouldSufficeOrTheGrantBeNamed() {
        cluster().nodes().forEach(ClusterNode::revokeMonitoring);
        start(LagProbe.AUTO);
        if (kind.hasGtids()) {
            assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
            assertThat(status("db2").lag()).isZero();
        } else {
            assertThat(status("db1").role()).isEqualTo(Role.PRIMARY);
            assertThat(status("db2").state()).isEqualTo(NodeState.UNKNOWN);
            assertThat(status("db2").lag()).isNull();
            assertThat(status("db2").freshness().isKnown()).isFalse();
            assertThat(status("db2").reason())
                    .contains("GRANT REPLICATION CLIENT ON *.* TO <account>")
                    .doesNotContain("@");
        }
    }

    // --- must never count as fresh

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "POSITION"})
    void whenThePrimaryIsResetLagShouldBeUnknown(LagProbe probe) {
        insert();
        insert();
        insert();
        cluster().awaitReplicated();
        start(probe);
        assertThat(status("db2").lag()).isZero();
        tamperWith("db2");
        tamperWith("db3");
        try {
            reset();
            await().atMost(SOON).until(() -> status("db2").state() == NodeState.UNKNOWN);
            stays("db2", NodeState.UNKNOWN);

            // The same GTIDs for other transactions: the replica appears to have them.
            insert();
            stays("db2", NodeState.UNKNOWN);
            assertThat(status("db2").lag()).isNull();
            assertThat(status("db2").freshness().isKnown()).isFalse();
            assertThat(status("db2").reason()).contains("lag unknown: it has transactions that db1 does not have");

            // An instance that has not observed the reset is not misled either.
            stopMonitor();
            start(probe);
            await().atMost(SOON).until(() -> status("db2").state() == NodeState.UNKNOWN);
            stays("db2", NodeState.UNKNOWN);
        } finally {
            beginAnew();
        }
    }

    /** So that a replica can be rebuilt from the primary's log, which begins with the reset. */
    private void beginAnew() {
        execute("DROP DATABASE " + cluster().database());
        reset();
        execute("CREATE DATABASE " + cluster().database());
    }

    private void reset() {
        execute(kind.isMariaDb() ? "RESET MASTER" : "RESET BINARY LOGS AND GTIDS");
    }

    @Test
    void whenAReplicaHasErrantWritesTheyShouldNotHideItsLag() {
        start(LagProbe.POSITION);
        db2().stopApplier();
        if (!kind.isMariaDb()) {
            tamperWith("db2").execute(List.of("SET GLOBAL super_read_only = OFF"));
        }
        for (int i = 0; i < 20; i++) {
            db2().execute(List.of(
                    "INSERT INTO %s.t VALUES (%d)".formatted(cluster().database(), 1_000_000 + ++row)));
        }
        insert();

        await().atMost(SOON).until(() -> status("db2").state() == NodeState.LAGGING);
        assertThat(status("db2").reason()).startsWith("applier stopped; lag ");
    }

    @Test
    void whenAReadOnlyServerReplicatesNothingItShouldNotBeAReplica() {
        tamperWith("db2")
                .execute(
                        kind.isMariaDb()
                                ? List.of("STOP SLAVE", "RESET SLAVE ALL")
                                : List.of("STOP REPLICA", "RESET REPLICA ALL"));
        start(LagProbe.AUTO);

        assertThat(status("db2").role()).isEqualTo(Role.UNKNOWN);
        assertThat(status("db2").state()).isEqualTo(NodeState.UNKNOWN);
        assertThat(status("db2").lag()).isNull();
        assertThat(status("db2").reason()).isEqualTo("read-only, but replicates from nowhere");
        assertThat(status("db3").state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenNoPrimaryAnswersEvictionShouldStopAndFreshnessAge() {
        start(LagProbe.AUTO);
        // A replica that has just connected to its source reports its position a moment later.
        await().atMost(SOON).until(() -> status("db2").freshness().isKnown());
        cluster().primary().kill();
        await().atMost(SOON).until(() -> monitor().snapshot().primary() == null);
        long now = System.nanoTime();
        long age = status("db2").freshness().age(now).orElseThrow();
        stays("db2", NodeState.ONLINE, MAX_LAG.plus(A_FEW_PROBES));
        long later = System.nanoTime();

        assertThat(status("db2").freshness().age(later).orElseThrow()).isEqualTo(age + (later - now));
        assertThat(status("db2").freshness().isWithin(MAX_LAG.toNanos(), later)).isFalse();
    }

    @Test
    void whenACommitIsNotVisibleYetItShouldNotBeIncluded() throws Exception {
        start(LagProbe.AUTO);
        db2().stopApplier();
        insert();
        long committed = System.nanoTime();
        await().atMost(SOON).until(() -> status("db3").freshness().includes(committed));
        db2().startApplier();
        await().atMost(SOON).until(() -> status("db2").freshness().includes(committed));

        try (var connection = db2().connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM t")) {
            rows.next();
            assertThat(rows.getInt(1)).isEqualTo(1);
        }
    }

    @Test
    void whenANewPrimaryStartsALogItShouldBeFollowed() {
        start(LagProbe.AUTO);
        cluster().promote(db2());
        insert();

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(monitor().snapshot().primary()).isNotNull().returns("db2", NodeStatus::name);
            assertThat(status("db3").state()).isEqualTo(NodeState.ONLINE);
            assertThat(status("db3").freshness().isProven()).isTrue();
        });
    }

    void start(LagProbe probe) {
        monitor = MonitoredCluster.monitor(cluster(), probe, INTERVAL, MAX_LAG);
        // On a busy machine a first connection may exceed the probe timeout.
        await().atMost(SOON).until(() -> monitor().snapshot().nodes().stream()
                .noneMatch(node -> node.state() == NodeState.DOWN || node.server() == null));
    }

    private void stays(String node, NodeState state) {
        stays(node, state, A_FEW_PROBES);
    }

    private void stays(String node, NodeState state, Duration length) {
        await().atMost(SOON).during(length).until(() -> status(node).state() == state);
    }

    void insert() {
        execute("INSERT INTO %s.t VALUES (%d)".formatted(cluster().database(), ++row));
    }

    private void execute(String sql) {
        cluster().primary().execute(List.of(sql));
    }

    ReplicatedCluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    ClusterNode db2() {
        return cluster().node("db2");
    }

    private TopologyMonitor monitor() {
        return Objects.requireNonNull(monitor);
    }

    NodeStatus status(String name) {
        return MonitoredCluster.status(monitor(), name);
    }
}
