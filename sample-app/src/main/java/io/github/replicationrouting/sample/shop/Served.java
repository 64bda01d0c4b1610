package io.github.replicationrouting.sample.shop;

/**
 * An answer with the node that it comes from.
 *
 * @param node name of the node
 * @param reason why this node was chosen
 * @param answer what was asked for
 */
record Served<T>(String node, String reason, T answer) {}
