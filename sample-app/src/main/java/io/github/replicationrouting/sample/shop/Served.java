package io.github.replicationrouting.sample.shop;

/**
 * An answer with the node that served it.
 *
 * @param node name of the node
 * @param reason why this node was chosen
 * @param answer the result
 */
record Served<T>(String node, String reason, T answer) {}
