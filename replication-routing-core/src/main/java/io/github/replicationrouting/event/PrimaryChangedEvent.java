package io.github.replicationrouting.event;

import org.jspecify.annotations.Nullable;

/**
 * Published when another node accepts writes, none does any more, or one does again.
 *
 * @param router name of the router
 * @param before name of the node that accepted writes, null if none did
 * @param after name of the node that accepts writes now, null if none does
 */
public record PrimaryChangedEvent(
        String router, @Nullable String before, @Nullable String after) {}
