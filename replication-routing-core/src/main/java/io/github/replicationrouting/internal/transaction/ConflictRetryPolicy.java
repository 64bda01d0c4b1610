package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.FailedAttempt;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * Retries read-write transactions that the server rolled back because of a conflict with others: a deadlock or a failed
 * certification. The exponential backoff is randomized, so that the transactions do not conflict again.
 */
public final class ConflictRetryPolicy implements RetryPolicy {

    private static final IntervalFunction BACKOFF =
            IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(10), 2, 0.5, Duration.ofSeconds(1));

    private final int maxRetries;

    /** @param maxRetries maximum number of retries of one transaction; 0 for none */
    public ConflictRetryPolicy(int maxRetries) {
        if (maxRetries < 0) {
            throw new IllegalArgumentException("The number of retries must not be negative, but is " + maxRetries);
        }
        this.maxRetries = maxRetries;
    }

    @Override
    public String kind() {
        return "conflict";
    }

    @Override
    public boolean appliesTo(TransactionDefinition definition) {
        return maxRetries > 0 && !definition.isReadOnly();
    }

    @Override
    public @Nullable String reason(FailedAttempt attempt) {
        return attempt.isRolledBack() ? "the server rolled it back" : null;
    }

    @Override
    public int maxRetries() {
        return maxRetries;
    }

    @Override
    public Duration backoff(int retry) {
        return Duration.ofMillis(BACKOFF.apply(retry));
    }
}
