package io.github.replicationrouting;

import io.github.replicationrouting.internal.assembly.RouterComponents;
import io.github.replicationrouting.internal.assembly.RouterConfiguration;
import io.github.replicationrouting.internal.assembly.RouterFactory;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.SessionScope;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handle of one router: its data source, its nodes, and its lifecycle. Spring Boot's auto-configuration creates one, or
 * the application does:
 *
 * <pre>{@code
 * HikariConfig pool = new HikariConfig();
 * pool.setUsername("shop");
 * pool.setPassword(password);
 * pool.setInitializationFailTimeout(-1); // a node may be down at the start
 * ReplicationRouting routing = ReplicationRouting.builder("dataSource")
 *         .node(NodeSettings.defaults(NodeSpec.of("db1", "jdbc:mysql://db1:3306/shop"), pool))
 *         .node(NodeSettings.defaults(NodeSpec.of("db2", "jdbc:mysql://db2:3306/shop"), pool))
 *         .build();
 * routing.start();
 * DataSource dataSource = routing.dataSource();
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class ReplicationRouting implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplicationRouting.class);

    private final RouterComponents components;
    private final RoutingDataSource dataSource;
    private final RouterMetrics metrics;
    private final BulkheadRegistry bulkheads;

    private ReplicationRouting(RouterConfiguration configuration) {
        this.components = RouterFactory.create(configuration);
        this.dataSource = new RoutingDataSource(
                configuration.name(), components.router(), components.leases(), components.monitor());
        this.metrics = configuration.metrics();
        this.bulkheads = configuration.bulkheads();
    }

    /**
     * Returns a builder with the default settings.
     *
     * @param name name of the router, in logs, metrics and thread names
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Probes every node once, logs the settings in force in one line, and continues to probe in the background. Waits
     * for the time limit of a probe at most, and returns normally whatever the result.
     */
    public void start() {
        components.startMonitor();
        log.info("Routing {}: {}", name(), components.describe());
        components.startDiscovery();
    }

    /** Stops the probes, releases the threads that wait for a node, and closes the pools. */
    @Override
    public void close() {
        components.close();
    }

    /** Returns the name of this router. */
    public String name() {
        return components.name();
    }

    /** Returns the data source that routes each transaction. */
    public RoutingDataSource dataSource() {
        return dataSource;
    }

    /**
     * Returns a data source whose connections lead to the primary, whether the transaction is read-only or not: for
     * migrations.
     */
    public DataSource writerDataSource() {
        return dataSource.writer();
    }

    /** Returns the nodes and their states as of the latest evaluation of the monitor. Does no I/O. */
    public TopologySnapshot snapshot() {
        return components.monitor().snapshot();
    }

    /** Returns the pools of the current nodes, in the order of the configuration. */
    public List<PooledNode> pools() {
        return List.copyOf(components.membership().pools());
    }

    /** Returns the number of writes that wait for a primary. */
    public int held() {
        return components.primaryWait().waiting();
    }

    /** Returns the recorder of this router's metrics. */
    public RouterMetrics metrics() {
        return metrics;
    }

    /** Returns the registry with the bulkheads {@code <router>-fallback-<node>} of the reads that a primary serves. */
    public BulkheadRegistry bulkheads() {
        return bulkheads;
    }

    /**
     * Adds a node. It serves once the monitor has found it caught up; a node that cannot be reached is added as down.
     * Waits at most five seconds until its pool is filled.
     *
     * @throws IllegalArgumentException when the name is taken, or no driver accepts the URL
     * @throws IllegalStateException when the router is closed
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    public void addNode(NodeSettings node) throws InterruptedException {
        components.membership().join(node);
    }

    /**
     * Removes a node. It gets no new work, and its pool is closed when the work in flight has ended; this method waits
     * for that. While the primary leaves, writes fail until another node is writable.
     *
     * @param drainTimeout time limit for the work in flight, after which its connections are closed
     * @throws IllegalArgumentException when no node has this name
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    public void removeNode(String nodeName, Duration drainTimeout) throws InterruptedException {
        components.membership().leave(nodeName, drainTimeout);
    }

    /**
     * Drains a node: it gets no new work until {@link #undrain}, whatever its server does. Its state is
     * {@code DRAINING} until nothing is in flight, then {@code DRAINED}; it is still probed. Returns when decisions
     * respect it, after a second at most, and does not wait for the work in flight.
     *
     * <p>The primary cannot be drained, because writes would have nowhere to go. A drained replica that is promoted
     * becomes the primary nevertheless, and is in use again.
     *
     * @throws IllegalArgumentException when no node has this name
     * @throws IllegalStateException when the node is the primary
     */
    public void drain(String nodeName) {
        components.monitor().drain(nodeName);
    }

    /**
     * Readmits a drained or draining node: if it is fit, it serves immediately, with a small share at first. Has no
     * effect on other nodes. Returns when decisions respect it, after a second at most.
     *
     * @throws IllegalArgumentException when no node has this name
     */
    public void undrain(String nodeName) {
        components.monitor().undrain(nodeName);
    }

    /** Returns what the current primary lacked when it was promoted; null when nothing is known to be missing. */
    public @Nullable IncompletePromotion incompletePromotion() {
        return components.promotions().incomplete();
    }

    /**
     * Accepts a promotion that is refused because the promoted node lacks commits of its predecessor
     * ({@code writes.on-incomplete-promotion=reject}). The missing commits are lost, and writes continue. Has no effect
     * when no promotion is refused.
     */
    public void acceptPromotion() {
        components.monitor().acceptPromotion();
    }

    /** Builder of a router. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private final List<NodeSettings> nodes = new ArrayList<>();
        private TopologyKind topology = TopologyKind.PRIMARY_REPLICA;
        private ReadSettings reads = ReadSettings.defaults();
        private WriteSettings writes = WriteSettings.defaults();
        private ConsistencySettings consistency = ConsistencySettings.defaults();
        private MonitorSettings monitor = MonitorSettings.defaults();
        private @Nullable String zone;
        private @Nullable DiscoverySettings discovery;
        private SessionScope sessionScope = SessionScope.THREAD;
        private final List<TopologyListener> listeners = new ArrayList<>();
        private RouterMetrics metrics = RouterMetrics.NONE;
        private BulkheadRegistry bulkheads = BulkheadRegistry.ofDefaults();

        private Builder(String name) {
            this.name = name;
        }

        /** Adds a node. Nodes keep their order. */
        public Builder node(NodeSettings node) {
            nodes.add(node);
            return this;
        }

        /** Sets the way in which the nodes replicate; one primary with replicas by default. */
        public Builder topology(TopologyKind topology) {
            this.topology = topology;
            return this;
        }

        /** Sets the settings that decide which node serves a read. */
        public Builder reads(ReadSettings reads) {
            this.reads = reads;
            return this;
        }

        /** Sets the settings of writes without a primary, and of what is accepted as the primary. */
        public Builder writes(WriteSettings writes) {
            this.writes = writes;
            return this;
        }

        /** Sets the settings of the consistency of reads on replicas. */
        public Builder consistency(ConsistencySettings consistency) {
            this.consistency = consistency;
            return this;
        }

        /** Sets the settings of the probes, and of the lag at which a replica is evicted. */
        public Builder monitor(MonitorSettings monitor) {
            this.monitor = monitor;
            return this;
        }

        /** Sets the application's zone, whose nodes are preferred for reads; null, the default, for none. */
        public Builder zone(@Nullable String zone) {
            this.zone = zone;
            return this;
        }

        /** Sets the settings of the discovery of further nodes; by default there is no discovery. */
        public Builder discovery(DiscoverySettings discovery) {
            this.discovery = discovery;
            return this;
        }

        /** Sets the scope of a session, as shown in the log line at the start; a thread by default. */
        public Builder sessionScope(SessionScope sessionScope) {
            this.sessionScope = sessionScope;
            return this;
        }

        /** Adds a listener, which is called on the monitor's thread. Listeners keep their order. */
        public Builder listener(TopologyListener listener) {
            listeners.add(listener);
            return this;
        }

        /** Sets the recorder of metrics; none by default. */
        public Builder metrics(RouterMetrics metrics) {
            this.metrics = metrics;
            return this;
        }

        /** Sets the registry of the bulkheads of reads on a primary; a registry of the router's own by default. */
        public Builder bulkheads(BulkheadRegistry bulkheads) {
            this.bulkheads = bulkheads;
            return this;
        }

        /**
         * Creates the router. Its pools start to fill in the background; this method waits for no server, unless a pool
         * has a positive initialization-fail timeout.
         *
         * @throws IllegalArgumentException when there is no node, a name occurs twice, or no driver accepts a URL
         */
        public ReplicationRouting build() {
            return new ReplicationRouting(new RouterConfiguration(
                    name,
                    nodes,
                    topology,
                    reads,
                    writes,
                    consistency,
                    monitor,
                    zone,
                    discovery,
                    sessionScope,
                    listeners,
                    metrics,
                    bulkheads));
        }
    }
}
