package io.github.replicationrouting.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.replicationrouting.Access;
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
    void whenNoContextIsOpenShouldIgnoreReports() {
        RetryContext.lost(db2);
        RetryContext.committed();
        RetryContext.rolledBack();
        RetryContext.unserved();

        assertThat(RetryContext.current()).isNull();
        assertThat(RetryContext.timeLeftOfRetry()).isNull();
        assertThat(RetryContext.intentOf(Access.READ)).isSameAs(Intent.READ);
        try (RetryContext context = open()) {
            assertThat(context.lostNode()).isNull();
            assertThat(context.hasCommitted()).isFalse();
        }
    }

    @Test
    void whenConnectionsReportEventsShouldRecordThem() {
        try (RetryContext context = open()) {
            RetryContext.lost(db2);
            RetryContext.committed();
            RetryContext.rolledBack();
            RetryContext.unserved();

            assertThat(context.lostNode()).isSameAs(db2);
            assertThat(context.hasCommitted()).isTrue();
            assertThat(context.isRolledBack()).isTrue();
            assertThat(context.isUnserved()).isTrue();
        }
        assertThat(RetryContext.current()).isNull();
    }

    @Test
    void whenReadsAreRetriedShouldAvoidAllNodesLostSoFar() {
        try (RetryContext context = open()) {
            assertThat(RetryContext.intentOf(Access.READ)).isSameAs(Intent.READ);
            RetryContext.lost(db2);
            context.nextAttempt();
            assertThat(context.lostNode()).isNull();
            assertThat(RetryContext.intentOf(Access.READ).avoided()).containsExactly(db2);
            assertThat(RetryContext.intentOf(Access.WRITE)).isSameAs(Intent.WRITE);
            RetryContext.lost(db3);
            context.nextAttempt();
            assertThat(RetryContext.intentOf(Access.READ).avoided()).containsExactly(db2, db3);
        }
        assertThat(RetryContext.intentOf(Access.READ)).isSameAs(Intent.READ);
    }

    @Test
    void whenAnObjectIsMissingShouldAvoidEachNodeWithoutIt() {
        try (RetryContext context = open()) {
            RetryContext.objectMissing(db2, Set.of(db2, db3));
            context.nextAttempt();
            assertThat(RetryContext.intentOf(Access.READ).avoided()).containsExactly(db2, db3);
        }
    }

    /** As when no other node serves reads: the retry uses the same node. */
    @Test
    void whenTheSameNodeLacksTheObjectAgainShouldNotReportItAsLost() {
        try (RetryContext context = open()) {
            RetryContext.objectMissing(db2, Set.of(db2));
            assertThat(context.lostNode()).isSameAs(db2);
            context.nextAttempt();
            RetryContext.objectMissing(db2, Set.of(db2));
            assertThat(context.lostNode()).isNull();
            RetryContext.lost(db2);
            assertThat(context.lostNode()).isSameAs(db2);
        }
    }

    @Test
    void whenTheTransactionHasCommittedShouldIgnoreLaterReports() {
        try (RetryContext context = open()) {
            context.complete();
            RetryContext.lost(db2);
            RetryContext.rolledBack();
            RetryContext.unserved();
            RetryContext.demoted(db3);
            assertThat(context.lostNode()).isNull();
            assertThat(context.isRolledBack()).isFalse();
            assertThat(context.isUnserved()).isFalse();
            assertThat(context.demotedNode()).isNull();
        }
    }

    @Test
    void whenATransactionBeginsInsideAnotherShouldNotBeginTheAttempt() {
        try (RetryContext context = open()) {
            assertThat(context.begin()).isTrue();
            assertThat(context.begin()).isFalse();
            context.nextAttempt();
            assertThat(context.begin()).isTrue();
        }
    }

    @Test
    void whenATimeoutIsSetShouldCoverAllAttemptsAndLimitRetries() {
        try (RetryContext context = open()) {
            context.limitTo(Duration.ofSeconds(3));
            context.limitTo(Duration.ofSeconds(30));
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(context.timeLeft()).isEqualTo(Duration.ofSeconds(1));
            assertThat(RetryContext.timeLeftOfRetry()).isNull();
            context.nextAttempt();
            assertThat(RetryContext.timeLeftOfRetry()).isEqualTo(Duration.ofSeconds(1));
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(context.timeLeft()).isNegative();
        }
    }

    @Test
    void whenAnotherThreadReportsShouldIgnoreIt() {
        try (RetryContext context = open()) {
            CompletableFuture.runAsync(() -> {
                        assertThat(RetryContext.current()).isNull();
                        RetryContext.lost(db2);
                    })
                    .join();
            assertThat(context.lostNode()).isNull();
            assertThatIllegalStateException().isThrownBy(this::open);
        }
    }

    private RetryContext open() {
        return RetryContext.open(now::get);
    }
}
