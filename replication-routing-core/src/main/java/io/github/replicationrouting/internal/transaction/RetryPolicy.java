package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/** Says after which failures a transaction is run again; {@link TransactionRunner} does it. Thread-safe. */
public interface RetryPolicy {

    /** The word for this kind of retry in metrics. */
    String kind();

    /** Whether a transaction like this may ever be run again; asked whenever one begins. */
    boolean covers(TransactionDefinition definition);

    /** What calls for another run, in words such as {@code node db2 was lost}; null when nothing does. */
    @Nullable
    String reason(RetryContext record);

    /** How many times one transaction is run again at most; above 0. */
    int limit();

    /** How long to wait before the retry of this number, which begins at 1. */
    default Duration pauseBefore(int retry) {
        return Duration.ZERO;
    }
}
