package io.github.replicationrouting.internal.election;

import org.jspecify.annotations.Nullable;

/** A part of the rules of the election that decides by itself. */
interface ElectionRule {

    /** Returns what the rule decides; null where it does not apply. */
    @Nullable
    ElectionDecision decide();
}
