package io.github.replicationrouting.integration.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A running Spring Boot application, configured by properties as users do, with queries for tests. */
public final class TestApplication implements AutoCloseable {

    /** Generous: a busy machine starts a server in this time, and repeated evictions last longer and longer. */
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** For tests without a failing node: a probe that a busy machine delays must not cause an eviction. */
    public static final String PATIENT = "replication.routing.monitor.timeout=10s";

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("replication.routing.hikari.maximum-pool-size", "4"),
            Map.entry("replication.routing.monitor.interval", "100ms"),
            // Tests of their own prove where a session stays; here reads immediately follow the state of the nodes.
            Map.entry("replication.routing.consistency.mode", "eventual"),
            Map.entry("replication.routing.reads.slow-start", "0s"),
            Map.entry("spring.flyway.enabled", "false"),
            Map.entry("spring.liquibase.enabled", "false"),
            Map.entry("spring.main.banner-mode", "off"),
            // Hibernate uses any cache provider that it finds.
            Map.entry("spring.jpa.properties.hibernate.cache.use_second_level_cache", "false"),
            Map.entry("spring.jpa.properties.hibernate.cache.use_query_cache", "false"),
            // Provoked in great numbers: refused writes, lost servers.
            Map.entry("logging.level.root", "warn"),
            Map.entry("logging.level.org.mariadb.jdbc", "error"),
            Map.entry("logging.level.org.hibernate.orm.jdbc.error", "off"),
            Map.entry("logging.level.org.mybatis", "error"));

    private final Servers servers;
    private final ConfigurableApplicationContext context;

    private TestApplication(Servers servers, ConfigurableApplicationContext context) {
        this.servers = servers;
        this.context = context;
    }

    static TestApplication start(Servers servers, JdbcDriver driver, Class<?> configuration, String... properties) {
        return start(servers, servers.cluster().nodes(), driver, configuration, properties);
    }

    /** @param nodes those of the servers that the application is configured with */
    static TestApplication start(
            Servers servers, List<ClusterNode> nodes, JdbcDriver driver, Class<?> configuration, String... properties) {
        Map<String, Object> settings = new LinkedHashMap<>(DEFAULTS);
        settings.put("replication.routing.username", servers.cluster().username());
        settings.put("replication.routing.password", servers.cluster().password());
        for (ClusterNode node : nodes) {
            settings.put("replication.routing.nodes." + node.name() + ".url", node.jdbcUrl(driver));
        }
        if (isMultiPrimary(servers.cluster())) {
            settings.put("replication.routing.topology", "multi-primary");
        }
        for (String property : properties) {
            int equals = property.indexOf('=');
            settings.put(property.substring(0, equals), property.substring(equals + 1));
        }
        return new TestApplication(
                servers,
                new SpringApplicationBuilder(configuration)
                        .web(WebApplicationType.NONE)
                        .properties(settings)
                        .run());
    }

    private static boolean isMultiPrimary(ReplicatedCluster cluster) {
        return cluster.kind() == ClusterKind.GALERA || cluster.kind() == ClusterKind.GROUP_REPLICATION;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public ReplicatedCluster cluster() {
        return servers.cluster();
    }

    public Transactions transactions() {
        return bean(Transactions.class);
    }

    public JdbcTemplate jdbc() {
        return bean(JdbcTemplate.class);
    }

    /** Returns the node that serves a statement of {@link JdbcTemplate} now, as the server itself reports. */
    public String node() {
        return name(Objects.requireNonNull(jdbc().queryForObject("SELECT @@server_id", Long.class)));
    }

    /** Returns the name of the server with this {@code @@server_id}. */
    public String name(Number serverId) {
        return servers.name(serverId.longValue());
    }

    public String primary() {
        return cluster().primary().name();
    }

    public List<String> replicas() {
        return cluster().replicas().stream().map(ClusterNode::name).toList();
    }

    /**
     * Reads until every replica has served; fails if another node does, or if one never does. Each read is in a session
     * of its own, because one session keeps its replica.
     */
    public void assertSpreadsOverReplicas(Supplier<String> reading) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 200 && seen.size() < replicas().size(); i++) {
            SessionToken.clear();
            seen.add(reading.get());
            assertThat(replicas()).containsAll(seen);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(replicas());
    }

    public void insertAuthor(String name) {
        jdbc().update("INSERT INTO author (name) VALUES (?)", name);
    }

    /** Returns the rows of this author that the current transaction sees. */
    public int countAuthors(String name) {
        return Objects.requireNonNull(
                jdbc().queryForObject("SELECT COUNT(*) FROM author WHERE name = ?", Integer.class, name));
    }

    /** Returns the rows of this author on the primary that other sessions than the caller's see. */
    public int countAuthorsOnPrimary(String name) {
        return transactions().newWrite(() -> countAuthors(name));
    }

    public NodeStatus status(String node) {
        return Objects.requireNonNull(bean(ReplicationRouting.class).snapshot().node(node));
    }

    public void awaitState(String node, NodeState state) {
        try {
            await().atMost(LIMIT).until(() -> status(node).state() == state);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "%s is not %s but %s; the cluster:%n%s"
                            .formatted(
                                    node, state, status(node), servers.cluster().describe()),
                    e);
        }
    }

    /** Waits until the router has a primary and may read from every replica. */
    public void awaitAllEligible() {
        awaitMonitor();
        servers.cluster().nodes().forEach(node -> awaitState(node.name(), NodeState.ONLINE));
        await().atMost(LIMIT).untilAsserted(() -> {
            TopologySnapshot all = bean(ReplicationRouting.class).snapshot();
            if (isMultiPrimary(cluster())) {
                assertThat(all.isWritable()).as(all.noPrimaryReason()).isTrue();
            } else {
                assertThat(all.primary()).isNotNull().returns(primary(), NodeStatus::name);
            }
            // A pool that could not connect for long recovers only after a while.
            assertThat(all.nodes()).allSatisfy(node -> assertThat(node)
                    .returns(NodeState.ONLINE, NodeStatus::state)
                    .returns(false, NodeStatus::suspected)
                    .returns(1.0, NodeStatus::share));
        });
    }

    /** Waits until the topology includes everything reported to the monitor so far, such as a lost connection. */
    private void awaitMonitor() {
        // The node is not drained: the call only waits until the monitor thread has run all tasks queued before it.
        bean(ReplicationRouting.class).undrain(primary());
    }

    /** Returns the pooled connections in use, as the router counts them. */
    public int held() {
        return pools().mapToInt(pool -> pool.node().inFlight()).sum();
    }

    /** Waits until every connection is back in its pool and no thread waits for one; pools and router agree on it. */
    public void awaitNothingHeld() {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(pools()).allSatisfy(pool -> {
            assertThat(pool.node().inFlight()).as("in flight on " + pool.node()).isZero();
            HikariPoolMXBean connections = pool.pool().getHikariPoolMXBean();
            assertThat(connections.getActiveConnections())
                    .as("active on " + pool.node())
                    .isZero();
            assertThat(connections.getThreadsAwaitingConnection())
                    .as("waiting on " + pool.node())
                    .isZero();
        }));
    }

    /** Returns the node that serves writes, as the router sees it, or null. */
    public @Nullable String knownPrimary() {
        NodeStatus primary = bean(ReplicationRouting.class).snapshot().primary();
        return primary == null ? null : primary.name();
    }

    /** Waits until the monitor has completed this number of further probes of every node and evaluated them. */
    public void awaitProbes(int probes) {
        // The first answer may belong to a probe that was sent before.
        Map<String, Double> enough = new LinkedHashMap<>();
        bean(ReplicationRouting.class)
                .snapshot()
                .nodes()
                .forEach(node -> enough.put(node.name(), probesOf(node.name()) + probes + 1));
        await().atMost(LIMIT)
                .until(() -> enough.entrySet().stream().allMatch(node -> probesOf(node.getKey()) >= node.getValue()));
        awaitMonitor();
    }

    private double probesOf(String node) {
        return bean(MeterRegistry.class).find("replication.routing.probes").tag("node", node).meters().stream()
                .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
                .mapToDouble(Measurement::getValue)
                .sum();
    }

    private Stream<PooledNode> pools() {
        return bean(ReplicationRouting.class).pools().stream();
    }

    @Override
    public void close() {
        context.close();
    }
}
