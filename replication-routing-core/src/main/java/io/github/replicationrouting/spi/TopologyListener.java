package io.github.replicationrouting.spi;

import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Listener to changes of the topology. Called on the monitor's only thread, after the snapshot that shows the change:
 * implementations must return quickly. Exceptions are logged and otherwise ignored.
 */
public interface TopologyListener {

    /** Called when a snapshot was published, before the calls for each change that it shows. */
    default void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {}

    /** Called when the state of a node has changed. */
    default void nodeStateChanged(NodeStatus before, NodeStatus after) {}

    /** Called when a draining or drained node does not answer any more, which does not change its state. */
    default void drainedNodeDown(Node node) {}

    /**
     * Called when the lag of a replica is above half of {@code max-lag}: once until it has recovered, and before the
     * replica is evicted, unless its lag has jumped.
     *
     * @param rate seconds of lag gained per second: 1 for a replica that applies nothing, below 0 for one that catches
     *     up; NaN while it is not known
     */
    default void lagWarning(NodeStatus node, double rate) {}

    /** Called after a warning when the lag of the replica is at most a quarter of {@code max-lag} again. */
    default void lagRecovered(NodeStatus node) {}

    /** Called when another node accepts writes, none does any more, or one does again. */
    default void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {}

    /**
     * Called when a primary has fallen back from semi-synchronous to asynchronous replication, so that its newest
     * commits would be lost with it, or is semi-synchronous again.
     *
     * @param waits whether its commits wait for a replica
     */
    default void semiSynchronousChanged(Node primary, boolean waits) {}

    /** Called when the endpoint of a primary connects to another server than before. */
    default void serverChanged(Node endpoint) {}

    /** Called once when a promoted node lacks commits of its predecessor, before the change of the primary. */
    default void promotionIncomplete(IncompletePromotion promotion) {}

    /**
     * Called once when a node that takes writes besides others, in no group, cannot apply a change of another one
     * because its own rows differ.
     *
     * @param source address of the other server, as the node knows it
     * @param errorCode the server's number of the error
     * @param reason what is wrong and how to repair it, without secrets
     */
    default void diverged(Node node, String source, int errorCode, String reason) {}
}
