package io.github.replicationrouting.autoconfigure;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreErrorsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/** Reports durations that are probably mistakes, because Spring Boot reads a number without a unit as milliseconds. */
final class DurationCheck {

    /** A value below is probably a number of seconds without its unit. */
    private static final Duration MIN_USUAL = Duration.ofMillis(50);

    private static final Duration MAX_USUAL = Duration.ofHours(1);
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");

    private static final ConfigurationPropertyName INTERVAL = ConfiguredKeys.ROUTING.append("monitor.interval");

    private final Binder binder;

    DurationCheck(Environment environment) {
        this.binder = Binder.get(environment);
    }

    /**
     * Checks all durations.
     *
     * @param problems receives the description and the action of each duration that is refused
     * @param warnings receives a description of durations that may be intended
     */
    void check(BiConsumer<String, String> problems, Consumer<String> warnings) {
        new KnownKeys().durations().forEach(key -> check(key, problems, warnings));
    }

    private void check(ConfigurationPropertyName key, BiConsumer<String, String> problems, Consumer<String> warnings) {
        Duration value = bind(key, Duration.class);
        String text = bind(key, String.class);
        if (value == null || text == null || value.isNegative() || value.isZero()) {
            return;
        }
        boolean number = NUMBER.matcher(text.trim()).matches();
        boolean tooShort = value.compareTo(MIN_USUAL) < 0;
        if (tooShort && number) {
            problems.accept(
                    key + " is " + text.trim() + " ms: a number without a unit is milliseconds",
                    "Set '" + key + "' to '" + text.trim() + "s' for seconds, or give it another unit");
        } else if (tooShort && key.equals(INTERVAL)) {
            problems.accept(
                    key + " is " + value.toMillis() + " ms: each node would get hundreds of statements a second",
                    "Set '" + key + "' to 50ms or more, or leave it out");
        } else if (tooShort) {
            warnings.accept(key + " is only " + value.toMillis() + " ms; durations are usually above 50 ms");
        } else if (value.compareTo(MAX_USUAL) > 0) {
            warnings.accept(key + " is more than an hour (" + value.toMinutes() + " minutes)"
                    + (number ? ": a number without a unit is milliseconds" : ""));
        } else if (number) {
            warnings.accept(key + " has no unit and is read as " + text.trim() + " ms: write '" + text.trim() + "ms'");
        }
    }

    private <T> @Nullable T bind(ConfigurationPropertyName key, Class<T> type) {
        return binder.bind(key, Bindable.of(type), new IgnoreErrorsBindHandler())
                .orElse(null);
    }
}
