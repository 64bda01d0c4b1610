package io.github.replicationrouting.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of writes: where they go, and what they wait for.
 *
 * @param hold time that a write waits for a writable node before it has sent anything; zero to fail immediately
 * @param maxHeld maximum number of writes that wait concurrently; null for the pool size of a node
 * @param onMultipleWritable handling of writes while several nodes are writable and no evidence shows which one is the
 *     primary
 * @param onIncompletePromotion handling of writes when a promoted node lacks commits of its predecessor
 * @param policy way in which the node of a write is chosen where several nodes are writable
 * @param failback whether writes return to the preferred node as soon as it is fit again, under
 *     {@link WritePolicy#SINGLE}
 * @param allowDivergence whether several nodes may be written to although their servers detect no conflict
 */
public record WriteSettings(
        Duration hold,
        @Nullable Integer maxHeld,
        OnMultipleWritable onMultipleWritable,
        OnIncompletePromotion onIncompletePromotion,
        WritePolicy policy,
        boolean failback,
        boolean allowDivergence) {

    /** @throws InvalidSettingsException when a value is negative */
    public WriteSettings {
        new ValueCheck()
                .notNegative("writes.hold", hold)
                .notNegative("writes.max-held", maxHeld)
                .throwIfAny();
    }

    /** Creates settings for one writable node at a time. */
    public WriteSettings(
            Duration hold,
            @Nullable Integer maxHeld,
            OnMultipleWritable onMultipleWritable,
            OnIncompletePromotion onIncompletePromotion) {
        this(hold, maxHeld, onMultipleWritable, onIncompletePromotion, WritePolicy.SINGLE, false, false);
    }

    /** Returns the default settings. */
    public static WriteSettings defaults() {
        return new WriteSettings(Duration.ofSeconds(10), null, OnMultipleWritable.REJECT, OnIncompletePromotion.WARN);
    }

    /** Returns the same settings with another policy. */
    public WriteSettings withPolicy(WritePolicy other) {
        return new WriteSettings(
                hold, maxHeld, onMultipleWritable, onIncompletePromotion, other, failback, allowDivergence);
    }
}
