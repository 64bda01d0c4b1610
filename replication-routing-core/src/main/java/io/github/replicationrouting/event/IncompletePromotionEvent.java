package io.github.replicationrouting.event;

import org.jspecify.annotations.Nullable;

/**
 * Published when a node was promoted that lacks commits of its predecessor.
 *
 * @param router name of the router
 * @param from name of the previous primary
 * @param to name of the node that was promoted
 * @param missing position of the commits that it lacks at least, in the format of the server
 * @param transactions number of missing transactions; null where the kind of position does not show it
 * @param rejected whether writes are refused because of it
 */
public record IncompletePromotionEvent(
        String router,
        String from,
        String to,
        String missing,
        @Nullable Long transactions,
        boolean rejected) {}
