package io.github.replicationrouting.integration.routing;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A router over nodes of a cluster, with Spring's JDBC support on top. */
final class TestRouting implements AutoCloseable {

    /** Probes often. */
    static final Duration BUSY = Duration.ofMillis(100);
    /** Probes once, at the start, so that probes do not affect a count. */
    static final Duration QUIET = Duration.ofHours(1);

    /** Probes rarely, but often enough to observe which member of a group is written to. */
    private static final Duration RARE = Duration.ofSeconds(5);

    private final ReplicationRouting routing;
    private final JdbcTransactionManager transactions;
    private final JdbcTemplate jdbc;

    private TestRouting(ReplicationRouting routing) {
        this.routing = routing;
        this.transactions = new JdbcTransactionManager(routing.dataSource());
        this.jdbc = new JdbcTemplate(routing.dataSource());
    }

    static TestRouting over(
            ReplicatedCluster cluster, List<ClusterNode> nodes, JdbcDriver driver, Duration interval, int poolSize) {
        return over(ReplicationRouting.builder("test"), cluster, nodes, driver, interval, poolSize);
    }

    /** All members of a group, each of which takes writes; probed rarely. */
    static TestRouting overGroup(
            ReplicatedCluster cluster, JdbcDriver driver, WritePolicy policy, ConsistencyMode consistency) {
        ConsistencySettings defaults = ConsistencySettings.defaults();
        return over(
                ReplicationRouting.builder("test")
                        .topology(TopologyKind.MULTI_PRIMARY)
                        .writes(WriteSettings.defaults().withPolicy(policy))
                        .consistency(new ConsistencySettings(consistency, defaults.maxWait(), defaults.pin())),
                cluster,
                cluster.nodes(),
                driver,
                RARE,
                1);
    }

    /** Sends no COMMIT for queries of read-only transactions at READ COMMITTED. */
    static TestRouting readCommittedInAutoCommit(ReplicatedCluster cluster, JdbcDriver driver) {
        ReadSettings defaults = ReadSettings.defaults();
        TestRouting routing = over(
                ReplicationRouting.builder("test")
                        .reads(new ReadSettings(
                                defaults.selector(),
                                defaults.outsideTransaction(),
                                defaults.whenNoneEligible(),
                                defaults.maxFallbackConcurrency(),
                                true)),
                cluster,
                cluster.nodes(),
                driver,
                QUIET,
                1);
        routing.awaitAllOnline();
        return routing;
    }

    private static TestRouting over(
            ReplicationRouting.Builder builder,
            ReplicatedCluster cluster,
            List<ClusterNode> nodes,
            JdbcDriver driver,
            Duration interval,
            int poolSize) {
        builder.monitor(new MonitorSettings(
                interval,
                // Long, because no test here makes a server unresponsive, but a busy machine may delay an
                // answer.
                Duration.ofSeconds(10),
                2,
                LagProbe.AUTO,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ZERO));
        for (ClusterNode node : nodes) {
            HikariConfig pool = new HikariConfig();
            pool.setPoolName(node.name());
            pool.setUsername(cluster.username());
            pool.setPassword(cluster.password());
            pool.setMaximumPoolSize(poolSize);
            pool.setConnectionTimeout(10_000);
            pool.setInitializationFailTimeout(-1);
            builder.node(new NodeSettings(
                    NodeSpec.of(node.name(), node.jdbcUrl(driver)), pool, null, Duration.ofSeconds(5), null));
        }
        TestRouting test = new TestRouting(builder.build());
        test.routing.start();
        await("pools are full").atMost(Duration.ofSeconds(60)).until(() -> test.routing.pools().stream()
                .allMatch(pool -> pool.pool().getHikariPoolMXBean().getTotalConnections() == poolSize));
        return test;
    }

    ReplicationRouting routing() {
        return routing;
    }

    JdbcTransactionManager transactions() {
        return transactions;
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    TransactionTemplate readOnly() {
        DefaultTransactionDefinition definition =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRED);
        definition.setReadOnly(true);
        return new TransactionTemplate(transactions, definition);
    }

    TransactionTemplate readWrite() {
        return new TransactionTemplate(transactions);
    }

    void awaitAllOnline() {
        await("all nodes are online").atMost(Duration.ofSeconds(60)).until(() -> routing.snapshot().nodes().stream()
                .allMatch(node -> node.state() == NodeState.ONLINE));
    }

    void awaitWritable() {
        awaitAllOnline();
        await("a node takes writes").atMost(Duration.ofSeconds(60)).until(() -> routing.snapshot()
                .isWritable());
    }

    /** Asserts that every borrowed connection is back and no thread waits. */
    void awaitNothingBorrowed() {
        await("every borrowed connection is back")
                .atMost(Duration.ofSeconds(20))
                .until(() -> routing.pools().stream().allMatch(pool -> {
                    HikariPoolMXBean state = pool.pool().getHikariPoolMXBean();
                    return state.getActiveConnections() == 0
                            && state.getThreadsAwaitingConnection() == 0
                            && pool.node().inFlight() == 0;
                }));
    }

    @Override
    public void close() {
        routing.close();
    }
}
