package io.github.replicationrouting.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.InvalidSettingsException;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.StringUtils;

/** Applies the properties and the declared nodes to the builder of a router. */
final class RouterConfigurer {

    private static final Logger logger = LoggerFactory.getLogger(RouterConfigurer.class);

    private final ReplicationRoutingProperties properties;
    private final PoolConfigurations pools;
    private final Map<String, ReplicationDialect> dialects;

    /** @param dialects the known dialects by name */
    RouterConfigurer(
            ReplicationRoutingProperties properties,
            PoolConfigurations pools,
            Map<String, ReplicationDialect> dialects) {
        this.properties = properties;
        this.pools = pools;
        this.dialects = dialects;
    }

    /**
     * Configures a router.
     *
     * @param nodes the declared nodes, in the order of the configuration
     * @param selector the application's own selector; null for the configured strategy
     * @param source the application's own source of nodes; null for the servers themselves, where that is enabled
     * @throws InvalidSettingsException when a value is not valid
     */
    void configure(
            ReplicationRouting.Builder router,
            List<DeclaredNode> nodes,
            @Nullable NodeSelector selector,
            @Nullable TopologySource source) {
        Problems problems = new Problems();
        new PropertiesCheck(problems).check(properties, selector != null);
        new NodeCheck(properties.getTopology(), dialects.keySet(), problems).check(nodes);
        List<HikariConfig> configurations =
                nodes.stream().map(node -> pools.of(node, problems::add)).toList();
        problems.throwIfAny();
        new NodeWarnings(RouterGuard.warningsOf(logger)).check(nodes, configurations, properties.getZone());
        new WriteWarnings(RouterGuard.warningsOf(logger))
                .check(
                        properties,
                        nodes,
                        source != null || properties.getDiscovery().isEnabled());

        router.topology(properties.getTopology())
                .reads(properties.getReads().toSettings(selector))
                .writes(properties.getWrites().toSettings())
                .consistency(properties.getConsistency().toSettings(properties.getReads()))
                .monitor(properties.getMonitor().toSettings(properties.getReads()))
                .zone(properties.getZone());
        for (int i = 0; i < nodes.size(); i++) {
            router.node(declaredNode(nodes.get(i), configurations.get(i)));
        }
        if (source != null || properties.getDiscovery().isEnabled()) {
            router.discovery(properties.getDiscovery().toSettings(source, this::discoveredNode));
        }
    }

    private NodeSettings declaredNode(DeclaredNode node, HikariConfig pool) {
        String dialect = node.settings().getDialect();
        return properties.toSettings(node.spec(), pool, StringUtils.hasText(dialect) ? dialects.get(dialect) : null);
    }

    /** Connects to a discovered node as to a declared one that has nothing but a URL. */
    private NodeSettings discoveredNode(NodeSpec spec) {
        HikariConfig pool = pools.of(DeclaredNode.of(spec.name(), spec.url()), problem -> {
            throw new InvalidSettingsException(List.of(problem));
        });
        return properties.toSettings(spec, pool, null);
    }
}
