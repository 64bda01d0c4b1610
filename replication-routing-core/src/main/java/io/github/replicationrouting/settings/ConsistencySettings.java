package io.github.replicationrouting.settings;

import java.time.Duration;

/**
 * Settings of what a session may rely on when it reads from replicas.
 *
 * @param mode consistency that a session gets
 * @param maxWait time that a read waits on a replica for its session's commits before it goes to the primary
 * @param pin time for which reads follow the primary after a commit where the servers report no position at all
 */
public record ConsistencySettings(ConsistencyMode mode, Duration maxWait, Duration pin) {

    /** @throws InvalidSettingsException when a value is negative */
    public ConsistencySettings {
        new ValueCheck()
                .notNegative("consistency.wait", maxWait)
                .notNegative("consistency.pin", pin)
                .throwIfAny();
    }

    /** Returns the default settings. */
    public static ConsistencySettings defaults() {
        return new ConsistencySettings(ConsistencyMode.SESSION, Duration.ofMillis(100), Duration.ofSeconds(5));
    }
}
