package io.github.replicationrouting.selection;

import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes the nodes in turn, each as often in a row as it weighs. */
public final class RoundRobinSelector implements NodeSelector {

    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public NodeStatus select(List<NodeStatus> eligible) {
        int ticket = Math.floorMod(turn.getAndIncrement(), WeightedDraw.totalWeight(eligible));
        return eligible.get(WeightedDraw.indexOf(ticket, eligible));
    }
}
