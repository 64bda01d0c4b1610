package io.github.replicationrouting.internal.transaction;

import io.github.replicationrouting.spi.FailedAttempt;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * Retries read-write transactions whose primary was demoted, or has left its group, meanwhile. The server refused a
 * statement or the COMMIT, so nothing was committed, and the retry waits for the new primary: a planned switchover fails
 * no transaction.
 *
 * <p>The backoff gives the monitor, which probes the node immediately after a refusal, the time to observe the
 * change; from then on the retry waits for a primary like any write.
 */
public final class DemotionRetryPolicy implements RetryPolicy {

    private static final int MAX_RETRIES = 5;
    private static final Duration INITIAL_BACKOFF = Duration.ofMillis(50);

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
    public boolean appliesTo(TransactionDefinition definition) {
        return enabled && !definition.isReadOnly();
    }

    @Override
    public @Nullable String reason(FailedAttempt attempt) {
        Node node = attempt.demotedNode();
        return node == null ? null : "node " + node + " refuses writes";
    }

    @Override
    public int maxRetries() {
        return MAX_RETRIES;
    }

    /** Returns 50, 100, 200, 400 and 800 ms. */
    @Override
    public Duration backoff(int retry) {
        return INITIAL_BACKOFF.multipliedBy(1L << (retry - 1));
    }
}
