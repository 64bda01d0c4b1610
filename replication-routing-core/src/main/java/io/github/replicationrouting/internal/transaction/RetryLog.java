package io.github.replicationrouting.internal.transaction;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that transactions are run again: once per reason, which names the node, and minute. Thread-safe. */
final class RetryLog {

    private static final Logger log = LoggerFactory.getLogger(RetryLog.class);
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;

    /** By reason; there are as many as nodes and kinds of retry. */
    private final Map<String, Long> lastSaid = new ConcurrentHashMap<>();

    RetryLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void retry(String reason, String name, int retry, int limit, Throwable failure) {
        if (isDue(reason)) {
            log.warn(
                    "Transactions are run again because {}; the first is {} (retry {} of {}). Said once a minute.",
                    reason,
                    name,
                    retry,
                    limit);
        }
        log.debug("{} is run again because {} (retry {} of {})", name, reason, retry, limit, failure);
    }

    void unready(RuntimeException failure) {
        log.warn("A transaction is not run again: what is around it could not be made ready", failure);
    }

    private boolean isDue(String reason) {
        long now = nanoTime.getAsLong();
        Long before = lastSaid.get(reason);
        if (before == null) {
            return lastSaid.putIfAbsent(reason, now) == null;
        }
        return now - before >= QUIET_NANOS && lastSaid.replace(reason, before, now);
    }
}
