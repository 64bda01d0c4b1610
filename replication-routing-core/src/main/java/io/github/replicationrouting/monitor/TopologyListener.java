package io.github.replicationrouting.monitor;

import io.github.replicationrouting.topology.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * Hears of changes, on the monitor's only thread and after the snapshot that shows them: return soon. What it throws is
 * logged and otherwise ignored.
 */
public interface TopologyListener {

    /** The state of a node has changed. */
    default void nodeStateChanged(NodeStatus before, NodeStatus after) {}

    /** Another node takes writes, or none does any more, or one does again. */
    default void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {}
}
