package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.NodeStatus;

/**
 * Strategy that chooses the node that serves a read.
 *
 * <p>Called on application threads for every read-only transaction: implementations must be thread-safe, and should
 * take no lock, do no I/O and allocate as little as possible. A bean of this type replaces the strategy of
 * {@code replication.routing.reads.selector}.
 *
 * <pre>{@code
 * NodeSelector heaviest = candidates -> {
 *     int best = 0;
 *     for (int i = 1; i < candidates.size(); i++) {
 *         best = candidates.weight(i) > candidates.weight(best) ? i : best;
 *     }
 *     return candidates.node(best);
 * };
 * }</pre>
 */
@FunctionalInterface
public interface NodeSelector {

    /**
     * Chooses one node. An exception that it throws fails the read.
     *
     * @param candidates the nodes that may serve this read, at least one
     * @return one of the candidates
     */
    NodeStatus select(Candidates candidates);
}
