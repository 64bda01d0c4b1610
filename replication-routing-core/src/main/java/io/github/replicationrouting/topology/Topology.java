package io.github.replicationrouting.topology;

import io.github.replicationrouting.node.Node;

/**
 * Where routing meets the monitor: reads the newest snapshot, and tells what connections ran into. Thread-safe; neither
 * method blocks or throws.
 */
public interface Topology {

    /** The newest snapshot: one volatile read. */
    TopologySnapshot snapshot();

    /**
     * The application could not reach a node, or lost a connection to it. A hint that makes the monitor look at once,
     * never a verdict.
     */
    void suspect(Node node, Exception cause);
}
