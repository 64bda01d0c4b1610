package io.github.replicationrouting.internal.time;

import java.time.Duration;
import java.util.Locale;

/** The text of durations in reasons and logs. */
public final class DurationFormat {

    private DurationFormat() {}

    /** Formats a duration, for example {@code 250ms}, {@code 7.2s}, {@code 5s}, {@code 12m 30s}. */
    public static String of(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        if (millis >= 120_000) {
            long seconds = millis / 1000;
            return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + "s");
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : String.format(Locale.ROOT, "%.1fs", millis / 1000.0);
    }
}
