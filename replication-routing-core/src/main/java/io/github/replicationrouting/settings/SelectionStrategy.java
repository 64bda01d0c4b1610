package io.github.replicationrouting.settings;

import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.internal.selection.LeastLatencySelector;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.spi.NodeSelector;
import java.util.function.Supplier;

/** Built-in strategies for choosing the node that serves a read. Each respects the weights of the nodes. */
public enum SelectionStrategy {
    /** Of two candidates drawn at random, the one with fewer connections in flight. */
    LEAST_IN_FLIGHT(LeastInFlightSelector::new),
    /** Of two candidates drawn at random, the one with the lower peak EWMA of statement time times work in flight. */
    LEAST_LATENCY(LeastLatencySelector::new),
    /** Each candidate in turn. */
    ROUND_ROBIN(RoundRobinSelector::new);

    @SuppressWarnings("ImmutableEnumChecker") // references to constructors
    private final Supplier<NodeSelector> selectors;

    SelectionStrategy(Supplier<NodeSelector> selectors) {
        this.selectors = selectors;
    }

    /** Returns a new selector that follows this strategy. A selector belongs to one router. */
    public NodeSelector createSelector() {
        return selectors.get();
    }
}
