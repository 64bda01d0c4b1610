package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;

/**
 * The nodes from which a {@link NodeSelector} chooses, in the order of the configuration, each with its effective
 * weight: the configured weight times the node's current share, which is below 1 while it lags or is in slow start.
 *
 * <p>Created once per topology snapshot, not per decision. Immutable; compared by identity, so that a selector may
 * cache what it derives from an instance.
 */
public final class Candidates {

    private static final Candidates NONE = new Candidates(List.of());

    private final List<NodeStatus> nodes;
    private final double[] weights;
    private final double totalWeight;

    private Candidates(List<NodeStatus> nodes) {
        this.nodes = List.copyOf(nodes);
        this.weights =
                this.nodes.stream().mapToDouble(NodeStatus::effectiveWeight).toArray();
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        this.totalWeight = total;
    }

    /**
     * Returns candidates for these nodes.
     *
     * @param nodes the nodes, in the order of the configuration
     */
    public static Candidates of(List<NodeStatus> nodes) {
        return nodes.isEmpty() ? NONE : new Candidates(nodes);
    }

    /** Returns the nodes, unmodifiable. */
    public List<NodeStatus> nodes() {
        return nodes;
    }

    /** Returns whether there are no nodes; never for the candidates that a selector is given. */
    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    /** Returns the number of nodes. */
    public int size() {
        return nodes.size();
    }

    /** Returns the node at an index, from 0 to {@link #size()} - 1. */
    public NodeStatus node(int index) {
        return nodes.get(index);
    }

    /** Returns the effective weight of the node at an index, positive. */
    public double weight(int index) {
        return weights[index];
    }

    /** Returns the sum of the effective weights of all nodes. */
    public double totalWeight() {
        return totalWeight;
    }
}
