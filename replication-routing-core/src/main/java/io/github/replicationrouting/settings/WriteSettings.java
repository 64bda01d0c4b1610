package io.github.replicationrouting.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What writes do while there is no primary, and what counts as one.
 *
 * @param hold how long a write waits for a primary before it has sent anything; zero to fail at once
 * @param maxHeld how many writes may wait at the same time, null for the pool size of a node
 * @param policy what counts as fit for writes where it is open
 */
public record WriteSettings(Duration hold, @Nullable Integer maxHeld, WritePolicy policy) {

    /** @throws IllegalArgumentException when a value makes no sense */
    public WriteSettings {
        if (hold.isNegative()) {
            throw new IllegalArgumentException("hold must not be negative, was " + hold);
        }
        if (maxHeld != null && maxHeld < 0) {
            throw new IllegalArgumentException("max-held must not be negative, was " + maxHeld);
        }
    }

    /** The defaults: up to 10 s, as many as the pool of a node has connections. */
    public static WriteSettings defaults() {
        return new WriteSettings(Duration.ofSeconds(10), null, WritePolicy.defaults());
    }
}
