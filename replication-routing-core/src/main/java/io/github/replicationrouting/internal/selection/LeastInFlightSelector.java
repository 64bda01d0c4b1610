package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.NodeStatus;

/** The less busy of two nodes drawn at random: that with fewer connections in flight per weight. */
public final class LeastInFlightSelector implements NodeSelector {

    @Override
    public NodeStatus select(Candidates candidates) {
        return PowerOfTwoChoices.lessLoaded(candidates, node -> node.node().inFlight());
    }
}
