package io.github.replicationrouting.selection;

import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;

/**
 * Chooses the node that serves a read. Called on application threads for every read-only transaction: implementations
 * are thread-safe, take no lock and do no I/O.
 */
@FunctionalInterface
public interface NodeSelector {

    /**
     * Chooses one node.
     *
     * @param eligible the nodes that may serve this read, never empty, in the order of the configuration
     * @return one of {@code eligible}
     */
    NodeStatus select(List<NodeStatus> eligible);
}
