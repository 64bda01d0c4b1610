package io.github.replicationrouting.consistency;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Times of one process in the words of all. {@link System#nanoTime()} means nothing elsewhere, and clocks differ; but
 * what another process has done was done before this one first heard of it. So a foreign time is read as the time of its
 * first arrival here: never too early, and no later with each repetition. Thread-safe.
 */
final class ProcessTime {

    private static final int MOST_REMEMBERED = 4_096;
    private static final String PROCESS = Long.toHexString(new SecureRandom().nextLong());

    /** First arrivals, the least recently used going first. */
    private static final Map<String, Long> arrivals = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private ProcessTime() {}

    static String format(long time) {
        return PROCESS + '.' + Long.toHexString(time);
    }

    /** @throws IllegalArgumentException when the text is no time */
    static long parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 1) {
            throw new IllegalArgumentException("not a time: " + text);
        }
        long time = Long.parseUnsignedLong(text.substring(dot + 1), 16);
        if (text.substring(0, dot).equals(PROCESS)) {
            // Nobody can have seen the future: a time beyond now is a forgery.
            long now = System.nanoTime();
            return time - now > 0 ? now : time;
        }
        long now = System.nanoTime();
        synchronized (arrivals) {
            return arrivals.computeIfAbsent(text, key -> now);
        }
    }
}
