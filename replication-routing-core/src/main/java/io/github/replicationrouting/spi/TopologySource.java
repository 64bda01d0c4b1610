package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.NodeSpec;
import java.util.Collection;

/**
 * Says which nodes there are beside the declared ones. Asked again and again on a thread of its own, where it may block.
 * A node that it names for the first time joins, and serves once it has caught up; one that it names no more is drained
 * and leaves. Declared nodes stay, whatever it says, and so does the primary while it is that. Where it fails, nothing
 * changes.
 */
@FunctionalInterface
public interface TopologySource {

    /**
     * All nodes that there are now, each with a name of its own; those that are declared may be among them or not.
     *
     * @throws Exception when it cannot tell now
     */
    Collection<NodeSpec> nodes() throws Exception;
}
