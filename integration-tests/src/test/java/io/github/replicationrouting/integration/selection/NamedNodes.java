package io.github.replicationrouting.integration.selection;

import io.github.replicationrouting.spi.TopologySource;
import io.github.replicationrouting.topology.NodeSpec;
import java.util.List;

/** A source of the nodes that a test names. */
final class NamedNodes implements TopologySource {

    private volatile List<NodeSpec> nodes = List.of();

    void set(List<NodeSpec> nodes) {
        this.nodes = nodes;
    }

    @Override
    public List<NodeSpec> nodes() {
        return nodes;
    }
}
