package io.github.replicationrouting.transaction;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that transactions are run again: once per reason, which names the node, and minute. Thread-safe. */
final class RerunLog {

    private static final Logger log = LoggerFactory.getLogger(RerunLog.class);
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;

    /** By reason; there are as many as nodes and kinds of re-run. */
    private final Map<String, Long> lastSaid = new ConcurrentHashMap<>();

    RerunLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void rerun(String reason, String name, int rerun, int limit, Throwable failure) {
        if (isDue(reason)) {
            log.warn(
                    "Transactions are run again because {}; the first is {} (re-run {} of {}). Said once a minute.",
                    reason,
                    name,
                    rerun,
                    limit);
        }
        log.debug("{} is run again because {} (re-run {} of {})", name, reason, rerun, limit, failure);
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
