package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.topology.Role;
import org.jspecify.annotations.Nullable;

/**
 * What one node is after an election.
 *
 * @param role its role, unknown where nothing shows it
 * @param rival whether it is writable, replicates from nowhere, and is not the primary
 * @param reason why its role is not known, or why it is not the primary; null where neither is in question
 * @param warning what should be changed about it all the same; null where nothing should
 */
public record NodeAssessment(
        Role role,
        boolean rival,
        @Nullable String reason,
        @Nullable String warning) {}
