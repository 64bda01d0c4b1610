package io.github.replicationrouting.internal.consistency;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Times of one process in the words of all. {@link System#nanoTime()} means nothing elsewhere, and clocks differ; but
 * what another process has done was done before this one first heard of that time or of a later one. So a foreign time
 * is read as the time at which it, or a later one of the same process, first arrived here: never too early, no later with
 * each repetition, and, however many sessions there are, remembered for each process rather than for each of their
 * times. Thread-safe.
 */
final class ProcessTimestamp {

    private static final int MAX_PROCESSES = 256;
    private static final int MAX_ARRIVALS = 256;

    /** Arrivals closer than this, in the other's time, are not told apart. */
    private static final long GRAIN = 250_000_000;

    private static final String PROCESS = Long.toHexString(new SecureRandom().nextLong());

    /** By process the times that arrived and when; the least recently heard of goes first. */
    private static final Map<String, NavigableMap<Long, Long>> arrivals = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, NavigableMap<Long, Long>> eldest) {
            return size() > MAX_PROCESSES;
        }
    };

    private ProcessTimestamp() {}

    static String format(long time) {
        return PROCESS + '.' + Long.toHexString(time);
    }

    /** @throws IllegalArgumentException when the text is no time */
    static long parse(String text) {
        return parse(text, 0);
    }

    /**
     * The same for a time that may have been ahead of its process's own when it was written.
     *
     * @param ahead in nanoseconds, by how much at most
     * @throws IllegalArgumentException when the text is no time
     */
    static long parse(String text, long ahead) {
        int dot = text.indexOf('.');
        if (dot < 1) {
            throw new IllegalArgumentException("not a time: " + text);
        }
        long time = Long.parseUnsignedLong(text.substring(dot + 1), 16);
        String process = text.substring(0, dot);
        long now = System.nanoTime();
        if (process.equals(PROCESS)) {
            // No time of this process lies further ahead: a later one is forged.
            return time - now > ahead ? now + ahead : time;
        }
        return arrival(process, time - ahead, now) + ahead;
    }

    private static long arrival(String process, long time, long now) {
        synchronized (arrivals) {
            NavigableMap<Long, Long> known = arrivals.computeIfAbsent(process, key -> new TreeMap<>());
            Map.Entry<Long, Long> same = known.ceilingEntry(time);
            if (same != null) {
                return same.getValue();
            }
            // What lies between two others that are close is covered by the later one.
            Map.Entry<Long, Long> last = known.lastEntry();
            Map.Entry<Long, Long> beforeLast = last == null ? null : known.lowerEntry(last.getKey());
            if (beforeLast != null && time - beforeLast.getKey() < GRAIN) {
                known.remove(last.getKey());
            }
            known.put(time, now);
            if (known.size() > MAX_ARRIVALS) {
                known.pollFirstEntry();
            }
            return now;
        }
    }
}
