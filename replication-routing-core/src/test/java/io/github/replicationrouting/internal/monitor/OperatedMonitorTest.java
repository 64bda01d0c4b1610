package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.internal.monitor.probe.StubDriver;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.JdbcDialect;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator requests of a running monitor, and what it reports. */
class OperatedMonitorTest {

    private static final GtidSet EXECUTED = GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5");
    private static final String PRIMARY = "primary db1";
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final AtomicInteger tests = new AtomicInteger();

    private final int test = tests.incrementAndGet();
    private final TopologyMonitor monitor = new TopologyMonitor(
            "operated-test-" + test,
            List.of(node("db1", "primary"), node("db2", "replica")),
            new MonitorSettings(
                    Duration.ofMillis(50), LONG, 2, LagProbe.AUTO, Duration.ofSeconds(5), LONG.dividedBy(10), LONG),
            new Dialects(List.of(new RoleDialect())),
            new PoolHealthRegistry(Duration.ofMillis(500)),
            List.of(),
            RouterMetrics.NONE,
            TopologyKind.PRIMARY_REPLICA,
            WriteSettings.defaults());

    @BeforeEach
    void start() {
        monitor.start();
    }

    @AfterEach
    void close() {
        monitor.close();
    }

    @Test
    void whenStartedShouldHaveProbedEveryNode() {
        assertThat(monitor.describe()).isEqualTo("primary db1 (Stub 1, gtid); replicas db2 0 ms; max-lag 5s");
    }

    @Test
    void whenANodeHasNoSourceShouldDescribeItAsNotInUse() {
        monitor.add(node("db3", "stranger"));

        awaitState("db3", NodeState.UNKNOWN, "read-only, but replicates from nowhere");
        assertThat(monitor.describe())
                .isEqualTo("primary db1 (Stub 1, gtid); replicas db2 0 ms; not in use db3 unknown (read-only, but"
                        + " replicates from nowhere); max-lag 5s");
    }

    @Test
    void whenANodeIsDrainedOrUndrainedShouldChangeItsStateBeforeReturning() {
        monitor.drain("db2");
        assertThat(state("db2")).isIn(NodeState.DRAINING, NodeState.DRAINED);

        monitor.undrain("db2");
        assertThat(state("db2")).isNotIn(NodeState.DRAINING, NodeState.DRAINED);
    }

    @Test
    void whenThePrimaryIsToBeDrainedShouldThrowAndAdviseAPromotion() {
        assertThatIllegalStateException()
                .isThrownBy(() -> monitor.drain("db1"))
                .withMessageContaining("Promote another node first");
        assertThat(state("db1")).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenANodeNameIsUnknownShouldThrowAndListTheNodes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> monitor.drain("db9"))
                .withMessage("There is no node named db9; there are db1, db2");
        assertThatIllegalArgumentException().isThrownBy(() -> monitor.undrain("db9"));
    }

    @Test
    void whenANodeIsAddedAndRemovedShouldMonitorItInBetweenOnly() {
        ProbeTarget db3 = node("db3", "replica");
        monitor.add(db3);
        awaitState("db3", NodeState.ONLINE, null);

        monitor.remove(db3.node());

        await().atMost(LONG).until(() -> monitor.snapshot().node("db3") == null);
        StubDriver.Log log = StubDriver.log(db3.node().spec().url());
        await().atMost(LONG).until(() -> log.ends.size() == log.opened.get());
    }

    private void awaitState(String name, NodeState state, @Nullable String reason) {
        await().atMost(LONG).untilAsserted(() -> {
            NodeStatus status = monitor.snapshot().node(name);
            assertThat(status).isNotNull().satisfies(found -> {
                assertThat(found.state()).isEqualTo(state);
                assertThat(found.reason()).isEqualTo(reason);
            });
        });
    }

    private NodeState state(String name) {
        return status(name).state();
    }

    private NodeStatus status(String name) {
        return monitor.snapshot().nodes().stream()
                .filter(status -> status.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    private ProbeTarget node(String name, String role) {
        String url = "jdbc:stub://" + name + "/operated" + test;
        StubDriver.log(url).version = role + " " + name;
        return new ProbeTarget(
                new Node(NodeSpec.of(name, url)),
                new ConnectionFactory(
                        url,
                        StubDriver.class.getName(),
                        new Properties(),
                        () -> Credentials.of("monitor", "marker"),
                        LONG),
                null);
    }

    /** Reads the role, name and id of a server from its version. */
    private static final class RoleDialect extends JdbcDialect {

        @Override
        public String name() {
            return "role";
        }

        @Override
        public boolean supports(String productVersion) {
            return true;
        }

        @Override
        public Observation observe(Connection connection) throws SQLException {
            String version = version(connection);
            return new Observation("Stub 1", version, !version.equals(PRIMARY), false, EXECUTED, EXECUTED);
        }

        @Override
        public Replication replication(Connection connection) throws SQLException {
            return new Replication.Channels(
                    version(connection).startsWith("replica")
                            ? List.of(new ReplicationChannel(
                                    "", "db1", 3306, PRIMARY, null, Receiver.ON, true, Duration.ZERO, Duration.ZERO, 0))
                            : List.of());
        }

        private static String version(Connection connection) throws SQLException {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }
}
