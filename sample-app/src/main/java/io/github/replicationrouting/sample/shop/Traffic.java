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

/** Where transactions went: counts, and the last ones one by one. Thread-safe. */
@Component
public class Traffic {

    private static final int REMEMBERED = 12;
    private static final int MAX_MESSAGE = 300;

    private final Map<String, Long> served = new ConcurrentSkipListMap<>();
    private final AtomicLong failedReads = new AtomicLong();
    private final AtomicLong failedWrites = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final Deque<Entry> last = new ArrayDeque<>();

    /** What a transaction was for. */
    public enum Kind {
        READ,
        WRITE
    }

    /**
     * One transaction.
     *
     * @param node who served it, null when it failed
     * @param reason why this node, or why it failed
     */
    public record Entry(Instant at, Kind kind, @Nullable String node, String reason) {}

    void served(String node, String reason, Kind kind) {
        served.merge(node, 1L, Long::sum);
        remember(new Entry(Instant.now(), kind, node, reason));
    }

    void failed(Kind kind, Throwable failure) {
        (kind == Kind.READ ? failedReads : failedWrites).incrementAndGet();
        String message = String.valueOf(
                NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
        remember(new Entry(
                Instant.now(),
                kind,
                null,
                message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "..."));
    }

    void took(long nanos) {
        longestNanos.accumulateAndGet(nanos, Math::max);
    }

    private void remember(Entry entry) {
        synchronized (last) {
            last.addFirst(entry);
            if (last.size() > REMEMBERED) {
                last.removeLast();
            }
        }
    }

    /** Answers so far, by node. */
    public Map<String, Long> served() {
        return served;
    }

    public long failedReads() {
        return failedReads.get();
    }

    public long failedWrites() {
        return failedWrites.get();
    }

    /** The longest that a customer has waited since the last question, in nanoseconds. */
    public long longestNanos() {
        return longestNanos.getAndSet(0);
    }

    /** The last transactions, the newest first. */
    public List<Entry> last() {
        synchronized (last) {
            return new ArrayList<>(last);
        }
    }
}
