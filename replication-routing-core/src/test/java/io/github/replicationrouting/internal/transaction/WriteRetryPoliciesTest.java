package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RetryPolicy;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.DefaultTransactionDefinition;

class WriteRetryPoliciesTest {

    private final DefaultTransactionDefinition write = new DefaultTransactionDefinition();
    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/"));
    private int attempts;

    @Test
    void whenServerRollsBackShouldRetryUpToTheMaximum() throws Throwable {
        TransactionRunner runner = runner(new ConflictRetryPolicy(2));

        String result = runner.run(write, () -> {
            if (++attempts <= 2) {
                RetryContext.rolledBack();
                throw new IllegalStateException("deadlock");
            }
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(attempts).isEqualTo(3);
    }

    @Test
    void whenRetriesAreExhaustedShouldThrowTheFailure() {
        TransactionRunner runner = runner(new ConflictRetryPolicy(1));

        assertThatThrownBy(() -> runner.<String>run(write, () -> {
                    attempts++;
                    RetryContext.rolledBack();
                    throw new IllegalStateException("deadlock");
                }))
                .hasMessage("deadlock");
        assertThat(attempts).isEqualTo(2);
    }

    @Test
    void whenRetriesAreZeroOrTransactionIsReadOnlyShouldNotApply() {
        DefaultTransactionDefinition readOnly = new DefaultTransactionDefinition();
        readOnly.setReadOnly(true);

        assertThat(new ConflictRetryPolicy(0).appliesTo(write)).isFalse();
        assertThat(new ConflictRetryPolicy(3).appliesTo(readOnly)).isFalse();
        assertThat(new DemotionRetryPolicy(true).appliesTo(readOnly)).isFalse();
        assertThatThrownBy(() -> new ConflictRetryPolicy(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenRetriedRepeatedlyShouldBackOffExponentiallyAndAtRandom() {
        ConflictRetryPolicy policy = new ConflictRetryPolicy(3);
        Set<Duration> third = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(policy.backoff(1)).isBetween(Duration.ofMillis(4), Duration.ofMillis(16));
            third.add(policy.backoff(4));
        }
        assertThat(third).hasSizeGreaterThan(5).allMatch(backoff -> backoff.compareTo(Duration.ofMillis(39)) >= 0);
    }

    @Test
    void whenPrimaryIsDemotedShouldRetryUnlessWorkWasCommitted() throws Throwable {
        TransactionRunner runner = runner(new DemotionRetryPolicy(true));

        String result = runner.run(write, () -> {
            if (++attempts == 1) {
                RetryContext.demoted(db1);
                throw new IllegalStateException("read-only");
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");

        assertThatThrownBy(() -> runner.<String>run(write, () -> {
                    attempts++;
                    RetryContext.committed();
                    RetryContext.demoted(db1);
                    throw new IllegalStateException("read-only");
                }))
                .hasMessage("read-only");
        assertThat(attempts).isEqualTo(3);
    }

    /** Galera rolls back what has read a table that DDL changes. */
    @Test
    void whenServerRollsBackAReadShouldRetryItAsALostRead() throws Throwable {
        DefaultTransactionDefinition readOnly = new DefaultTransactionDefinition();
        readOnly.setReadOnly(true);

        String result = runner(new LostReadRetryPolicy(1)).run(readOnly, () -> {
            if (++attempts == 1) {
                RetryContext.rolledBack();
                throw new IllegalStateException("deadlock");
            }
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(attempts).isEqualTo(2);
    }

    @Test
    void whenWritesDoNotWaitForAPrimaryShouldNotApply() {
        assertThat(new DemotionRetryPolicy(false).appliesTo(write)).isFalse();
    }

    private static TransactionRunner runner(RetryPolicy policy) {
        return new TransactionRunner("dataSource", List.of(policy), List.of(), RouterMetrics.NONE);
    }
}
