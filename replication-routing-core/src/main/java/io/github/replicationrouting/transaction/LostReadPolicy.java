package io.github.replicationrouting.transaction;

import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.routing.WorkRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/** Runs read-only transactions again whose node was lost. */
public final class LostReadPolicy implements RerunPolicy {

    private final int limit;

    /** @param limit how many times one transaction is run again at most; 0 for never */
    public LostReadPolicy(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("The number of re-runs must not be negative: " + limit);
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
    public @Nullable String reason(WorkRecord record) {
        Node lost = record.lostNode();
        return lost == null ? null : "node " + lost + (record.isLacking() ? " lacks what it names" : " was lost");
    }

    @Override
    public int limit() {
        return limit;
    }
}
