package io.github.replicationrouting.event;

/**
 * Published when a primary has fallen back from semi-synchronous to asynchronous replication, so that its newest
 * commits would be lost with it, or is semi-synchronous again.
 *
 * @param router name of the router
 * @param node name of the primary
 * @param waits whether its commits wait for a replica now
 */
public record SemiSynchronousChangedEvent(String router, String node, boolean waits) {}
