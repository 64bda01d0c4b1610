package io.github.replicationrouting.event;

/**
 * Published when a node that takes writes besides others, in no group, cannot apply a change of another one because its
 * own rows differ: the two servers have diverged.
 *
 * @param router name of the router
 * @param node name of the node
 * @param source address of the server whose change it cannot apply, as the node knows it
 * @param errorCode the server's number of the error: 1062 for a row that is there already, 1032 for one that is missing
 * @param reason what is wrong and how to repair it, without secrets
 */
public record DivergenceDetectedEvent(String router, String node, String source, int errorCode, String reason) {}
