package io.github.replicationrouting.transaction;

import io.github.replicationrouting.routing.WorkRecord;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/** Says after which failures a transaction is run again; {@link TransactionRunner} does it. Thread-safe. */
public interface RerunPolicy {

    /** The word for this kind of re-run in metrics. */
    String kind();

    /** Whether a transaction like this may ever be run again; asked whenever one begins. */
    boolean covers(TransactionDefinition definition);

    /** What calls for another run, in words such as {@code node db2 was lost}; null when nothing does. */
    @Nullable
    String reason(WorkRecord record);

    /** How many times one transaction is run again at most; above 0. */
    int limit();

    /** How long to wait before the re-run of this number, which begins at 1. */
    default Duration pauseBefore(int rerun) {
        return Duration.ZERO;
    }
}
