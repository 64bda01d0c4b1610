package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.FailedAttempt;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.replicationrouting.topology.Node;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * Retries read-only transactions whose node was lost, or lacks a table or column that another node may have, or has
 * rolled them back: Galera does that to those that have read a table which DDL changes.
 */
public final class LostReadRetryPolicy implements RetryPolicy {

    private final int maxRetries;

    /** @param maxRetries maximum number of retries of one transaction; 0 for none */
    public LostReadRetryPolicy(int maxRetries) {
        if (maxRetries < 0) {
            throw new IllegalArgumentException("The number of retries must not be negative, but is " + maxRetries);
        }
        this.maxRetries = maxRetries;
    }

    @Override
    public String kind() {
        return "read";
    }

    @Override
    public boolean appliesTo(TransactionDefinition definition) {
        return maxRetries > 0 && definition.isReadOnly();
    }

    @Override
    public @Nullable String reason(FailedAttempt attempt) {
        Node lost = attempt.lostNode();
        if (lost == null) {
            return attempt.isRolledBack() ? "the server rolled it back" : null;
        }
        return "node " + lost + (attempt.isObjectMissing() ? " lacks an object that it names" : " was lost");
    }

    @Override
    public int maxRetries() {
        return maxRetries;
    }
}
