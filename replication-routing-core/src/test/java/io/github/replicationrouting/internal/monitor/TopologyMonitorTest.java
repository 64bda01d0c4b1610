package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyMonitorTest {

    private static final MonitorSettings SETTINGS = new MonitorSettings(
            Duration.ofMillis(100),
            Duration.ofMillis(400),
            2,
            LagProbe.AUTO,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ZERO);

    @ParameterizedTest
    @ValueSource(strings = {"mysql", "mariadb"})
    void whenOneNodeRefusesAndAnotherDoesNotAnswerShouldStartAndCloseInTime(String driver) throws IOException {
        // A socket whose backlog is never accepted: the connection is established, and no answer follows.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int refusing = freePort();
            TopologyMonitor monitor = new TopologyMonitor(
                    "start-test-" + driver,
                    List.of(node(driver, "db1", refusing), node(driver, "db2", silent.getLocalPort())),
                    SETTINGS,
                    Dialects.standard(),
                    new PoolHealthRegistry(Duration.ofMillis(500)),
                    List.of(),
                    RouterMetrics.NONE,
                    TopologyKind.PRIMARY_REPLICA,
                    WriteSettings.defaults());
            try {
                long before = System.nanoTime();
                monitor.start();
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                    assertThat(status(monitor, "db1").reason()).isEqualTo("connection refused");
                    assertThat(status(monitor, "db2").reason()).isEqualTo("no answer within 400ms");
                });
                assertThat(monitor.describe())
                        .isEqualTo("no primary (no node is writable: db1 is down (connection refused), db2 is down (no"
                                + " answer within 400ms)); replicas db1 down, db2 down; max-lag 5s");
                assertThat(threads(driver).toList()).isNotEmpty().allMatch(Thread::isDaemon);
            } finally {
                long before = System.nanoTime();
                monitor.close();
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            }
            monitor.suspect(monitor.snapshot().nodes().get(0).node(), new IllegalStateException("after the close"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> threads(driver).findAny().isEmpty());
        }
    }

    private static Stream<Thread> threads(String driver) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("start-test-" + driver + "-"));
    }

    private static NodeStatus status(TopologyMonitor monitor, String name) {
        return Objects.requireNonNull(monitor.snapshot().node(name));
    }

    private static ProbeTarget node(String driver, String name, int port) {
        String url = "jdbc:" + driver + "://127.0.0.1:" + port + "/";
        return new ProbeTarget(
                new Node(NodeSpec.of(name, url)),
                new ConnectionFactory(
                        url, null, new Properties(), () -> Credentials.of("nobody", "marker"), Duration.ofSeconds(1)),
                null);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
