package io.github.replicationrouting.routing;

import io.github.replicationrouting.node.Node;

/**
 * The node chosen, and why.
 *
 * @param node where the work goes
 * @param reason why
 * @param writable whether the work may write there; where not, the connection is made read-only
 */
public record Decision(Node node, DecisionReason reason, boolean writable) {}
