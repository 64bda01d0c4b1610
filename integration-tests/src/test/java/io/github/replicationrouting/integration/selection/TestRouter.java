package io.github.replicationrouting.integration.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A router over nodes of a cluster, with Spring's JDBC support on top. */
final class TestRouter implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    static final int POOL = 8;

    private final ReplicatedCluster cluster;
    private final ReplicationRouting routing;
    private final AtomicInteger stateChanges;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate readOnly;

    private TestRouter(ReplicatedCluster cluster, ReplicationRouting routing, AtomicInteger stateChanges) {
        this.cluster = cluster;
        this.stateChanges = stateChanges;
        this.routing = routing;
        this.jdbc = new JdbcTemplate(routing.dataSource());
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
        definition.setReadOnly(true);
        this.readOnly = new TransactionTemplate(new JdbcTransactionManager(routing.dataSource()), definition);
    }

    static Builder over(ReplicatedCluster cluster) {
        return new Builder(cluster);
    }

    ReplicationRouting routing() {
        return routing;
    }

    @Nullable
    NodeStatus status(String node) {
        return routing.snapshot().node(node);
    }

    NodeState state(String node) {
        return Objects.requireNonNull(status(node)).state();
    }

    List<String> names() {
        return routing.snapshot().nodes().stream().map(NodeStatus::name).toList();
    }

    /** Returns how often the state of any node has changed. */
    int stateChanges() {
        return stateChanges.get();
    }

    /** Returns the servers of the concurrently open connections of a node. */
    Set<Long> serversOf(String node) throws SQLException {
        Set<Long> servers = new HashSet<>();
        List<Connection> open = new ArrayList<>();
        try {
            for (int i = 0; i < POOL / 2; i++) {
                Connection connection = routing.dataSource().node(node).getConnection();
                open.add(connection);
                try (Statement statement = connection.createStatement();
                        ResultSet id = statement.executeQuery("SELECT @@server_id")) {
                    assertThat(id.next()).isTrue();
                    servers.add(id.getLong(1));
                }
            }
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
        return servers;
    }

    PooledNode pool(String node) {
        return routing.pools().stream()
                .filter(pool -> pool.node().name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the declaration of a node of the cluster. */
    NodeSpec spec(String node) {
        return specOf(cluster, node);
    }

    private static NodeSpec specOf(ReplicatedCluster cluster, String node) {
        return NodeSpec.of(node, cluster.node(node).jdbcUrl(JdbcDriver.CONNECTOR_J));
    }

    /** Reads in a separate transaction; returns the node that served it. */
    String read() {
        return Objects.requireNonNull(
                readOnly.execute(status -> jdbc.execute((ConnectionCallback<String>) connection -> {
                    try (PreparedStatement statement = connection.prepareStatement("SELECT 1");
                            ResultSet rows = statement.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                    }
                    Decision decision =
                            connection.unwrap(RoutedConnection.class).lastDecision();
                    return Objects.requireNonNull(decision).node().name();
                })));
    }

    /** Waits until these nodes have their full weight, and their pools are full. */
    void awaitOnline(String... names) {
        for (String name : names) {
            await(name + " is online").atMost(LIMIT).until(() -> {
                NodeStatus node = status(name);
                return node != null && node.state() == NodeState.ONLINE && node.share() == 1;
            });
            await("the pool of " + name + " is full")
                    .atMost(LIMIT)
                    .until(() -> pool(name).pool().getHikariPoolMXBean().getTotalConnections() == POOL);
        }
    }

    @Override
    public void close() {
        routing.close();
    }

    /** Builder for the router. */
    static final class Builder {

        private final ReplicatedCluster cluster;
        private List<NodeSpec> declared;
        private @Nullable DiscoverySettings discovery;
        private NodeSelector selector = new LeastInFlightSelector();
        private TopologyKind topology = TopologyKind.PRIMARY_REPLICA;

        /** A thread that reads continuously is one session that must not go back, and would hardly leave its replica. */
        private ConsistencySettings consistency =
                new ConsistencySettings(ConsistencyMode.EVENTUAL, Duration.ZERO, Duration.ZERO);

        private Builder(ReplicatedCluster cluster) {
            this.cluster = cluster;
            this.declared = cluster.nodes().stream()
                    .map(node -> specOf(cluster, node.name()))
                    .toList();
        }

        Builder declared(String... names) {
            return declared(Stream.of(names).map(name -> specOf(cluster, name)).toList());
        }

        Builder declared(List<NodeSpec> nodes) {
            this.declared = nodes;
            return this;
        }

        Builder source(TopologySource source) {
            return discovery(source);
        }

        Builder askingServers() {
            return discovery(null);
        }

        private Builder discovery(@Nullable TopologySource source) {
            this.discovery = new DiscoverySettings(
                    source, Duration.ofMillis(100), Duration.ofMinutes(5), Duration.ofSeconds(30), this::settings);
            return this;
        }

        /** Any node may take writes, and sessions see their own. */
        Builder severalMasters() {
            topology = TopologyKind.MULTI_PRIMARY;
            consistency = ConsistencySettings.defaults();
            return this;
        }

        Builder selector(NodeSelector selector) {
            this.selector = selector;
            return this;
        }

        TestRouter start() {
            ReplicationRouting.Builder builder = ReplicationRouting.builder("test")
                    .reads(new ReadSettings(
                            selector, OutsideTransaction.PRIMARY, WhenNoneEligible.PRIMARY, null, false))
                    .monitor(new MonitorSettings(
                            Duration.ofMillis(200),
                            Duration.ofSeconds(2),
                            2,
                            LagProbe.AUTO,
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(1)));
            builder.topology(topology).consistency(consistency);
            AtomicInteger stateChanges = new AtomicInteger();
            builder.listener(new TopologyListener() {
                @Override
                public void nodeStateChanged(NodeStatus before, NodeStatus after) {
                    stateChanges.incrementAndGet();
                }
            });
            declared.forEach(spec -> builder.node(settings(spec)));
            if (discovery != null) {
                builder.discovery(discovery);
            }
            TestRouter router = new TestRouter(cluster, builder.build(), stateChanges);
            router.routing.start();
            return router;
        }

        private NodeSettings settings(NodeSpec spec) {
            HikariConfig pool = new HikariConfig();
            pool.setPoolName(spec.name());
            pool.setUsername(cluster.username());
            pool.setPassword(cluster.password());
            pool.setMaximumPoolSize(POOL);
            pool.setConnectionTimeout(10_000);
            pool.setInitializationFailTimeout(-1);
            return new NodeSettings(spec, pool, null, Duration.ofSeconds(5), null);
        }
    }
}
