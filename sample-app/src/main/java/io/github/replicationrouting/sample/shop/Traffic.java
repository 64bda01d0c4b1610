package io.github.replicationrouting.sample.shop;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;

/** Counts of transactions by node, and the last ones in detail. Thread-safe. */
@Component
public class Traffic {

    private static final int MAX_ENTRIES = 12;
    private static final int MAX_MESSAGE_LENGTH = 300;

    private final Map<String, Long> served = new ConcurrentSkipListMap<>();
    private final AtomicLong failedReads = new AtomicLong();
    private final AtomicLong failedWrites = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final Deque<Entry> last = new ArrayDeque<>();

    /** The kind of a transaction. */
    public enum Kind {
        READ,
        WRITE
    }

    /**
     * One transaction.
     *
     * @param node the node that served it, null if it failed
     * @param reason why this node was chosen, or why it failed
     */
    public record Entry(Instant at, Kind kind, @Nullable String node, String reason) {}

    void served(String node, String reason, Kind kind) {
        served.merge(node, 1L, Long::sum);
        add(new Entry(Instant.now(), kind, node, reason));
    }

    void failed(Kind kind, Throwable failure) {
        (kind == Kind.READ ? failedReads : failedWrites).incrementAndGet();
        String message = String.valueOf(
                NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
        add(new Entry(
                Instant.now(),
                kind,
                null,
                message.length() <= MAX_MESSAGE_LENGTH ? message : message.substring(0, MAX_MESSAGE_LENGTH) + "..."));
    }

    void took(long nanos) {
        longestNanos.accumulateAndGet(nanos, Math::max);
    }

    private void add(Entry entry) {
        synchronized (last) {
            last.addFirst(entry);
            if (last.size() > MAX_ENTRIES) {
                last.removeLast();
            }
        }
    }

    /** Returns the number of answers by node. */
    public Map<String, Long> served() {
        return served;
    }

    public long failedReads() {
        return failedReads.get();
    }

    public long failedWrites() {
        return failedWrites.get();
    }

    /** Returns the longest transaction since the previous call, in nanoseconds. */
    public long longestNanos() {
        return longestNanos.getAndSet(0);
    }

    /** Returns the last transactions, the newest first. */
    public List<Entry> last() {
        synchronized (last) {
            return new ArrayList<>(last);
        }
    }
}
