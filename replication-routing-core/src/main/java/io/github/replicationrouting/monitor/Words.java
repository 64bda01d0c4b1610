package io.github.replicationrouting.monitor;

import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.Locale;

/** How durations and positions read in reasons and logs. */
final class Words {

    /** Positions with many intervals are of no use in a message. */
    private static final int LONGEST_POSITION = 160;

    private Words() {}

    /** As the server writes it, cut short where it is long. */
    static String of(Position position) {
        String text = position.toString();
        return text.length() <= LONGEST_POSITION ? text : text.substring(0, LONGEST_POSITION) + "...";
    }

    /** For example {@code 250ms}, {@code 7.2s}, {@code 5s}, {@code 12m 30s}. */
    static String of(Duration duration) {
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
