package io.github.replicationrouting.settings;

import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a router finds out which nodes there are beside the declared ones.
 *
 * @param source who is asked; null for the servers themselves
 * @param interval time between two looks
 * @param removeAfter how long a node that no server tells of any more stays; of no meaning to another source
 * @param drainTimeout how long work on a node that leaves may take before its connections are closed
 * @param settings how to connect to a node that joins
 */
public record DiscoverySettings(
        @Nullable TopologySource source,
        Duration interval,
        Duration removeAfter,
        Duration drainTimeout,
        Function<NodeSpec, NodeSettings> settings) {

    public DiscoverySettings {
        requirePositive("interval", interval);
        requirePositive("remove-after", removeAfter);
        requirePositive("drain-timeout", drainTimeout);
    }

    /** The same with other ways to connect. */
    public DiscoverySettings connecting(Function<NodeSpec, NodeSettings> other) {
        return new DiscoverySettings(source, interval, removeAfter, drainTimeout, other);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(name + " must be at least one millisecond, was " + value);
        }
    }
}
