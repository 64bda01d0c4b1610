package io.github.replicationrouting.sample.shop;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A saved change of a description.
 *
 * @param attempts the node of each attempt
 * @param base what the editor saw
 * @param mine what the editor made of it
 * @param theirs what another editor had stored meanwhile; null without a conflict
 * @param stored what is stored now
 */
public record TextEdit(
        List<String> attempts,
        String base,
        String mine,
        @Nullable String theirs,
        String stored) {}
