package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;

/**
 * Listener that forgets the known position of a node when its server may be a different one: while it was down, it may
 * have been restored from a backup.
 */
final class KnownPositionsListener implements TopologyListener {

    private final KnownPositions known;

    KnownPositionsListener(KnownPositions known) {
        this.known = known;
    }

    @Override
    public void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {
        for (NodeStatus old : before.nodes()) {
            if (now.node(old.name()) == null) {
                known.forget(old.node());
            }
        }
    }

    @Override
    public void nodeStateChanged(NodeStatus before, NodeStatus after) {
        if (after.state() == NodeState.DOWN || before.state() == NodeState.DOWN) {
            known.forget(after.node());
        }
    }

    @Override
    public void serverChanged(Node endpoint) {
        known.forget(endpoint);
    }
}
