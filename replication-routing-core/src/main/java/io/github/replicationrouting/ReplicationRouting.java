package io.github.replicationrouting;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.IsolationLevel;
import io.github.replicationrouting.internal.assembly.BackgroundThreads;
import io.github.replicationrouting.internal.assembly.CommitTracking;
import io.github.replicationrouting.internal.assembly.KnownPositionsListener;
import io.github.replicationrouting.internal.assembly.LastPromotion;
import io.github.replicationrouting.internal.assembly.Membership;
import io.github.replicationrouting.internal.assembly.NodeFactory;
import io.github.replicationrouting.internal.assembly.PoolTopologyListener;
import io.github.replicationrouting.internal.assembly.TopologyDiscovery;
import io.github.replicationrouting.internal.connection.logical.FallbackLimiter;
import io.github.replicationrouting.internal.connection.logical.LeaseManager;
import io.github.replicationrouting.internal.connection.logical.PrimaryWait;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.consistency.SessionScope;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.monitor.ServerTopologySource;
import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.internal.routing.Router;
import io.github.replicationrouting.internal.routing.RouterSettings;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Node;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One router with all that belongs to it: monitor, pools, data sources. Assembled by Spring Boot's auto-configuration,
 * or by hand:
 *
 * <pre>{@code
 * ReplicationRouting routing = ReplicationRouting.builder("dataSource").node(db1).node(db2).build();
 * routing.start();
 * DataSource dataSource = routing.dataSource();
 * }</pre>
 *
 * Thread-safe. {@link #close()} ends the probes and closes the pools.
 */
public final class ReplicationRouting implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplicationRouting.class);

    private final String name;
    private final TopologyMonitor monitor;
    private final PrimaryWait hold;
    private final FallbackLimiter fallbackReads;
    private final Membership membership;
    private final RoutingDataSource dataSource;
    private final @Nullable TopologyDiscovery discovery;
    private final BulkheadRegistry bulkheads;
    private final ExecutorService background;
    private final RouterMetrics metrics;
    private final Supplier<String> promise;
    private final LastPromotion promotions;

    private ReplicationRouting(
            String name,
            TopologyMonitor monitor,
            PrimaryWait hold,
            FallbackLimiter fallbackReads,
            Membership membership,
            RoutingDataSource dataSource,
            @Nullable TopologyDiscovery discovery,
            BulkheadRegistry bulkheads,
            ExecutorService background,
            RouterMetrics metrics,
            Supplier<String> promise,
            LastPromotion promotions) {
        this.name = name;
        this.promise = promise;
        this.promotions = promotions;
        this.metrics = metrics;
        this.monitor = monitor;
        this.hold = hold;
        this.fallbackReads = fallbackReads;
        this.membership = membership;
        this.dataSource = dataSource;
        this.discovery = discovery;
        this.bulkheads = bulkheads;
        this.background = background;
    }

    /**
     * Starts to describe a router.
     *
     * @param name name of the router, in logs and thread names; the bean name of its data source
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** Name of this router. */
    public String name() {
        return name;
    }

    /** The routing data source. */
    public RoutingDataSource dataSource() {
        return dataSource;
    }

    /** Always the primary, whatever the transaction says: for migrations. */
    public DataSource writerDataSource() {
        return dataSource.writer();
    }

    /** What the monitor knows. */
    public Topology topology() {
        return monitor;
    }

    /**
     * Has writes go on with a node that was promoted without everything that its predecessor had
     * ({@code writes.on-incomplete-promotion=reject}): what is missing is given up. Without effect where no promotion is
     * refused.
     */
    public void acceptPromotion() {
        monitor.acceptPromotion();
    }

    /** What the primary of now lacked when it was promoted; null where it lacked nothing, as far as is known. */
    public @Nullable IncompletePromotion incompletePromotion() {
        return promotions.incomplete();
    }

    /** Writes that wait for a primary now. */
    public int held() {
        return hold.waiting();
    }

    /** Who counts. */
    public RouterMetrics metrics() {
        return metrics;
    }

    /** The pool of each node that there is now, in the order of the configuration. */
    public List<NodePool> pools() {
        return membership.pools();
    }

    /**
     * Lets a node join. It serves once the monitor has found it caught up; one that cannot be reached is shown to be down.
     * Waits until its pool is filled, at most five seconds.
     *
     * @throws IllegalArgumentException when the name is taken, or no driver accepts the URL
     * @throws IllegalStateException when the router is closed
     */
    public void addNode(NodeSettings node) throws InterruptedException {
        membership.join(node);
    }

    /**
     * Lets a node leave: it gets no new work, and its pool is closed when what runs there has ended. Waits for that. While
     * the primary leaves, writes fail until another node is writable.
     *
     * @param drainTimeout how long running work may take before its connections are closed
     * @throws IllegalArgumentException when there is no such node
     */
    public void removeNode(String nodeName, Duration drainTimeout) throws InterruptedException {
        membership.leave(nodeName, drainTimeout);
    }

    /** With the bulkhead {@code <router>-fallback-<node>} of the reads that a primary serves for want of a replica. */
    public BulkheadRegistry bulkheads() {
        return bulkheads;
    }

    /**
     * Looks at every node once, bounded by the monitor's time limit, and goes on looking in the background. Returns
     * normally whatever is found, and says it in one log line.
     */
    public void start() {
        monitor.start();
        log.info("Routing {}: {}; {}", name, monitor.describe(), promise.get());
        if (discovery != null) {
            discovery.start();
        }
    }

    /**
     * Takes a node out of use: it gets no new work, what runs on it ends, and it stays out, whatever its server does,
     * until {@link #undrain}. Its state is {@code DRAINING} until nothing is in flight, then {@code DRAINED}; it is still
     * probed. Returns when decisions see it, at the latest after a second, and does not wait for the work to end.
     *
     * <p>The primary is not drained, because writes would have nowhere to go. A drained replica that is promoted becomes
     * the primary all the same, and is in use again.
     *
     * @throws IllegalArgumentException when no node has this name
     * @throws IllegalStateException when the node is the primary
     */
    public void drain(String node) {
        monitor.drain(node);
    }

    /**
     * Lets a drained or draining node back in: it serves at once if it is fit, at first with a small share. Nothing
     * changes for another node. Returns when decisions see it, at the latest after a second.
     *
     * @throws IllegalArgumentException when no node has this name
     */
    public void undrain(String node) {
        monitor.undrain(node);
    }

    @Override
    public void close() {
        if (discovery != null) {
            discovery.close();
        }
        hold.close();
        monitor.close();
        fallbackReads.close();
        membership.close();
        background.shutdown();
    }

    /** Describes a router. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private final List<NodeSettings> nodes = new ArrayList<>();
        private ReadSettings reads = ReadSettings.defaults();
        private WriteSettings writes = WriteSettings.defaults();
        private MonitorSettings monitor = MonitorSettings.defaults();
        private ConsistencySettings consistency = ConsistencySettings.defaults();
        private SessionScope sessionScope = SessionScope.THREAD;
        private @Nullable String zone;
        private final List<TopologyListener> listeners = new ArrayList<>();
        private RouterMetrics metrics = RouterMetrics.NONE;
        private BulkheadRegistry bulkheads = BulkheadRegistry.ofDefaults();
        private @Nullable DiscoverySettings discovery;

        private Builder(String name) {
            this.name = name;
        }

        /** Adds a node; the order is kept. */
        public Builder node(NodeSettings node) {
            nodes.add(node);
            return this;
        }

        /** Who serves reads; the defaults unless set. */
        public Builder reads(ReadSettings reads) {
            this.reads = reads;
            return this;
        }

        /** What writes do without a primary, or with several; the defaults unless set. */
        public Builder writes(WriteSettings writes) {
            this.writes = writes;
            return this;
        }

        /** How nodes are watched; the defaults unless set. */
        public Builder monitor(MonitorSettings monitor) {
            this.monitor = monitor;
            return this;
        }

        /** What sessions may rely on; the defaults unless set. */
        public Builder consistency(ConsistencySettings consistency) {
            this.consistency = consistency;
            return this;
        }

        /** How far sessions reach, to be told at the start; a thread unless set. */
        public Builder sessionScope(SessionScope sessionScope) {
            this.sessionScope = sessionScope;
            return this;
        }

        /** The application's own zone; its nodes are preferred for reads. */
        public Builder zone(@Nullable String zone) {
            this.zone = zone;
            return this;
        }

        /** Adds somebody who hears of changes, on the monitor's thread; the order is kept. */
        public Builder listener(TopologyListener listener) {
            listeners.add(listener);
            return this;
        }

        /** Where the bulkheads of reads on the primary are registered; a registry of the router's own unless set. */
        public Builder bulkheads(BulkheadRegistry bulkheads) {
            this.bulkheads = bulkheads;
            return this;
        }

        /** Who counts; nobody unless set. */
        public Builder metrics(RouterMetrics metrics) {
            this.metrics = metrics;
            return this;
        }

        /** How nodes beside the declared ones are found; there are none unless set. */
        public Builder discovery(DiscoverySettings discovery) {
            this.discovery = discovery;
            return this;
        }

        /**
         * Puts the parts together. The pools start to fill in the background; no server is waited for.
         *
         * @throws IllegalArgumentException when there is no node, a name occurs twice, or no driver accepts a URL
         */
        public ReplicationRouting build() {
            if (nodes.isEmpty()) {
                throw new IllegalArgumentException("Router " + name + " has no nodes");
            }
            Dialects dialects = Dialects.standard();
            PoolHealthRegistry poolHealth = new PoolHealthRegistry(monitor.interval());
            ConnectionDefaults defaults = defaultsOf(nodes.get(0).pool());
            List<NodeFactory.Parts> parts = new ArrayList<>();
            ConcurrentMap<Node, NodePool> pools = new ConcurrentHashMap<>();
            ExecutorService background = BackgroundThreads.named(name);
            NodeFactory assembly = new NodeFactory(
                    dialects, defaults, poolHealth, background, consistency.mode() == ConsistencyMode.SESSION);
            requireDifferentNames();
            try {
                for (NodeSettings settings : nodes) {
                    NodeFactory.Parts node = assembly.assemble(settings);
                    parts.add(node);
                    pools.put(node.node(), node.pool());
                }
                // First of all, because others may take their time.
                List<TopologyListener> all = new ArrayList<>(listeners);
                KnownPositions known = new KnownPositions(monitor.interval());
                FallbackLimiter fallbackReads = fallbackReads(pools.size());
                all.add(0, new PoolTopologyListener(pools, fallbackReads));
                all.add(1, new KnownPositionsListener(known));
                LastPromotion promotions = new LastPromotion();
                all.add(2, promotions);
                TopologyMonitor topology = new TopologyMonitor(
                        name, monitoredOf(parts), monitor, dialects, poolHealth, all, metrics, writes.policy());
                Consistency sessions = new Consistency(name, consistency, topology, known, monitor.interval(), metrics);
                RouterSettings decisions = new RouterSettings(
                        reads.selector(),
                        reads.outsideTransaction(),
                        reads.whenNoneEligible(),
                        monitor.maxLag(),
                        zone,
                        consistency.longestWait(),
                        monitor.interval());
                PrimaryWait hold = new PrimaryWait(topology, writes.hold(), mostHeld(pools.values()), metrics);
                RoutingDataSource dataSource = new RoutingDataSource(
                        name,
                        new Router(topology, decisions),
                        new LeaseManager(pools, topology, defaults, hold, metrics, fallbackReads, sessions),
                        topology);
                Membership membership = new Membership(name, assembly, parts, topology, pools, background);
                return new ReplicationRouting(
                        name,
                        topology,
                        hold,
                        fallbackReads,
                        membership,
                        dataSource,
                        discoveryOf(membership, topology, dialects, assembly),
                        bulkheads,
                        background,
                        metrics,
                        () -> sessions.describe(
                                sessionScope,
                                sessions.isOn()
                                        ? CommitTracking.areReported(topology, pools, monitor.timeout())
                                        : null),
                        promotions);
            } catch (RuntimeException e) {
                pools.values().forEach(NodePool::close);
                background.shutdown();
                throw e;
            }
        }

        private int mostHeld(Collection<NodePool> pools) {
            Integer configured = writes.maxHeld();
            return configured != null
                    ? configured
                    : pools.stream()
                            .mapToInt(pool -> pool.pool().getMaximumPoolSize())
                            .max()
                            .orElse(0);
        }

        /** A single node has no replica to miss, so that nothing is kept from it unless somebody says so. */
        private FallbackLimiter fallbackReads(int nodes) {
            Integer limit = reads.maxFallbackConcurrency();
            return new FallbackLimiter(
                    name, bulkheads, nodes == 1 && limit == null ? Integer.valueOf(Integer.MAX_VALUE) : limit);
        }

        private static List<ProbeTarget> monitoredOf(List<NodeFactory.Parts> parts) {
            return parts.stream().map(NodeFactory.Parts::monitored).toList();
        }

        private @Nullable TopologyDiscovery discoveryOf(
                Membership membership, TopologyMonitor topology, Dialects dialects, NodeFactory assembly) {
            DiscoverySettings configured = discovery;
            if (configured == null) {
                return null;
            }
            DiscoverySettings found = configured.connecting(
                    spec -> assembly.withCurrentAccount(configured.settings().apply(spec)));
            TopologySource source = found.source() != null
                    ? found.source()
                    : new ServerTopologySource(
                            name,
                            topology,
                            membership::monitored,
                            spec -> NodeFactory.monitored(found.settings().apply(spec)),
                            dialects,
                            monitor.timeout(),
                            found.removeAfter(),
                            System::nanoTime);
            Set<String> declared =
                    nodes.stream().map(node -> node.spec().name()).collect(Collectors.toUnmodifiableSet());
            return new TopologyDiscovery(name, source, found, membership, topology, declared);
        }

        private void requireDifferentNames() {
            Set<String> names = new HashSet<>();
            for (NodeSettings node : nodes) {
                if (!names.add(node.spec().name())) {
                    throw new IllegalArgumentException("Router " + name + " has two nodes named "
                            + node.spec().name());
                }
            }
        }

        private static ConnectionDefaults defaultsOf(HikariConfig pool) {
            String isolation = pool.getTransactionIsolation();
            return new ConnectionDefaults(
                    pool.isAutoCommit(),
                    isolation == null
                            ? null
                            : (Integer) IsolationLevel.valueOf(isolation).getLevelId());
        }
    }
}
