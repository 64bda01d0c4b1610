package io.github.replicationrouting.settings;

import java.time.Duration;

/**
 * How a router keeps its promises to sessions.
 *
 * @param mode what it promises
 * @param longestWait how long a read may wait on a replica for its session's commits before it goes to the primary
 * @param pin how long reads follow the primary after a commit where servers show no position at all
 */
public record ConsistencySettings(ConsistencyMode mode, Duration longestWait, Duration pin) {

    public ConsistencySettings {
        if (longestWait.isNegative() || pin.isNegative()) {
            throw new IllegalArgumentException("wait and pin must not be negative: " + longestWait + ", " + pin);
        }
    }

    /** The defaults. */
    public static ConsistencySettings defaults() {
        return new ConsistencySettings(ConsistencyMode.SESSION, Duration.ofMillis(100), Duration.ofSeconds(5));
    }
}
