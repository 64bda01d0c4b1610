package io.github.replicationrouting.integration.consistency;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** The values of rows, each by the time at which its commit had been acknowledged. Values only grow. Thread-safe. */
final class AcknowledgedValues {

    /** So many recent ones of each row are kept. */
    private static final int KEPT = 10_000;

    private final long begin = System.nanoTime();
    private final List<NavigableMap<Long, Long>> byRow;

    AcknowledgedValues(int rows) {
        byRow = Stream.<NavigableMap<Long, Long>>generate(ConcurrentSkipListMap::new)
                .limit(rows)
                .toList();
    }

    /** Adds a value that has just been acknowledged; called by one thread for each row. */
    void add(int row, long value) {
        NavigableMap<Long, Long> values = byRow.get(row);
        values.put(System.nanoTime() - begin, value);
        if (value % KEPT == 0) {
            values.values().removeIf(old -> old < value - KEPT);
        }
    }

    /** Returns the value that had been acknowledged last at a time of {@link System#nanoTime()}. */
    long asOf(int row, long time) {
        Map.Entry<Long, Long> last = byRow.get(row).floorEntry(time - begin);
        return last == null ? 0 : last.getValue();
    }
}
