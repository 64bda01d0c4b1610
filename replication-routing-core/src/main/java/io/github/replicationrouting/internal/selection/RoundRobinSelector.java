package io.github.replicationrouting.internal.selection;

import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Selects the nodes in turn, each in proportion to its weight and evenly spread. Thread-safe, without a lock. */
public final class RoundRobinSelector implements NodeSelector {

    private final AtomicInteger turn = new AtomicInteger();

    /** The sequence of the latest candidates. Concurrent threads create equal ones, so that any of them may win. */
    private volatile @Nullable WeightedRoundRobin sequence;

    @Override
    public NodeStatus select(Candidates candidates) {
        WeightedRoundRobin current = sequence;
        if (current == null || current.candidates() != candidates) {
            current = WeightedRoundRobin.of(candidates);
            sequence = current;
        }
        return current.at(turn.getAndIncrement());
    }
}
