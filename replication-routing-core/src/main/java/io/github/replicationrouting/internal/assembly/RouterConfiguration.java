package io.github.replicationrouting.internal.assembly;

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
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Complete description of a router.
 *
 * @param name name of the router
 * @param nodes its nodes, in the order of the configuration
 * @param topology way in which they replicate
 * @param reads settings of reads
 * @param writes settings of writes
 * @param consistency settings of sessions
 * @param monitor settings of the monitor
 * @param zone the application's zone; null for none
 * @param discovery settings of the discovery of further nodes; null for none
 * @param sessionScope scope of a session, for the log line at the start
 * @param listeners the application's listeners, in the order in which they are called
 * @param metrics recorder of the router's metrics
 * @param bulkheads registry for the bulkheads of reads on a primary
 */
public record RouterConfiguration(
        String name,
        List<NodeSettings> nodes,
        TopologyKind topology,
        ReadSettings reads,
        WriteSettings writes,
        ConsistencySettings consistency,
        MonitorSettings monitor,
        @Nullable String zone,
        @Nullable DiscoverySettings discovery,
        SessionScope sessionScope,
        List<TopologyListener> listeners,
        RouterMetrics metrics,
        BulkheadRegistry bulkheads) {

    /** @throws IllegalArgumentException when there is no node, or a name occurs twice */
    public RouterConfiguration {
        nodes = List.copyOf(nodes);
        listeners = List.copyOf(listeners);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("Router " + name + " has no nodes; add at least one");
        }
        Set<String> names = new HashSet<>();
        for (NodeSettings node : nodes) {
            if (!names.add(node.spec().name())) {
                throw new IllegalArgumentException("Router " + name + " has two nodes named "
                        + node.spec().name() + "; give each node a name of its own");
            }
        }
    }
}
