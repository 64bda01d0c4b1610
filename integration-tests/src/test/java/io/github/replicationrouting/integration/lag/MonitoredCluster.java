package io.github.replicationrouting.integration.lag;

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
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** A kind of cluster, and the monitor that a test uses. */
enum MonitoredCluster {
    MYSQL(ClusterKind.MYSQL, true),
    MYSQL_WITHOUT_GTIDS(ClusterKind.MYSQL, false),
    MARIADB(ClusterKind.MARIADB, true);

    /** Long, because no lag test makes a server unresponsive, but a busy machine may delay an answer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ClusterKind kind;
    private final boolean gtids;

    MonitoredCluster(ClusterKind kind, boolean gtids) {
        this.kind = kind;
        this.gtids = gtids;
    }

    boolean isMariaDb() {
        return kind == ClusterKind.MARIADB;
    }

    boolean hasGtids() {
        return gtids;
    }

    ReplicatedCluster start(int replicas) {
        ReplicatedCluster.Builder builder =
                ReplicatedCluster.of(kind).gtids(gtids).replicas(replicas);
        if (!gtids) {
            // An applier with several threads reports its position no more often than this, by default every 300 ms.
            builder.serverArguments("--replica-checkpoint-period=10");
        }
        return builder.start();
    }

    static TopologyMonitor monitor(ReplicatedCluster cluster, LagProbe probe, Duration interval, Duration maxLag) {
        return monitor(cluster, probe, interval, maxLag, RouterMetrics.NONE);
    }

    static TopologyMonitor monitor(
            ReplicatedCluster cluster, LagProbe probe, Duration interval, Duration maxLag, RouterMetrics metrics) {
        List<ProbeTarget> nodes = cluster.nodes().stream()
                .map(node -> new ProbeTarget(
                        new Node(NodeSpec.of(node.name(), node.jdbcUrl())),
                        connections(node.jdbcUrl(), cluster.monitorUsername(), cluster.monitorPassword()),
                        null))
                .toList();
        TopologyMonitor monitor = new TopologyMonitor(
                "test",
                nodes,
                new MonitorSettings(interval, TIMEOUT, 2, probe, maxLag, maxLag.dividedBy(2), Duration.ZERO),
                Dialects.standard(),
                new PoolHealthRegistry(Duration.ofMillis(500)),
                List.of(),
                metrics,
                TopologyKind.PRIMARY_REPLICA,
                WriteSettings.defaults());
        monitor.start();
        return monitor;
    }

    private static ConnectionFactory connections(String url, String username, String password) {
        return new ConnectionFactory(
                        url, null, new Properties(), () -> Credentials.of(username, password), Duration.ofSeconds(2))
                .withoutDatabase();
    }

    static NodeStatus status(TopologyMonitor monitor, String node) {
        return Objects.requireNonNull(monitor.snapshot().node(node));
    }
}
