package io.github.replicationrouting.internal.assembly;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.IsolationLevel;
import io.github.replicationrouting.internal.connection.logical.FallbackLimiter;
import io.github.replicationrouting.internal.connection.logical.LeaseManager;
import io.github.replicationrouting.internal.connection.logical.PrimaryWait;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.monitor.ServerTopologySource;
import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.routing.Router;
import io.github.replicationrouting.internal.routing.RouterSettings;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Creates the components of a router and connects them to each other. One factory creates one router. */
public final class RouterFactory {

    private final RouterConfiguration configuration;
    private final Dialects dialects = Dialects.standard();
    private final PoolHealthRegistry poolHealth;
    private final ConnectionDefaults connectionDefaults;
    private final ExecutorService background;
    private final NodeFactory nodeFactory;
    private final List<NodeFactory.Parts> nodes = new ArrayList<>();
    private final ConcurrentMap<Node, NodePool> pools = new ConcurrentHashMap<>();

    private RouterFactory(RouterConfiguration configuration) {
        this.configuration = configuration;
        this.poolHealth = new PoolHealthRegistry(configuration.monitor().interval());
        this.connectionDefaults = defaultsOf(configuration.nodes().get(0).pool());
        this.background = BackgroundThreads.named(configuration.name());
        this.nodeFactory = new NodeFactory(
                configuration.name(),
                dialects,
                connectionDefaults,
                poolHealth,
                background,
                new SessionOptions(
                        configuration.consistency().mode() == ConsistencyMode.SESSION,
                        configuration.reads().readCommittedInAutoCommit()),
                configuration.topology() == TopologyKind.MULTI_PRIMARY);
    }

    /**
     * Creates a router. Its pools start to fill in the background.
     *
     * @throws IllegalArgumentException when no driver accepts the URL of a node
     */
    public static RouterComponents create(RouterConfiguration configuration) {
        RouterFactory factory = new RouterFactory(configuration);
        try {
            factory.createNodes();
            return factory.createComponents();
        } catch (RuntimeException e) {
            factory.pools.values().forEach(NodePool::close);
            factory.background.shutdown();
            throw e;
        }
    }

    private void createNodes() {
        for (NodeSettings settings : configuration.nodes()) {
            NodeFactory.Parts node = nodeFactory.create(settings);
            nodes.add(node);
            pools.put(node.node(), node.pool());
        }
    }

    private RouterComponents createComponents() {
        KnownPositions knownPositions =
                new KnownPositions(configuration.monitor().interval());
        LastPromotion promotions = new LastPromotion();
        FallbackLimiter fallbackReads = createFallbackLimiter();
        TopologyMonitor monitor = createMonitor(fallbackReads, knownPositions, promotions);
        Consistency consistency = new Consistency(
                configuration.name(),
                configuration.consistency(),
                monitor,
                knownPositions,
                configuration.monitor().interval(),
                configuration.metrics());
        PrimaryWait primaryWait =
                new PrimaryWait(monitor, configuration.writes().hold(), maxHeld(), configuration.metrics());
        Membership membership = new Membership(configuration.name(), nodeFactory, nodes, monitor, pools, background);
        return new RouterComponents(
                configuration.name(),
                new Router(
                        monitor,
                        RouterSettings.of(
                                configuration.reads(),
                                configuration.writes(),
                                configuration.consistency(),
                                configuration.monitor(),
                                configuration.zone())),
                new LeaseManager(
                        configuration.name(),
                        pools,
                        monitor,
                        connectionDefaults,
                        primaryWait,
                        configuration.metrics(),
                        fallbackReads,
                        consistency),
                monitor,
                primaryWait,
                fallbackReads,
                membership,
                createDiscovery(membership, monitor),
                promotions,
                () -> describe(consistency, monitor),
                background);
    }

    /** The application's listeners come last, because they may take their time. */
    private TopologyMonitor createMonitor(
            FallbackLimiter fallbackReads, KnownPositions knownPositions, LastPromotion promotions) {
        List<TopologyListener> listeners = new ArrayList<>();
        listeners.add(new PoolTopologyListener(pools, fallbackReads));
        listeners.add(new KnownPositionsListener(knownPositions));
        listeners.add(promotions);
        listeners.addAll(configuration.listeners());
        return new TopologyMonitor(
                configuration.name(),
                nodes.stream().map(NodeFactory.Parts::probeTarget).toList(),
                configuration.monitor(),
                dialects,
                poolHealth,
                listeners,
                configuration.metrics(),
                configuration.topology(),
                configuration.writes());
    }

    /** A router with one node has no replica to fall back from: nothing is limited unless a limit is set. */
    private FallbackLimiter createFallbackLimiter() {
        Integer limit = configuration.reads().maxFallbackConcurrency();
        return new FallbackLimiter(
                configuration.name(),
                configuration.bulkheads(),
                limit == null && pools.size() == 1 ? Integer.valueOf(Integer.MAX_VALUE) : limit);
    }

    private int maxHeld() {
        Integer configured = configuration.writes().maxHeld();
        return configured != null
                ? configured
                : pools.values().stream()
                        .mapToInt(pool -> pool.pool().getMaximumPoolSize())
                        .max()
                        .orElse(0);
    }

    private @Nullable TopologyDiscovery createDiscovery(Membership membership, TopologyMonitor monitor) {
        DiscoverySettings configured = configuration.discovery();
        if (configured == null) {
            return null;
        }
        DiscoverySettings settings = new DiscoverySettings(
                configured.source(),
                configured.interval(),
                configured.removeAfter(),
                configured.drainTimeout(),
                spec -> nodeFactory.withCurrentAccount(configured.settings().apply(spec)));
        TopologySource source = settings.source() != null
                ? settings.source()
                : new ServerTopologySource(
                        configuration.name(),
                        monitor,
                        membership::probeTarget,
                        spec -> NodeFactory.probeTarget(settings.settings().apply(spec)),
                        dialects,
                        configuration.monitor().timeout(),
                        settings.removeAfter(),
                        System::nanoTime);
        Set<String> declared =
                configuration.nodes().stream().map(node -> node.spec().name()).collect(Collectors.toUnmodifiableSet());
        return new TopologyDiscovery(configuration.name(), source, settings, membership, monitor, declared);
    }

    private String describe(Consistency consistency, TopologyMonitor monitor) {
        Boolean reported = consistency.isOn()
                ? CommitTracking.areReported(
                        monitor, pools, configuration.monitor().timeout())
                : null;
        return consistency.describe(configuration.sessionScope(), reported);
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
