package io.github.replicationrouting.integration.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The monitor's view of a primary with two replicas during their faults. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class MonitorTests {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final ClusterKind kind;
    private final JdbcDriver driver;
    private @Nullable ReplicatedCluster cluster;
    private @Nullable TopologyMonitor monitor;

    MonitorTests(ClusterKind kind, JdbcDriver driver) {
        this.kind = kind;
        this.driver = driver;
    }

    @BeforeAll
    void startCluster() {
        cluster = ReplicatedCluster.of(kind).replicas(2).start();
    }

    @BeforeEach
    void heal() {
        cluster().heal();
        cluster().grantMonitoring();
        cluster().recreateDatabase();
        cluster()
                .primary()
                .execute(List.of("CREATE TABLE %s.t (id INT PRIMARY KEY)"
                        .formatted(cluster().database())));
        cluster().awaitReplicated();
    }

    @AfterEach
    void stopMonitor() {
        if (monitor != null) {
            monitor.close();
            monitor = null;
        }
    }

    @AfterAll
    void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void whenStartedShouldKnowRolesAndLag() {
        // Long, because a first connection is slow on a busy machine.
        launch(this::monitorConnections, Duration.ofMillis(250), Duration.ofSeconds(10));

        assertThat(primary()).isEqualTo("db1");
        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
        assertThat(monitor().describe())
                .matches("primary db1 \\((MySQL|MariaDB) \\d+\\.\\d+\\.\\d+, gtid\\); replicas db2 0 ms, db3 0 ms;"
                        + " max-lag 2s");
        assertThat(status("db1").position()).isNotNull();
    }

    @Test
    void whenTheAccountMayOnlyLogInShouldKnowRolesAndLagByPosition() {
        cluster().nodes().forEach(ClusterNode::revokeMonitoring);
        start();

        awaitState("db1", "PRIMARY ONLINE 0");
        awaitState("db2", "REPLICA ONLINE 0");
        cluster().node("db2").stopApplier();
        insert(1);
        awaitState("db2", "REPLICA LAGGING");
        assertThat(status("db2").reason()).startsWith("lag ").contains("above max-lag 2s");
    }

    @Test
    void whenTheApplierStopsUnderAWriteShouldEvictAndReadmit() {
        start();
        cluster().node("db2").stopApplier();
        insert(1);

        awaitState("db2", "REPLICA LAGGING");
        assertThat(status("db2").reason()).startsWith("applier stopped; lag ");
        awaitState("db3", "REPLICA ONLINE");

        cluster().node("db2").startApplier();
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenTheReceiverStopsUnderAWriteShouldEvictAndReadmit() {
        start();
        cluster().node("db2").stopReceiver();
        insert(1);

        awaitState("db2", "REPLICA LAGGING");
        assertThat(status("db2").reason()).startsWith("receiver stopped; lag ");

        cluster().node("db2").startReceiver();
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenThePrimaryIsIdleShouldSeeNoLag() {
        start();
        cluster().node("db2").stopReceiver();

        await().atMost(SOON).during(Duration.ofSeconds(4)).until(() -> state("db2")
                .equals("REPLICA ONLINE 0"));
    }

    @Test
    void whenAReplicaIsDelayedOnPurposeShouldReportIt() {
        start();
        cluster().node("db2").delayReplication(Duration.ofSeconds(30));
        insert(1);

        awaitState("db2", "REPLICA LAGGING");
        assertThat(status("db2").reason()).startsWith("delayed by 30s on purpose; lag ");
    }

    @Test
    void whenAReplicaIsKilledAndStartedShouldGoDownAndRecover() {
        start();
        cluster().node("db2").kill();

        awaitState("db2", "REPLICA DOWN");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(status("db2").reason()).isIn("connection refused", "connection lost"));
        assertThat(primary()).isEqualTo("db1");

        cluster().node("db2").start();
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenAReplicaFreezesShouldGoDownAndRecover() {
        start();
        cluster().node("db2").freeze();

        awaitState("db2", "REPLICA DOWN");
        assertThat(status("db2").reason()).isEqualTo("no answer within 1s");
        awaitState("db3", "REPLICA ONLINE");

        cluster().node("db2").thaw();
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenAReplicaIsPartitionedShouldGoDownAndRecover() {
        start();
        cluster().node("db2").partition();

        awaitState("db2", "REPLICA DOWN");
        assertThat(status("db2").reason()).isEqualTo("no answer within 1s");

        cluster().node("db2").restoreNetwork();
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenOnlyTheMonitorLosesThePrimaryShouldElectNoOther() {
        start();
        cluster().node("db1").partition();

        await().atMost(SOON).until(() -> primary() == null);
        awaitState("db2", "REPLICA ONLINE 0");
        await().atMost(SOON).untilAsserted(() -> assertThat(monitor().snapshot().noPrimaryReason())
                .contains("db1 is down (no answer within 1s; db2 and db3 are still connected to it"));

        cluster().node("db1").restoreNetwork();
        await().atMost(SOON).until(() -> "db1".equals(primary()));
    }

    @Test
    void whenThePrimaryIsDeadShouldDetectItByTheReplicas() {
        start();
        cluster().node("db1").kill();

        await().atMost(SOON).untilAsserted(() -> assertThat(status("db1").reason())
                .endsWith("; db2 and db3 do not reach it either"));
        cluster().node("db1").start();
        await().atMost(SOON).until(() -> "db1".equals(primary()));
    }

    @Test
    void whenAnotherNodeIsPromotedShouldFollowAndFenceTheOldPrimary() {
        start();
        cluster().node("db1").kill();
        await().atMost(SOON).until(() -> primary() == null);
        cluster().promote(cluster().node("db2"));

        await().atMost(SOON).until(() -> "db2".equals(primary()));
        insert(1);
        awaitState("db3", "REPLICA ONLINE 0");

        cluster().node("db1").start();
        awaitState("db1", "UNKNOWN FENCED");
        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db1").reason()).isEqualTo("writable beside the primary db2");

        cluster().rejoin(cluster().node("db1"));
        awaitState("db1", "REPLICA ONLINE 0");
    }

    @Test
    void whenTwoAreWritableANewInstanceShouldDetectTheReplicaByItsSource() {
        cluster().node("db2").stopReceiver();
        cluster().node("db2").stopApplier();
        cluster().node("db2").readOnly(false);
        launch();

        awaitState("db2", "REPLICA ONLINE 0");
        await().atMost(SOON).untilAsserted(() -> assertThat(primary()).isEqualTo("db1"));
    }

    @Test
    void whenThePrimaryIsSwitchedOverShouldFollow() {
        start();
        cluster().promote(cluster().node("db3"));

        await().atMost(SOON).until(() -> "db3".equals(primary()));
        awaitState("db1", "REPLICA ONLINE 0");
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenNodesAreMissingAtTheStartShouldStartInTimeAndReportThem() {
        cluster().node("db2").kill();
        cluster().node("db3").freeze();
        long before = System.nanoTime();
        launch();

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        await().atMost(SOON).untilAsserted(() -> assertThat(monitor().describe())
                .contains("primary db1")
                .contains("db2 down (")
                .contains("db3 down (no answer within 1s)"));
    }

    @Test
    void whenThePrimaryIsMissingAtTheStartReplicasShouldServe() {
        cluster().node("db1").kill();
        launch();

        awaitState("db2", "REPLICA ONLINE null");
        assertThat(primary()).isNull();
        cluster().node("db1").start();
        await().atMost(SOON).until(() -> "db1".equals(primary()));
        awaitState("db2", "REPLICA ONLINE 0");
    }

    @Test
    void whenThePasswordIsWrongShouldReportWhatToCheck() {
        launch(name ->
                connections(cluster().node(name).jdbcUrl(driver), cluster().monitorUsername(), "wrong"));

        await().atMost(SOON).untilAsserted(() -> assertThat(status("db1").reason())
                .isEqualTo("access denied for the monitor's user: check replication.routing.username/password or"
                        + " monitor.username, and whether the account requires TLS"));
        assertThat(status("db1").state()).isEqualTo(NodeState.DOWN);
    }

    @Test
    void whenTheDatabaseDoesNotExistShouldReportIt() {
        launch(name -> connections(
                cluster().node(name).jdbcUrl(driver).replace("/" + cluster().database(), "/missing"),
                cluster().username(),
                cluster().password()));

        // An account that sees no other database is denied access where others get "does not exist".
        await().atMost(SOON).untilAsserted(() -> assertThat(status("db1").reason())
                .isIn("unknown database", "access denied to the database for the monitor's user"));
    }

    @Test
    void whenSuspectedShouldProbeImmediately() {
        launch(this::monitorConnections, Duration.ofSeconds(30), Duration.ofSeconds(10));
        awaitAllOnline();
        Node db2 = status("db2").node();
        cluster().node("db2").kill();
        monitor().suspect(db2, new IllegalStateException("lost"));

        awaitState("db2", "REPLICA DOWN");
    }

    /** Waits until all nodes are online: on a busy machine a first connection may exceed the probe timeout. */
    private void start() {
        launch();
        awaitAllOnline();
    }

    private void awaitAllOnline() {
        await().atMost(SOON)
                .until(() -> monitor().snapshot().nodes().stream().allMatch(node -> node.state() == NodeState.ONLINE));
    }

    private void launch() {
        launch(this::monitorConnections);
    }

    private void launch(Function<String, ConnectionFactory> connections) {
        launch(connections, Duration.ofMillis(250), Duration.ofSeconds(1));
    }

    private void launch(Function<String, ConnectionFactory> connections, Duration interval, Duration timeout) {
        MonitorSettings settings = new MonitorSettings(
                interval,
                timeout,
                2,
                LagProbe.AUTO,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30));
        List<ProbeTarget> nodes = cluster().nodes().stream()
                .map(node -> new ProbeTarget(
                        new Node(NodeSpec.of(node.name(), node.jdbcUrl(driver))), connections.apply(node.name()), null))
                .toList();
        monitor = new TopologyMonitor(
                "test",
                nodes,
                settings,
                Dialects.standard(),
                new PoolHealthRegistry(Duration.ofMillis(500)),
                List.of(),
                RouterMetrics.NONE,
                TopologyKind.PRIMARY_REPLICA,
                WriteSettings.defaults());
        monitor.start();
    }

    private ConnectionFactory monitorConnections(String name) {
        return connections(
                        cluster().node(name).jdbcUrl(driver),
                        cluster().monitorUsername(),
                        cluster().monitorPassword())
                .withoutDatabase();
    }

    private static ConnectionFactory connections(String url, String username, String password) {
        return new ConnectionFactory(
                url, null, new Properties(), () -> Credentials.of(username, password), Duration.ofSeconds(2));
    }

    private void insert(int id) {
        cluster()
                .primary()
                .execute(List.of(
                        "INSERT INTO %s.t VALUES (%d)".formatted(cluster().database(), id)));
    }

    private ReplicatedCluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    private TopologyMonitor monitor() {
        return Objects.requireNonNull(monitor);
    }

    private void awaitState(String name, String state) {
        await().atMost(SOON).until(() -> state(name), now -> now.startsWith(state));
    }

    private @Nullable String primary() {
        return primary(monitor().snapshot());
    }

    private static @Nullable String primary(TopologySnapshot snapshot) {
        NodeStatus primary = snapshot.primary();
        return primary == null ? null : primary.name();
    }

    private NodeStatus status(String name) {
        return Objects.requireNonNull(monitor().snapshot().node(name));
    }

    private String state(String name) {
        TopologySnapshot snapshot = monitor().snapshot();
        NodeStatus status = Objects.requireNonNull(snapshot.node(name));
        Duration lag = status.lag();
        assertThat(status.role() == Role.PRIMARY).isEqualTo(name.equals(primary(snapshot)));
        return status.role() + " " + status.state() + " " + (lag == null ? null : lag.toMillis());
    }
}
