package io.github.replicationrouting.internal.consistency;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Converts times of {@link System#nanoTime()} to and from a text that other processes understand. Thread-safe.
 *
 * <p>{@code nanoTime} has no meaning in another process, and clocks differ. But what another process has done, it did
 * before this process first received that time or a later one. A foreign time is therefore read as the time at which
 * it, or a later time of the same process, first arrived here. The result is never too early, does not increase when
 * the same text arrives again, and takes memory per process, not per session.
 */
final class ProcessTimestamp {

    private static final int MAX_PROCESSES = 256;
    private static final int MAX_ARRIVALS = 256;

    /** Times of one process that are closer than this, in nanoseconds, share one arrival. */
    private static final long RESOLUTION = 250_000_000;

    private static final String PROCESS = Long.toHexString(new SecureRandom().nextLong());

    /**
     * The times that arrived, with the times of their arrival, by process; the least recently used one is removed
     * first.
     */
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

    /**
     * Parses a time.
     *
     * @throws IllegalArgumentException if the text is not a time
     */
    static long parse(String text) {
        return parse(text, 0);
    }

    /**
     * Parses a time that may have been in the future of its process when it was written.
     *
     * @param ahead maximum distance into the future, in nanoseconds
     * @throws IllegalArgumentException if the text is not a time
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
            // No time of this process is further ahead: a later one is forged.
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
            // A time between two others that are close is covered by the later one.
            Map.Entry<Long, Long> last = known.lastEntry();
            Map.Entry<Long, Long> beforeLast = last == null ? null : known.lowerEntry(last.getKey());
            if (beforeLast != null && time - beforeLast.getKey() < RESOLUTION) {
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
