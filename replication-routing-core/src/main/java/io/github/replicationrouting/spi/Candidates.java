package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;

/**
 * The nodes among which a selector chooses, in the order of the configuration, with the weight that each is given now:
 * what the configuration says, times its share. Worked out once per snapshot, not per decision. Immutable; compared by
 * identity, so that what is derived from one can be kept beside it.
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

    /** These nodes, in their order. */
    public static Candidates of(List<NodeStatus> nodes) {
        return nodes.isEmpty() ? NONE : new Candidates(nodes);
    }

    public List<NodeStatus> nodes() {
        return nodes;
    }

    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    public int size() {
        return nodes.size();
    }

    /** The node at an index. */
    public NodeStatus node(int index) {
        return nodes.get(index);
    }

    /** The weight of the node at an index, positive. */
    public double weight(int index) {
        return weights[index];
    }

    /** The sum of all weights. */
    public double totalWeight() {
        return totalWeight;
    }

    /** Index of the node on which a point in [0, total weight) falls, if each node takes up its weight. */
    public int indexAt(double point) {
        return indexAt(point, -1);
    }

    /** The same as if one node were not there: for a point in [0, total weight less that node's). */
    public int indexAt(double point, int without) {
        double rest = point;
        int last = -1;
        for (int i = 0; i < weights.length; i++) {
            if (i == without) {
                continue;
            }
            last = i;
            rest -= weights[i];
            if (rest < 0) {
                return i;
            }
        }
        // Sums of fractions may end a little before the point.
        return last;
    }
}
