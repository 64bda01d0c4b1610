package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Takes the nodes in turn, each as often as it weighs, and evenly spread. */
public final class RoundRobinSelector implements NodeSelector {

    private final AtomicInteger turn = new AtomicInteger();

    /** Of the candidates met last. Racing threads make equal ones; any of them may win. */
    private volatile @Nullable WeightedRoundRobin rota;

    @Override
    public NodeStatus select(Candidates candidates) {
        WeightedRoundRobin known = rota;
        if (known == null || known.candidates() != candidates) {
            known = WeightedRoundRobin.of(candidates);
            rota = known;
        }
        return known.at(turn.getAndIncrement());
    }
}
