package io.github.replicationrouting.integration.consistency;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A router that records its decisions and waits. */
final class SessionRouting implements AutoCloseable {

    /** Timeout of a probe where no node freezes: a busy machine must not cause an eviction. */
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    /** Timeout of a probe where nodes freeze. */
    private static final Duration SHORT_PROBE_TIMEOUT = Duration.ofSeconds(2);

    static final int ENDPOINT_POOL_SIZE = 4;

    private final ReplicationRouting routing;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate readOnly;
    private final TransactionTemplate newReadOnly;
    private final TransactionTemplate readWrite;
    private final Counts counts;

    private SessionRouting(ReplicationRouting routing, Counts counts) {
        this.routing = routing;
        this.counts = counts;
        this.jdbc = new JdbcTemplate(routing.dataSource());
        JdbcTransactionManager transactions = new JdbcTransactionManager(routing.dataSource());
        DefaultTransactionDefinition reading =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRED);
        reading.setReadOnly(true);
        this.readOnly = new TransactionTemplate(transactions, reading);
        DefaultTransactionDefinition readingAnew =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        readingAnew.setReadOnly(true);
        this.newReadOnly = new TransactionTemplate(transactions, readingAnew);
        this.readWrite = new TransactionTemplate(transactions);
    }

    static SessionRouting over(
            ReplicatedCluster cluster,
            JdbcDriver driver,
            String parameters,
            Duration interval,
            ConsistencySettings consistency,
            int poolSize) {
        List<NodeSpec> nodes = cluster.nodes().stream()
                .map(node -> NodeSpec.of(node.name(), url(node, driver, parameters)))
                .toList();
        return over(
                cluster,
                nodes,
                TopologyKind.PRIMARY_REPLICA,
                interval,
                PROBE_TIMEOUT,
                consistency,
                poolSize,
                WritePolicy.SINGLE);
    }

    /** A group, each member of which takes writes. */
    static SessionRouting overGroup(
            ReplicatedCluster cluster,
            JdbcDriver driver,
            WritePolicy policy,
            ConsistencySettings consistency,
            int poolSize) {
        List<NodeSpec> nodes = cluster.nodes().stream()
                .map(node -> NodeSpec.of(node.name(), node.jdbcUrl(driver)))
                .toList();
        return over(
                cluster,
                nodes,
                TopologyKind.MULTI_PRIMARY,
                Duration.ofMillis(100),
                SHORT_PROBE_TIMEOUT,
                consistency,
                poolSize,
                policy);
    }

    private static String url(ClusterNode node, JdbcDriver driver, String parameters) {
        String url = node.jdbcUrl(driver);
        return parameters.isEmpty() ? url : url + (url.contains("?") ? "&" : "?") + parameters;
    }

    /** The primary, and one replica declared as an endpoint with several servers behind it. */
    static SessionRouting overEndpoint(ReplicatedCluster cluster, JdbcDriver driver, ConsistencySettings consistency) {
        ClusterNode reader = cluster.replicas().get(0);
        return over(
                cluster,
                List.of(
                        NodeSpec.of(cluster.primary().name(), cluster.primary().jdbcUrl(driver)),
                        new NodeSpec(
                                "readers", reader.jdbcUrl(driver), DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null)),
                TopologyKind.PRIMARY_REPLICA,
                Duration.ofMillis(100),
                PROBE_TIMEOUT,
                consistency,
                ENDPOINT_POOL_SIZE,
                WritePolicy.SINGLE);
    }

    private static SessionRouting over(
            ReplicatedCluster cluster,
            List<NodeSpec> nodes,
            TopologyKind topology,
            Duration interval,
            Duration probeTimeout,
            ConsistencySettings consistency,
            int poolSize,
            WritePolicy policy) {
        Counts counts = new Counts();
        ReplicationRouting.Builder builder = ReplicationRouting.builder("test")
                .metrics(counts)
                .topology(topology)
                .writes(WriteSettings.defaults().withPolicy(policy))
                .consistency(consistency)
                .monitor(new MonitorSettings(
                        interval,
                        probeTimeout,
                        2,
                        LagProbe.AUTO,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ZERO));
        for (NodeSpec node : nodes) {
            HikariConfig pool = new HikariConfig();
            pool.setPoolName(node.name());
            pool.setUsername(cluster.username());
            pool.setPassword(cluster.password());
            pool.setMaximumPoolSize(poolSize);
            pool.setConnectionTimeout(10_000);
            pool.setInitializationFailTimeout(-1);
            builder.node(new NodeSettings(node, pool, null, Duration.ofSeconds(5), null));
        }
        SessionRouting test = new SessionRouting(builder.build(), counts);
        test.routing.start();
        test.awaitAllOnline();
        return test;
    }

    ReplicationRouting routing() {
        return routing;
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    TransactionTemplate readOnly() {
        return readOnly;
    }

    /** Returns a template whose transactions are separate, also within another one. */
    TransactionTemplate newReadOnly() {
        return newReadOnly;
    }

    TransactionTemplate readWrite() {
        return readWrite;
    }

    Counts counts() {
        return counts;
    }

    /** Returns the server's own name, read in a read-only transaction. */
    long readingServer() {
        return readOnly.execute(status -> jdbc.queryForObject("SELECT @@server_id", Long.class));
    }

    void awaitAllOnline() {
        await("all nodes are online").atMost(Duration.ofSeconds(60)).until(() -> routing.snapshot().nodes().stream()
                .allMatch(node -> node.state() == NodeState.ONLINE));
    }

    @Override
    public void close() {
        routing.close();
    }

    /** Counts decisions by reason and records the waits. */
    static final class Counts implements RouterMetrics {

        private final Map<String, LongAdder> reads = new ConcurrentHashMap<>();
        private final Map<String, LongAdder> writesByNode = new ConcurrentHashMap<>();
        private final Queue<Duration> waits = new ConcurrentLinkedQueue<>();
        private final LongAdder timedOutWaits = new LongAdder();

        @Override
        public void decided(String access, Node node, String reason) {
            if (access.equals("read")) {
                reads.computeIfAbsent(reason, key -> new LongAdder()).increment();
            } else if (access.equals("write")) {
                writesByNode
                        .computeIfAbsent(node.name(), key -> new LongAdder())
                        .increment();
            }
        }

        @Override
        public void consistencyWaited(Duration waited, String outcome) {
            waits.add(waited);
            if (!outcome.equals("reached")) {
                timedOutWaits.increment();
            }
        }

        long reads(String reason) {
            LongAdder count = reads.get(reason);
            return count == null ? 0 : count.sum();
        }

        long reads() {
            return reads.values().stream().mapToLong(LongAdder::sum).sum();
        }

        long readsOnReplicas() {
            return reads("replica-selected") + reads("session-replica") + reads("session-wait");
        }

        /** Returns the number of write transactions on each node. */
        Map<String, LongAdder> writesByNode() {
            return new TreeMap<>(writesByNode);
        }

        Queue<Duration> waits() {
            return waits;
        }

        long timedOutWaits() {
            return timedOutWaits.sum();
        }

        void reset() {
            reads.clear();
            waits.clear();
            timedOutWaits.reset();
        }

        @Override
        public String toString() {
            return new TreeMap<>(reads) + ", " + waits.size() + " waits, " + timedOutWaits + " timed out";
        }
    }
}
