package io.github.replicationrouting.settings;

import io.github.replicationrouting.settings.InvalidSettingsException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the values that a router cannot work with. Keys are those below {@code replication.routing}. */
final class ValueCheck {

    private static final String PREFIX = "replication.routing.";

    private final List<Problem> problems = new ArrayList<>();

    /** Reports a duration below one millisecond. */
    ValueCheck positive(String key, Duration value) {
        return require(value.toMillis() > 0, key, "must be positive, but is " + text(value), "a positive value");
    }

    ValueCheck positive(String key, @Nullable Integer value) {
        return require(value == null || value > 0, key, "must be positive, but is " + value, "a positive value");
    }

    ValueCheck notNegative(String key, Duration value) {
        return require(!value.isNegative(), key, "must not be negative, but is " + text(value), "0 or more");
    }

    ValueCheck notNegative(String key, @Nullable Integer value) {
        return require(value == null || value >= 0, key, "must not be negative, but is " + value, "0 or more");
    }

    ValueCheck notAbove(String limitKey, Duration limit, String key, Duration value) {
        if (limit.toMillis() > 0 && value.compareTo(limit) > 0) {
            problems.add(new Problem(
                    PREFIX + key + " (" + text(value) + ") is above " + PREFIX + limitKey + " (" + text(limit) + ")",
                    "Set '" + PREFIX + key + "' below '" + limitKey + "', or leave it out"));
        }
        return this;
    }

    /** @throws InvalidSettingsException when a value was reported */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }

    private ValueCheck require(boolean valid, String key, String problem, String range) {
        if (!valid) {
            problems.add(new Problem(
                    PREFIX + key + " " + problem, "Set '" + PREFIX + key + "' to " + range + ", or leave it out"));
        }
        return this;
    }

    private static String text(Duration value) {
        return value.toMillis() % 1_000 == 0 ? value.toSeconds() + "s" : value.toMillis() + "ms";
    }
}
