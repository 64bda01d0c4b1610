package io.github.replicationrouting.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of writes without a primary, and of what is accepted as the primary.
 *
 * @param hold time that a write waits for a primary before it has sent anything; zero to fail immediately
 * @param maxHeld maximum number of writes that wait concurrently; null for the pool size of a node
 * @param onMultipleWritable handling of writes while several nodes are writable and no evidence shows which one is the
 *     primary
 * @param onIncompletePromotion handling of writes when a promoted node lacks commits of its predecessor
 */
public record WriteSettings(
        Duration hold,
        @Nullable Integer maxHeld,
        OnMultipleWritable onMultipleWritable,
        OnIncompletePromotion onIncompletePromotion) {

    /** @throws InvalidSettingsException when a value is negative */
    public WriteSettings {
        new ValueCheck()
                .notNegative("writes.hold", hold)
                .notNegative("writes.max-held", maxHeld)
                .throwIfAny();
    }

    /** Returns the default settings. */
    public static WriteSettings defaults() {
        return new WriteSettings(Duration.ofSeconds(10), null, OnMultipleWritable.REJECT, OnIncompletePromotion.WARN);
    }
}
