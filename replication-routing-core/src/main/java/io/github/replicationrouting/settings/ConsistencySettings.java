package io.github.replicationrouting.settings;

import java.time.Duration;

/**
 * Settings of the consistency of reads on replicas.
 *
 * @param mode consistency that a session gets
 * @param maxWait time that a read waits on a replica for its session's commits before it goes to the primary
 * @param pin time for which reads go to the primary after a commit where the servers report no position
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
