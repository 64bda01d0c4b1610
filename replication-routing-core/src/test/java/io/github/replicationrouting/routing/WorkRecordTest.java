package io.github.replicationrouting.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.replicationrouting.node.Node;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WorkRecordTest {

    private final Node db2 = Nodes.node("db2");
    private final Node db3 = Nodes.node("db3");
    private final AtomicLong now = new AtomicLong(-5);

    @Test
    void whenNobodyRecordsReportsShouldGoNowhere() {
        WorkRecord.lost(db2);
        WorkRecord.committed();
        WorkRecord.rolledBack();
        WorkRecord.unserved();

        assertThat(WorkRecord.current()).isNull();
        assertThat(WorkRecord.timeLeftOfRerun()).isNull();
        assertThat(WorkRecord.intentOf(Access.READ)).isSameAs(Intent.READ);
        try (WorkRecord record = open()) {
            assertThat(record.lostNode()).isNull();
            assertThat(record.hasCommitted()).isFalse();
        }
    }

    @Test
    void shouldHoldWhatConnectionsReport() {
        try (WorkRecord record = open()) {
            WorkRecord.lost(db2);
            WorkRecord.committed();
            WorkRecord.rolledBack();
            WorkRecord.unserved();

            assertThat(record.lostNode()).isSameAs(db2);
            assertThat(record.hasCommitted()).isTrue();
            assertThat(record.isRolledBack()).isTrue();
            assertThat(record.isUnserved()).isTrue();
        }
        assertThat(WorkRecord.current()).isNull();
    }

    @Test
    void whenWorkIsRunAgainReadsShouldAvoidAllNodesLostSoFar() {
        try (WorkRecord record = open()) {
            assertThat(WorkRecord.intentOf(Access.READ)).isSameAs(Intent.READ);
            WorkRecord.lost(db2);
            record.nextRun();
            assertThat(record.lostNode()).isNull();
            assertThat(WorkRecord.intentOf(Access.READ).avoided()).containsExactly(db2);
            assertThat(WorkRecord.intentOf(Access.WRITE)).isSameAs(Intent.WRITE);
            WorkRecord.lost(db3);
            record.nextRun();
            assertThat(WorkRecord.intentOf(Access.READ).avoided()).containsExactly(db2, db3);
        }
        assertThat(WorkRecord.intentOf(Access.READ)).isSameAs(Intent.READ);
    }

    @Test
    void theNextRunShouldAvoidEachNodeThatIsKnownToLackTheSame() {
        try (WorkRecord record = open()) {
            WorkRecord.lacking(db2, Set.of(db2, db3));
            record.nextRun();
            assertThat(WorkRecord.intentOf(Access.READ).avoided()).containsExactly(db2, db3);
        }
    }

    /** As where no other node serves reads: it lacks the same again. */
    @Test
    void whenWorkComesBackToANodeThatLacksWhatItNamesShouldNotRunAgain() {
        try (WorkRecord record = open()) {
            WorkRecord.lacking(db2, Set.of(db2));
            assertThat(record.lostNode()).isSameAs(db2);
            record.nextRun();
            WorkRecord.lacking(db2, Set.of(db2));
            assertThat(record.lostNode()).isNull();
            WorkRecord.lost(db2);
            assertThat(record.lostNode()).isSameAs(db2);
        }
    }

    @Test
    void whenTheTransactionHasCommittedWhatComesAfterShouldNotBeItsOwn() {
        try (WorkRecord record = open()) {
            record.complete();
            WorkRecord.lost(db2);
            WorkRecord.rolledBack();
            WorkRecord.unserved();
            WorkRecord.refused(db3);
            assertThat(record.lostNode()).isNull();
            assertThat(record.isRolledBack()).isFalse();
            assertThat(record.isUnserved()).isFalse();
            assertThat(record.refusingNode()).isNull();
        }
    }

    @Test
    void onlyTheFirstTransactionOfARunShouldBeginIt() {
        try (WorkRecord record = open()) {
            assertThat(record.begin()).isTrue();
            assertThat(record.begin()).isFalse();
            record.nextRun();
            assertThat(record.begin()).isTrue();
        }
    }

    @Test
    void theTimeoutShouldCoverAllRunsAndLimitThoseAfterTheFirst() {
        try (WorkRecord record = open()) {
            record.limitTo(Duration.ofSeconds(3));
            record.limitTo(Duration.ofSeconds(30));
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(record.timeLeft()).isEqualTo(Duration.ofSeconds(1));
            assertThat(WorkRecord.timeLeftOfRerun()).isNull();
            record.nextRun();
            assertThat(WorkRecord.timeLeftOfRerun()).isEqualTo(Duration.ofSeconds(1));
            now.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(record.timeLeft()).isNegative();
        }
    }

    @Test
    void shouldBelongToOneThread() {
        try (WorkRecord record = open()) {
            CompletableFuture.runAsync(() -> {
                        assertThat(WorkRecord.current()).isNull();
                        WorkRecord.lost(db2);
                    })
                    .join();
            assertThat(record.lostNode()).isNull();
            assertThatIllegalStateException().isThrownBy(this::open);
        }
    }

    private WorkRecord open() {
        return WorkRecord.open(now::get);
    }
}
