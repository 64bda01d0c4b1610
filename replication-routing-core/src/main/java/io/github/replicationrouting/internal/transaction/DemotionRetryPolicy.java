package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * Runs transactions again that met a primary in the moment in which it was made read-only: the server refused a statement
 * or the COMMIT, so nothing of them is there, and the next run waits for the new primary. So a planned switchover fails
 * no transaction.
 *
 * <p>The pauses give the monitor, which looks at once after a refusal, the time to see it; from then on the retry waits
 * in the hold.
 */
public final class DemotionRetryPolicy implements RetryPolicy {

    private static final int LIMIT = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private final boolean enabled;

    /** @param enabled whether writes wait for a primary at all */
    public DemotionRetryPolicy(boolean enabled) {
        this.enabled = enabled;
    }

    @Override
    public String kind() {
        return "demotion";
    }

    @Override
    public boolean covers(TransactionDefinition definition) {
        return enabled && !definition.isReadOnly();
    }

    @Override
    public @Nullable String reason(RetryContext record) {
        Node node = record.demotedNode();
        return node == null ? null : "node " + node + " has ceased to be the primary";
    }

    @Override
    public int limit() {
        return LIMIT;
    }

    /** 50, 100, 200, 400 and 800 ms. */
    @Override
    public Duration pauseBefore(int retry) {
        return FIRST_PAUSE.multipliedBy(1L << (retry - 1));
    }
}
