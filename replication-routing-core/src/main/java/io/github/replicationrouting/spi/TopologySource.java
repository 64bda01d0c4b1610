package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.NodeSpec;
import java.util.Collection;

/**
 * Source of the nodes that exist besides the declared ones, such as a service registry.
 *
 * <p>Called periodically by one thread of the router, which it may block. A node that is returned for the first time
 * joins, and serves reads once it has caught up; one that is no longer returned is drained and leaves. Declared nodes
 * remain regardless, and the primary remains while it is the primary. If a call fails, the nodes remain as they are,
 * and the failure is logged.
 *
 * <pre>{@code
 * TopologySource source = () -> registry.instances("shop-db").stream()
 *         .map(instance -> NodeSpec.of(instance.id(), "jdbc:mysql://" + instance.address() + "/shop"))
 *         .toList();
 * }</pre>
 */
@FunctionalInterface
public interface TopologySource {

    /**
     * Returns all nodes that exist now, each with a unique name; declared nodes may be included or not.
     *
     * @throws Exception if the nodes cannot be determined at the moment
     */
    Collection<NodeSpec> nodes() throws Exception;
}
