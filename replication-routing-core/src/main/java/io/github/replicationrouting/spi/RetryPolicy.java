package io.github.replicationrouting.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/** Decides after which failures a transaction is retried, and how often. Thread-safe. */
public interface RetryPolicy {

    /** Returns the label of this policy's retries in metrics. */
    String kind();

    /** Returns whether a transaction of this definition can ever be retried; called for each one that begins. */
    boolean appliesTo(TransactionDefinition definition);

    /** Returns why a retry may succeed, such as {@code node db2 was lost}; null if there is no reason for a retry. */
    @Nullable
    String reason(FailedAttempt attempt);

    /** Returns the maximum number of retries of one transaction; above 0 where the policy applies. */
    int maxRetries();

    /** Returns the pause before the retry of this number, which starts at 1. */
    default Duration backoff(int retry) {
        return Duration.ZERO;
    }
}
