package io.github.replicationrouting.selection;

import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;

/** Maps a number below the total weight to a node, as if each node stood in the list as often as it weighs. */
final class WeightedDraw {

    private WeightedDraw() {}

    static int totalWeight(List<NodeStatus> nodes) {
        int total = 0;
        for (int i = 0; i < nodes.size(); i++) {
            total += weight(nodes.get(i));
        }
        return total;
    }

    static int weight(NodeStatus node) {
        return node.node().spec().weight();
    }

    /** Index of the node that {@code ticket}, in [0, total weight), falls on. */
    static int indexOf(int ticket, List<NodeStatus> nodes) {
        int rest = ticket;
        for (int i = 0; i < nodes.size(); i++) {
            rest -= weight(nodes.get(i));
            if (rest < 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("ticket " + ticket + " is not below the total weight");
    }
}
