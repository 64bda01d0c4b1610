package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.NodeStatus;

/**
 * Chooses the node that serves a read. Called on application threads for every read-only transaction: implementations
 * are thread-safe, take no lock and do no I/O.
 */
@FunctionalInterface
public interface NodeSelector {

    /**
     * Chooses one node.
     *
     * @param candidates the nodes that may serve this read, never empty
     * @return one of them
     */
    NodeStatus select(Candidates candidates);
}
