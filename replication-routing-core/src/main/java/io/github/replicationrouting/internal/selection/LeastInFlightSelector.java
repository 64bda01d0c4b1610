package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.NodeStatus;

/**
 * Selects, of two nodes drawn at random, the one with fewer connections in flight in proportion to its weight.
 * Thread-safe, without a lock.
 *
 * @see PowerOfTwoChoices
 */
public final class LeastInFlightSelector implements NodeSelector {

    @Override
    public NodeStatus select(Candidates candidates) {
        return PowerOfTwoChoices.lessLoaded(candidates, node -> node.node().inFlight());
    }
}
