package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.topology.Node;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/** Runs read-only transactions again whose node was lost. */
public final class LostReadRetryPolicy implements RetryPolicy {

    private final int limit;

    /** @param limit how many times one transaction is run again at most; 0 for never */
    public LostReadRetryPolicy(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("The number of retries must not be negative: " + limit);
        }
        this.limit = limit;
    }

    @Override
    public String kind() {
        return "read";
    }

    @Override
    public boolean covers(TransactionDefinition definition) {
        return limit > 0 && definition.isReadOnly();
    }

    @Override
    public @Nullable String reason(RetryContext record) {
        Node lost = record.lostNode();
        return lost == null ? null : "node " + lost + (record.isObjectMissing() ? " lacks what it names" : " was lost");
    }

    @Override
    public int limit() {
        return limit;
    }
}
