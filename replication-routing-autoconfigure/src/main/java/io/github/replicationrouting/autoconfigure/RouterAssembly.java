package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Consistency;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Discovery;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Monitor;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Node;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Reads;
import io.github.replicationrouting.autoconfigure.ReplicationRoutingProperties.Writes;
import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.internal.selection.LeastLatencySelector;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.DiscoverySettings;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.settings.ReadSettings;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.StringUtils;

/** Puts the router together out of what the application declares, or says everything that is wrong with it. */
final class RouterAssembly {

    private static final Map<String, Supplier<NodeSelector>> SELECTORS = new TreeMap<>(Map.of(
            "least-in-flight", LeastInFlightSelector::new,
            "least-latency", LeastLatencySelector::new,
            "round-robin", RoundRobinSelector::new));

    private static final Logger logger = LoggerFactory.getLogger(RouterAssembly.class);

    private final ReplicationRoutingProperties properties;
    private final NodePools pools;
    private final Map<String, ReplicationDialect> dialects;

    /** @param dialects the known dialects by name */
    RouterAssembly(ReplicationRoutingProperties properties, NodePools pools, Map<String, ReplicationDialect> dialects) {
        this.properties = properties;
        this.pools = pools;
        this.dialects = dialects;
    }

    /**
     * Builds a router without connecting it.
     *
     * @param builder the router's name, and who hears of it
     * @param nodes its nodes, in the order of the configuration
     * @param selector the application's own, which takes the place of the configured one
     * @param bulkheads where the router registers its bulkheads
     * @param source the application's own, which takes the place of asking the servers
     * @throws InvalidRoutingConfigurationException when anything is wrong with the configuration
     */
    ReplicationRouting assemble(
            ReplicationRouting.Builder builder,
            List<DeclaredNode> nodes,
            @Nullable NodeSelector selector,
            BulkheadRegistry bulkheads,
            @Nullable TopologySource source) {
        ConfigurationCheck check = new ConfigurationCheck(dialects.keySet());
        check.properties(properties);
        check.nodes(nodes);
        NodeSelector chosen = selector != null ? selector : configuredSelector(properties, check);
        List<HikariConfig> configurations = nodes.stream()
                .map(node -> pools.configurationOf(node, check::add))
                .toList();
        check.throwIfAny();
        new NodeWarnings(logger::warn).check(nodes, configurations, properties.getZone());

        builder.reads(reads(chosen))
                .writes(writes())
                .consistency(consistency())
                .monitor(monitor())
                .bulkheads(bulkheads)
                .zone(properties.getZone());
        for (int i = 0; i < nodes.size(); i++) {
            builder.node(node(nodes.get(i), configurations.get(i)));
        }
        if (source != null || properties.getDiscovery().isEnabled()) {
            builder.discovery(discovery(source));
        }
        return builder.build();
    }

    static @Nullable NodeSelector configuredSelector(
            ReplicationRoutingProperties properties, ConfigurationCheck check) {
        String name = properties.getReads().getSelector();
        Supplier<NodeSelector> known = SELECTORS.get(name);
        if (known == null) {
            String key = ReplicationRoutingProperties.PREFIX + ".reads.selector";
            check.add(
                    key + ": '" + name + "' is not known",
                    "Set '" + key + "' to one of " + SELECTORS.keySet() + ", or define a NodeSelector bean");
            return null;
        }
        return known.get();
    }

    private ReadSettings reads(@Nullable NodeSelector selector) {
        Reads reads = properties.getReads();
        return new ReadSettings(
                Objects.requireNonNull(selector),
                reads.getOutsideTransaction(),
                reads.getWhenNoneEligible(),
                reads.getMaxFallbackConcurrency());
    }

    private WriteSettings writes() {
        Writes writes = properties.getWrites();
        return new WriteSettings(
                writes.getHold(),
                writes.getMaxHeld(),
                new WritePolicy(writes.getOnMultipleWritable(), writes.getOnIncompletePromotion()));
    }

    private ConsistencySettings consistency() {
        Consistency consistency = properties.getConsistency();
        Duration pin = consistency.getPin();
        return new ConsistencySettings(
                consistency.getMode(),
                consistency.getWait(),
                pin != null ? pin : properties.getReads().getMaxLag());
    }

    private MonitorSettings monitor() {
        Monitor monitor = properties.getMonitor();
        Duration maxLag = properties.getReads().getMaxLag();
        Duration readmitLag = properties.getReads().getReadmitLag();
        if (readmitLag == null) {
            readmitLag = Duration.ofMillis(Math.max(1, maxLag.toMillis() / 2));
        }
        return new MonitorSettings(
                monitor.getInterval(),
                monitor.getTimeout(),
                monitor.getFailureThreshold(),
                monitor.getLagProbe(),
                maxLag,
                readmitLag,
                properties.getReads().getSlowStart());
    }

    private DiscoverySettings discovery(@Nullable TopologySource source) {
        Discovery discovery = properties.getDiscovery();
        return new DiscoverySettings(
                source,
                discovery.getInterval(),
                discovery.getRemoveAfter(),
                discovery.getDrainTimeout(),
                this::foundNode);
    }

    /** A node that joins is connected to like those of which nothing but the URL is declared. */
    private NodeSettings foundNode(NodeSpec spec) {
        DeclaredNode like = DeclaredNode.of(spec.name(), spec.url());
        HikariConfig pool = pools.configurationOf(like, problem -> {
            throw new IllegalArgumentException(problem.description());
        });
        return new NodeSettings(spec, pool, null, properties.getConnectTimeout(), monitorCredentials(pool));
    }

    private NodeSettings node(DeclaredNode declared, HikariConfig pool) {
        Node node = declared.settings();
        NodeSpec spec = new NodeSpec(
                declared.name(), declared.url(), node.getRole(), node.getKind(), node.getWeight(), node.getZone());
        ReplicationDialect dialect = StringUtils.hasText(node.getDialect()) ? dialects.get(node.getDialect()) : null;
        return new NodeSettings(spec, pool, dialect, properties.getConnectTimeout(), monitorCredentials(pool));
    }

    private @Nullable Credentials monitorCredentials(HikariConfig pool) {
        Monitor monitor = properties.getMonitor();
        boolean ownUser = StringUtils.hasText(monitor.getUsername());
        if (!ownUser && monitor.getPassword() == null) {
            return null;
        }
        return Credentials.of(
                ownUser ? monitor.getUsername() : pool.getUsername(),
                monitor.getPassword() != null ? monitor.getPassword() : pool.getPassword());
    }
}
