package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Hears of changes, on the monitor's only thread and after the snapshot that shows them: return soon. What it throws is
 * logged and otherwise ignored.
 */
public interface TopologyListener {

    /** There is a new snapshot; whatever it shows to have changed is told separately, and after this. */
    default void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {}

    /** The state of a node has changed. */
    default void nodeStateChanged(NodeStatus before, NodeStatus after) {}

    /** A node that was taken out of use by hand does not answer any more; its state does not change for that. */
    default void drainedNodeDown(Node node) {}

    /**
     * A replica has more than half of {@code max-lag}: told once, until it has recovered, so before it is evicted unless
     * its lag has jumped.
     *
     * @param rate seconds of lag gained in a second: 1 for a replica that applies nothing, below 0 for one that catches
     *     up; NaN when it cannot be told yet
     */
    default void lagWarning(NodeStatus node, double rate) {}

    /** A replica that was warned of is back at a quarter of {@code max-lag}, or below. */
    default void lagRecovered(NodeStatus node) {}

    /** Another node takes writes, or none does any more, or one does again. */
    default void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {}

    /**
     * A primary has fallen back from semi-synchronous to asynchronous replication, so that its newest commits would be
     * lost with it, or has come back.
     *
     * @param waits whether its commits wait for a replica
     */
    default void semiSynchronousChanged(Node primary, boolean waits) {}

    /** The endpoint of a primary leads to another server than before. */
    default void serverChanged(Node endpoint) {}

    /** A node was promoted that lacks something of what its predecessor had; told once, before the change itself. */
    default void promotionIncomplete(IncompletePromotion promotion) {}
}
