package io.github.replicationrouting.settings;

import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the discovery of further nodes.
 *
 * @param source source of the list of nodes; null for the servers themselves
 * @param interval time between two queries of the source
 * @param removeAfter time after which a node that no server reports any more is removed; unused with a {@code source}
 * @param drainTimeout time limit for running work on a node that is removed, after which its connections are closed
 * @param settings connection settings for a node that joins
 */
public record DiscoverySettings(
        @Nullable TopologySource source,
        Duration interval,
        Duration removeAfter,
        Duration drainTimeout,
        Function<NodeSpec, NodeSettings> settings) {

    /** @throws InvalidSettingsException when a duration is not positive */
    public DiscoverySettings {
        new ValueCheck()
                .positive("discovery.interval", interval)
                .positive("discovery.remove-after", removeAfter)
                .positive("discovery.drain-timeout", drainTimeout)
                .throwIfAny();
    }

    /**
     * Returns settings with the default times.
     *
     * @param source source of the list of nodes; null for the servers themselves
     * @param settings connection settings for a node that joins
     */
    public static DiscoverySettings defaults(
            @Nullable TopologySource source, Function<NodeSpec, NodeSettings> settings) {
        return new DiscoverySettings(
                source, Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(30), settings);
    }
}
