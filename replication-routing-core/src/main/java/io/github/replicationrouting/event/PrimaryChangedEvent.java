package io.github.replicationrouting.event;

import org.jspecify.annotations.Nullable;

/**
 * Published when another node takes writes, or no node does any more, or one does again.
 *
 * @param router name of the router
 * @param before name of the node that took writes, null where none did
 * @param after name of the node that takes them now, null where none does
 */
public record PrimaryChangedEvent(
        String router, @Nullable String before, @Nullable String after) {}
