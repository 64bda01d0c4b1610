package io.github.replicationrouting.internal.transaction;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs retries at WARN once per minute and reason, which names the node, and all of them at DEBUG. Thread-safe. */
final class RetryLog {

    private static final Logger log = LoggerFactory.getLogger(RetryLog.class);
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    /** Policies of the application name reasons of their own, perhaps without end. */
    private static final int MAX_REASONS = 100;

    private final String router;
    private final LongSupplier nanoTime;

    /** Time of the last warning by reason. */
    private final Map<String, Long> lastWarnings = new ConcurrentHashMap<>();

    RetryLog(String router, LongSupplier nanoTime) {
        this.router = router;
        this.nanoTime = nanoTime;
    }

    void retry(String transaction, String reason, int retry, int maxRetries, Throwable failure) {
        if (isWarningDue(reason)) {
            log.warn(
                    "[{}] transaction {} is retried because {} (retry {} of {}). Further retries for this reason are"
                            + " logged at DEBUG for one minute",
                    router,
                    transaction,
                    reason,
                    retry,
                    maxRetries);
        }
        log.debug(
                "[{}] transaction {} is retried because {} (retry {} of {})",
                router,
                transaction,
                reason,
                retry,
                maxRetries,
                failure);
    }

    void notRestored(String transaction, RuntimeException failure) {
        log.warn(
                "[{}] transaction {} is not retried: the state around it could not be restored",
                router,
                transaction,
                failure);
    }

    /** Returns whether a retry for this reason is logged at WARN; from then on it is not for one minute. */
    boolean isWarningDue(String reason) {
        long now = nanoTime.getAsLong();
        Long last = lastWarnings.get(reason);
        if (last == null) {
            if (lastWarnings.size() >= MAX_REASONS) {
                lastWarnings.values().removeIf(warned -> now - warned >= QUIET_NANOS);
            }
            return lastWarnings.size() < MAX_REASONS && lastWarnings.putIfAbsent(reason, now) == null;
        }
        return now - last >= QUIET_NANOS && lastWarnings.replace(reason, last, now);
    }
}
