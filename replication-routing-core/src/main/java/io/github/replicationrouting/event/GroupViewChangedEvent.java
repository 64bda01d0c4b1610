package io.github.replicationrouting.event;

import io.github.replicationrouting.topology.GroupView;
import org.jspecify.annotations.Nullable;

/**
 * Published when the group of the nodes, a Galera cluster or a replication group, has another view: a member has joined
 * or left, or the nodes are used in a group no more.
 *
 * @param router name of the router
 * @param before the previous view, null if there was none
 * @param after the view in which the nodes are used now, null if there is none
 */
public record GroupViewChangedEvent(
        String router, @Nullable GroupView before, @Nullable GroupView after) {}
