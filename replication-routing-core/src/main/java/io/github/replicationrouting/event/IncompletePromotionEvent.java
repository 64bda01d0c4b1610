package io.github.replicationrouting.event;

import org.jspecify.annotations.Nullable;

/**
 * Published when a node was promoted that lacks something of what its predecessor had.
 *
 * @param router name of the router
 * @param from name of the previous primary
 * @param to name of the node that was promoted
 * @param missing what it lacks at least, in the format of the server
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
