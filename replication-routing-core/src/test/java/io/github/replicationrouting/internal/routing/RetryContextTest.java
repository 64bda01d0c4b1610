package io.github.replicationrouting.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryContextTest {

    private final Node db2 = Nodes.node("db2");
    private final Node db3 = Nodes.node("db3");
    private final AtomicLong now = new AtomicLong(-5);

    @Test
    void whenNobodyRecordsReportsShouldGoNowhere() {
        RetryContext.lost(db2);
        RetryContext.committed();
        RetryContext.rolledBack();
        RetryContext.unserved();

        assertThat(RetryContext.current()).isNull();
        assertThat(RetryContext.timeLeftOfRetry()).isNull();
        assertThat(RetryContext.intentOf(Access.READ)).isSameAs(Intent.READ);
        try (RetryContext record = open()) {
            assertThat(record.lostNode()).isNull();
            assertThat(record.hasCommitted()).isFalse();
        }
    }

    @Test
    void shouldHoldWhatConnectionsReport() {
        try (RetryContext record = open()) {
            RetryContext.lost(db2);
            RetryContext.committed();
            RetryContext.rolledBack();
            RetryContext.unserved();

            assertThat(record.lostNode()).isSameAs(db2);
            assertThat(record.hasCommitted()).isTrue();
            assertThat(record.isRolledBack()).isTrue();
            assertThat(record.isUnserved()).isTrue();
        }
        assertThat(RetryContext.current()).isNull();
    }

    @Test
    void whenWorkIsRunAgainReadsShouldAvoidAllNodesLostSoFar() {
        try (RetryContext record = open()) {
            assertThat(RetryContext.intentOf(Access.READ)).isSameAs(Intent.READ);
            RetryContext.lost(db2);
            record.nextAttempt();
            assertThat(record.lostNode()).isNull();
            assertThat(RetryContext.intentOf(Access.READ).avoided()).containsExactly(db2);
            assertThat(RetryContext.intentOf(Access.WRITE)).isSameAs(Intent.WRITE);
            RetryContext.lost(db3);
            record.nextAttempt();
            assertThat(RetryContext.intentOf(Access.READ).avoided()).containsExactly(db2, db3);
        }
        assertThat(RetryContext.intentOf(Access.READ)).isSameAs(Intent.READ);
    }

    @Test
    void theNextRunShouldAvoidEachNodeThatIsKnownToLackTheSame() {
        try (RetryContext record = open()) {
            RetryContext.objectMissing(db2, Set.of(db2, db3));
            record.nextAttempt();
            assertThat(RetryContext.intentOf(Access.READ).avoided()).containsExactly(db2, db3);
        }
    }

    /** As where no other node serves reads: it lacks the same again. */
    @Test
    void whenWorkComesBackToANodeThatLacksWhatItNamesShouldNotRunAgain() {
        try (RetryContext record = open()) {
            RetryContext.objectMissing(db2, Set.of(db2));
            assertThat(record.lostNode()).isSameAs(db2);
            record.nextAttempt();
            RetryContext.objectMissing(db2, Set.of(db2));
            assertThat(record.lostNode()).isNull();
            RetryContext.lost(db2);
            assertThat(record.lostNode()).isSameAs(db2);
        }
    }

    @Test
    void whenTheTransactionHasCommittedWhatComesAfterShouldNotBeItsOwn() {
        try (RetryContext record = open()) {
            record.complete();
            RetryContext.lost(db2);
            RetryContext.rolledBack();
            RetryContext.unserved();
            RetryContext.demoted(db3);
            assertThat(record.lostNode()).isNull();
            assertThat(record.isRolledBack()).isFalse();
            assertThat(record.isUnserved()).isFalse();
            assertThat(record.demotedNode()).isNull();
        }
    }

    @Test
    void onlyTheFirstTransactionOfARunShouldBeginIt() {
        try (RetryContext record = open()) {
            assertThat(record.begin()).isTrue();
            assertThat(record.begin()).isFalse();
            record.nextAttempt();
            assertThat(record.begin()).isTrue();
        }
    }

    @Test
    void theTimeoutShouldCoverAllRunsAndLimitThoseAfterTheFirst() {
        try (RetryContext record = open()) {
            record.limitTo(Duration.ofSeconds(3));
            record.limitTo(Duration.ofSeconds(30));
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(record.timeLeft()).isEqualTo(Duration.ofSeconds(1));
            assertThat(RetryContext.timeLeftOfRetry()).isNull();
            record.nextAttempt();
            assertThat(RetryContext.timeLeftOfRetry()).isEqualTo(Duration.ofSeconds(1));
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(record.timeLeft()).isNegative();
        }
    }

    @Test
    void shouldBelongToOneThread() {
        try (RetryContext record = open()) {
            CompletableFuture.runAsync(() -> {
                        assertThat(RetryContext.current()).isNull();
                        RetryContext.lost(db2);
                    })
                    .join();
            assertThat(record.lostNode()).isNull();
            assertThatIllegalStateException().isThrownBy(this::open);
        }
    }

    private RetryContext open() {
        return RetryContext.open(now::get);
    }
}
