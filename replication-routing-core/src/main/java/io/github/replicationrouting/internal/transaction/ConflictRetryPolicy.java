package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * Runs transactions that may write again when the server rolled them back for the sake of others: a deadlock, a failed
 * certification. The pauses grow exponentially and are spread at random, so that those who met do not meet again.
 */
public final class ConflictRetryPolicy implements RetryPolicy {

    private static final IntervalFunction PAUSES =
            IntervalFunction.ofExponentialRandomBackoff(Duration.ofMillis(10), 2, 0.5, Duration.ofSeconds(1));

    private final int limit;

    /** @param limit how many times one transaction is run again at most; 0 for never */
    public ConflictRetryPolicy(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("The number of retries must not be negative: " + limit);
        }
        this.limit = limit;
    }

    @Override
    public String kind() {
        return "conflict";
    }

    @Override
    public boolean covers(TransactionDefinition definition) {
        return limit > 0 && !definition.isReadOnly();
    }

    @Override
    public @Nullable String reason(RetryContext record) {
        return record.isRolledBack() ? "the server rolled it back" : null;
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public Duration pauseBefore(int retry) {
        return Duration.ofMillis(PAUSES.apply(retry));
    }
}
