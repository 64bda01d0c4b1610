package io.github.replicationrouting.event;

import org.jspecify.annotations.Nullable;

/**
 * A node was promoted that lacks something of what its predecessor had.
 *
 * @param router name of the router
 * @param from name of the primary before
 * @param to name of the node that was promoted
 * @param missing what it lacks at least, as the server would write it
 * @param transactions how many these are, null where the kind of position cannot tell
 * @param rejected whether writes are refused for it
 */
public record IncompletePromotionEvent(
        String router,
        String from,
        String to,
        String missing,
        @Nullable Long transactions,
        boolean rejected) {}
