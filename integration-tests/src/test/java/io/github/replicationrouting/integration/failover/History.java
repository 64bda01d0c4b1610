package io.github.replicationrouting.integration.failover;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The results that writers received, compared with the final content of the database. A write inserts one row, named by
 * its writer and number, and increments its writer's counter, in one transaction.
 */
public final class History {

    /** The result of a write as its writer received it. */
    public enum Outcome {
        /** It is committed. */
        ACKNOWLEDGED,
        /** It failed and changed nothing. */
        FAILED,
        /** It may be committed or not. */
        UNKNOWN
    }

    /**
     * One write.
     *
     * @param server the server that executed it, by its own name; null if it reached none
     * @param reachedAt time before the commit, when the server was known, by {@link System#nanoTime()}; 0 if it reached
     *     none
     * @param reportedAt time after the commit, when the writer received the result
     */
    public record Write(
            int writer,
            int number,
            Outcome outcome,
            @Nullable String server,
            long reachedAt,
            long reportedAt) {

        /** Returns a write whose time does not matter. */
        Write(int writer, int number, Outcome outcome, @Nullable String server) {
            this(writer, number, outcome, server, 0, 0);
        }

        public String name() {
            return writer + "/" + number;
        }
    }

    private final ConcurrentLinkedQueue<Write> writes = new ConcurrentLinkedQueue<>();

    /** Adds a write; those of one writer in their order. */
    public void add(Write write) {
        writes.add(write);
    }

    public List<Write> writes() {
        return List.copyOf(writes);
    }

    public long count(Outcome outcome) {
        return writes.stream().filter(write -> write.outcome() == outcome).count();
    }

    /**
     * Returns a text for each violation.
     *
     * @param rows how often each write is stored, by name
     * @param counters the counter of each writer
     * @param tailsMayBeLost whether a server may have died with its newest acknowledged writes: then the missing writes
     *     of a writer on one server must be its last ones
     */
    List<String> violations(Map<String, Integer> rows, Map<Integer, Integer> counters, boolean tailsMayBeLost) {
        List<String> found = violations(rows, counters);
        byWriter().values().forEach(own -> found.addAll(lost(own, rows, tailsMayBeLost)));
        return found;
    }

    /** Returns a text for each violation except missing acknowledged writes. */
    public List<String> violations(Map<String, Integer> rows, Map<Integer, Integer> counters) {
        List<String> found = new ArrayList<>();
        Map<String, Write> known = new HashMap<>();
        writes.forEach(write -> known.put(write.name(), write));
        rows.forEach((name, times) -> {
            Write write = known.get(name);
            if (write == null) {
                found.add(name + " was never written");
            } else if (write.outcome() == Outcome.FAILED) {
                found.add(name + " failed, and is there");
            }
            if (times > 1) {
                found.add(name + " is there " + times + " times");
            }
        });
        byWriter().forEach((writer, own) -> {
            int there = own.stream()
                    .mapToInt(write -> rows.getOrDefault(write.name(), 0))
                    .sum();
            int counted = counters.getOrDefault(writer, 0);
            if (counted != there) {
                found.add("writer " + writer + " has " + there + " rows, and its counter is " + counted);
            }
        });
        return found;
    }

    private Map<Integer, List<Write>> byWriter() {
        Map<Integer, List<Write>> byWriter = new TreeMap<>();
        for (Write write : writes) {
            byWriter.computeIfAbsent(write.writer(), writer -> new ArrayList<>())
                    .add(write);
        }
        return byWriter;
    }

    /** Returns the acknowledged writes that are missing. */
    public List<Write> lost(Map<String, Integer> rows) {
        return writes.stream()
                .filter(write -> write.outcome() == Outcome.ACKNOWLEDGED && !rows.containsKey(write.name()))
                .toList();
    }

    private static List<String> lost(List<Write> own, Map<String, Integer> rows, boolean tailsMayBeLost) {
        List<String> found = new ArrayList<>();
        @Nullable Write missing = null;
        for (Write write : own) {
            if (write.outcome() != Outcome.ACKNOWLEDGED) {
                continue;
            }
            boolean there = rows.containsKey(write.name());
            if (!there && !tailsMayBeLost) {
                found.add(write.name() + " was acknowledged by " + write.server() + ", and is lost");
            }
            if (missing != null && !String.valueOf(missing.server()).equals(write.server())) {
                missing = null;
            }
            if (there && missing != null) {
                found.add(missing.name() + " is lost, although " + write.name() + ", which " + write.server()
                        + " acknowledged later, is there");
            }
            missing = there ? missing : write;
        }
        return found;
    }
}
