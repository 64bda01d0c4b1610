package io.github.replicationrouting.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.DefaultTransactionDefinition;

class WritePoliciesTest {

    private final DefaultTransactionDefinition write = new DefaultTransactionDefinition();
    private final Node db1 = new Node(NodeSpec.of("db1", "jdbc:mysql://db1/"));
    private int runs;

    @Test
    void aTransactionThatTheServerRolledBackRunsAgainAsOftenAsAllowed() throws Throwable {
        TransactionRunner runner = runner(new ConflictRetryPolicy(2));

        String result = runner.run(write, () -> {
            if (++runs <= 2) {
                RetryContext.rolledBack();
                throw new IllegalStateException("deadlock");
            }
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(runs).isEqualTo(3);
    }

    @Test
    void andNoOftener() {
        TransactionRunner runner = runner(new ConflictRetryPolicy(1));

        assertThatThrownBy(() -> runner.<String>run(write, () -> {
                    runs++;
                    RetryContext.rolledBack();
                    throw new IllegalStateException("deadlock");
                }))
                .hasMessage("deadlock");
        assertThat(runs).isEqualTo(2);
    }

    @Test
    void neverByDefaultAndNeverForReads() {
        DefaultTransactionDefinition readOnly = new DefaultTransactionDefinition();
        readOnly.setReadOnly(true);

        assertThat(new ConflictRetryPolicy(0).covers(write)).isFalse();
        assertThat(new ConflictRetryPolicy(3).covers(readOnly)).isFalse();
        assertThat(new DemotionRetryPolicy(true).covers(readOnly)).isFalse();
        assertThatThrownBy(() -> new ConflictRetryPolicy(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pausesGrowAndAreSpread() {
        ConflictRetryPolicy policy = new ConflictRetryPolicy(3);
        Set<Duration> third = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(policy.pauseBefore(1)).isBetween(Duration.ofMillis(4), Duration.ofMillis(16));
            third.add(policy.pauseBefore(4));
        }
        assertThat(third).hasSizeGreaterThan(5).allMatch(pause -> pause.compareTo(Duration.ofMillis(39)) >= 0);
    }

    @Test
    void aTransactionThatAnOldPrimaryRefusedRunsAgainUnlessSomethingWasCommitted() throws Throwable {
        TransactionRunner runner = runner(new DemotionRetryPolicy(true));

        String result = runner.run(write, () -> {
            if (++runs == 1) {
                RetryContext.demoted(db1);
                throw new IllegalStateException("read-only");
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");

        assertThatThrownBy(() -> runner.<String>run(write, () -> {
                    runs++;
                    RetryContext.committed();
                    RetryContext.demoted(db1);
                    throw new IllegalStateException("read-only");
                }))
                .hasMessage("read-only");
        assertThat(runs).isEqualTo(3);
    }

    @Test
    void withoutAHoldARefusedWriteIsNotRunAgain() {
        assertThat(new DemotionRetryPolicy(false).covers(write)).isFalse();
    }

    private static TransactionRunner runner(RetryPolicy policy) {
        return new TransactionRunner(List.of(policy), List.of(), RouterMetrics.NONE);
    }
}
