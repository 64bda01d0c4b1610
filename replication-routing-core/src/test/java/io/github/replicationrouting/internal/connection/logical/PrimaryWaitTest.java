package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.MultipleWritableNodesException;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.routing.PrimaryWaitBudget;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.Route;
import io.github.replicationrouting.internal.topology.PublishedTopology;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

@Timeout(60)
class PrimaryWaitTest {

    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Duration SHORT = Duration.ofMillis(30);

    private final NodeStatus db1 = NodeStatus.unknown(new Node(NodeSpec.of("db1", "jdbc:mysql://db1/")));
    private final PublishedTopology published = new PublishedTopology(withoutPrimary());
    private final List<String> outcomes = new ArrayList<>();
    private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

    private final Topology topology = new Topology() {
        @Override
        public TopologySnapshot snapshot() {
            return published.snapshot();
        }

        @Override
        public void suspect(Node node, Exception cause) {}

        @Override
        public TopologySnapshot awaitChange(TopologySnapshot seen, long nanos) throws InterruptedException {
            return published.awaitChange(seen, nanos);
        }
    };

    private final RouterMetrics metrics = new RouterMetrics() {
        @Override
        public synchronized void held(Duration waited, String outcome) {
            outcomes.add(outcome);
        }
    };

    @AfterEach
    void joinThreads() throws InterruptedException {
        published.close();
        for (Thread thread : threads) {
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void whenAPrimaryIsPublishedShouldReleaseTheWrite() throws Exception {
        PrimaryWait primaryWait = primaryWait(LONG, 1);
        CompletableFuture<@Nullable SQLException> write = onThread(primaryWait);
        awaitWaiting(primaryWait, 1);

        published.publish(withoutPrimary());
        assertThat(write).isNotDone();
        published.publish(withPrimary());

        assertThat(failureOf(write)).isNull();
        assertThat(primaryWait.waiting()).isZero();
        assertThat(outcomes).containsExactly("released");
    }

    @Test
    void whenANodeSharesTheWritesShouldReleaseTheWrite() throws Exception {
        PrimaryWait primaryWait = primaryWait(LONG, 1);
        CompletableFuture<@Nullable SQLException> write = onThread(primaryWait);
        awaitWaiting(primaryWait, 1);

        published.publish(new TopologySnapshot(List.of(db1), null, List.of(db1), null, null));

        assertThat(failureOf(write)).isNull();
        assertThat(outcomes).containsExactly("released");
    }

    @Test
    void whenNoPrimaryIsPublishedInTimeShouldThrowTheReasonAndTheKey() {
        PrimaryWait primaryWait = primaryWait(SHORT, 1);

        assertThatThrownBy(() -> waitUntilTimeout(primaryWait, new NoWritableNodeException("No node.")))
                .isExactlyInstanceOf(NoWritableNodeException.class)
                .hasMessage("No node. Waited 30 ms for a primary (replication.routing.writes.hold).");
        assertThatThrownBy(() -> waitUntilTimeout(primaryWait, new MultipleWritableNodesException("Two.")))
                .isExactlyInstanceOf(MultipleWritableNodesException.class);
        assertThat(outcomes).containsExactly("timeout", "timeout");
    }

    @Test
    void whenNoWaitIsConfiguredShouldFailImmediately() {
        NoWritableNodeException refusal = new NoWritableNodeException("No node.");

        assertThatThrownBy(() -> wait(primaryWait(Duration.ZERO, 1), refusal)).isSameAs(refusal);
        assertThat(outcomes).isEmpty();
    }

    @Test
    void whenTheMaximumNumberOfThreadsWaitsShouldFailImmediately() throws Exception {
        PrimaryWait primaryWait = primaryWait(LONG, 2);
        CompletableFuture<@Nullable SQLException> first = onThread(primaryWait);
        CompletableFuture<@Nullable SQLException> second = onThread(primaryWait);
        awaitWaiting(primaryWait, 2);

        assertThatThrownBy(() -> wait(primaryWait, new NoWritableNodeException("No node.")))
                .isInstanceOf(NoWritableNodeException.class)
                .hasMessageContaining("replication.routing.writes.max-held")
                .hasMessageContaining("2");
        assertThat(outcomes).containsExactly("full");

        published.publish(withPrimary());
        assertThat(failureOf(first)).isNull();
        assertThat(failureOf(second)).isNull();
    }

    @Test
    void whenInterruptedShouldFailImmediatelyAndStayInterrupted() throws Exception {
        PrimaryWait primaryWait = primaryWait(LONG, 1);
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        CompletableFuture<@Nullable SQLException> write = onThread(primaryWait, interrupted);
        awaitWaiting(primaryWait, 1);

        threads.forEach(Thread::interrupt);

        assertThat(failureOf(write)).isInstanceOf(NoWritableNodeException.class).hasMessageContaining("interrupted");
        assertThat(interrupted).hasValue(true);
        assertThat(primaryWait.waiting()).isZero();
        assertThat(outcomes).containsExactly("interrupted");
    }

    @Test
    void whenClosedShouldEndAllWaitsAndRejectFurtherOnes() throws Exception {
        PrimaryWait primaryWait = primaryWait(LONG, 5);
        CompletableFuture<@Nullable SQLException> write = onThread(primaryWait);
        awaitWaiting(primaryWait, 1);

        primaryWait.close();
        published.close();

        assertThat(failureOf(write))
                .isInstanceOf(NoWritableNodeException.class)
                .hasMessageContaining("The router is closed.");
        assertThatThrownBy(() -> wait(primaryWait, new NoWritableNodeException("No node.")))
                .hasMessageContaining("The router is closed.");
        assertThat(outcomes).containsExactly("closed", "closed");
    }

    @Test
    void whenTheTimeoutOfTheTransactionExpiresShouldEndTheWait() {
        ResourceHolderSupport resource = new ResourceHolderSupport() {};
        resource.setTimeoutInMillis(30);
        TransactionSynchronizationManager.bindResource(this, resource);
        try {
            assertThatThrownBy(() -> waitUntilTimeout(primaryWait(LONG, 1), new NoWritableNodeException("No node.")))
                    .hasMessageContaining("the transaction's timeout");
        } finally {
            TransactionSynchronizationManager.unbindResource(this);
        }
    }

    /** Spring gives each attempt the whole timeout; all attempts together must not exceed it. */
    @Test
    void whenEarlierAttemptsUsedTheTimeoutShouldEndTheWait() {
        try (RetryContext context = RetryContext.open(System::nanoTime)) {
            context.limitTo(SHORT);
            context.nextAttempt();
            assertThatThrownBy(() -> waitUntilTimeout(primaryWait(LONG, 1), new NoWritableNodeException("No node.")))
                    .hasMessageContaining("the transaction's timeout");
        }
    }

    @Test
    void whenThePrimaryProvidedNoConnectionShouldWaitForANewerSnapshot() throws Exception {
        published.publish(withPrimary());
        PrimaryWait primaryWait = primaryWait(LONG, 1);
        CompletableFuture<@Nullable SQLException> write = onThread(primaryWait);
        awaitWaiting(primaryWait, 1);

        published.publish(withoutPrimary());
        assertThat(write).isNotDone();
        published.publish(withPrimary());

        assertThat(failureOf(write)).isNull();
    }

    @Test
    void whenTheWaitTimesOutShouldThrowTheFailureOfThePool() {
        published.publish(withPrimary());

        assertThatThrownBy(() ->
                        waitUntilTimeout(primaryWait(SHORT, 1), new SQLTransientConnectionException("pool", "08001")))
                .isExactlyInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("pool. Waited 30 ms")
                .hasRootCauseMessage("pool");
    }

    private PrimaryWait primaryWait(Duration limit, int maxWaiting) {
        return new PrimaryWait(topology, limit, maxWaiting, metrics);
    }

    /** It waits for a replica that contains what it requires, or for a primary; any new snapshot may show one. */
    @Test
    void whenTheWaitOfAReadEndsBeforeItsTimeoutShouldCountItAsReleased() {
        PrimaryWait.Allowance read = primaryWait(LONG, 1).new Allowance();
        TopologySnapshot seen = published.snapshot();
        published.publish(withoutPrimary());

        assertThatCode(() -> read.awaitChange(seen, new NoReadableNodeException("No node.")))
                .doesNotThrowAnyException();
        assertThat(outcomes).isEmpty();
        read.over();

        assertThat(outcomes).containsExactly("released");
    }

    @Test
    void whenWorkDoesNotWaitShouldNotCountIt() {
        primaryWait(LONG, 1).new Allowance().over();

        assertThat(outcomes).isEmpty();
    }

    @Test
    void whenAMetadataCallWaitsShouldCountItLikeAWrite() throws Exception {
        PrimaryWait primaryWait = primaryWait(LONG, 1);
        LeaseManager leases = new LeaseManager(
                "test",
                new ConcurrentHashMap<>(),
                topology,
                new ConnectionDefaults(true, null),
                primaryWait,
                metrics,
                new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), null),
                new Consistency(
                        "test",
                        ConsistencySettings.defaults(),
                        topology,
                        new KnownPositions(SHORT),
                        SHORT,
                        RouterMetrics.NONE));
        Route route = intent -> {
            if (published.snapshot().primary() == null) {
                throw new NoWritableNodeException("No node.");
            }
            throw new NoReadableNodeException("None is left.");
        };
        CompletableFuture<@Nullable SQLException> call =
                onThread(() -> leases.acquireForMetadata(route, Access.METADATA, null), new AtomicReference<>());
        awaitWaiting(primaryWait, 1);
        published.publish(withPrimary());

        assertThat(failureOf(call)).isInstanceOf(NoReadableNodeException.class);
        assertThat(outcomes).containsExactly("released");
    }

    @Test
    void whenAWaitHasEndedShouldCountOneOutcome() {
        PrimaryWait.Allowance allowance = primaryWait(SHORT, 1).new Allowance();
        assertThatThrownBy(() -> {
                    while (true) {
                        allowance.await(published.snapshot(), new NoWritableNodeException("No node."));
                    }
                })
                .isInstanceOf(NoWritableNodeException.class);
        allowance.over();

        assertThat(outcomes).containsExactly("timeout");
    }

    @Test
    void whenAUnitOfWorkHasSeveralTransactionsShouldWaitOnceInTotal() {
        PrimaryWaitBudget request = new PrimaryWaitBudget();
        PrimaryWaitBudget before = request.bind();
        try {
            assertWaitedOnce(request);
        } finally {
            PrimaryWaitBudget.restore(before);
        }
    }

    @Test
    void whenATransactionIsRetriedShouldWaitOnceInTotal() {
        try (RetryContext context = RetryContext.open(System::nanoTime)) {
            assertWaitedOnce(PrimaryWaitBudget.ofThread());
            context.nextAttempt();
            assertThatThrownBy(() -> waitUntilTimeout(primaryWait(SHORT, 1), new NoWritableNodeException("No node.")))
                    .hasMessageContaining("has waited 30 ms for a primary");
        }
        assertThat(PrimaryWaitBudget.ofThread().spentNanos()).isZero();
    }

    private void assertWaitedOnce(PrimaryWaitBudget budget) {
        PrimaryWait primaryWait = primaryWait(SHORT, 1);
        assertThatThrownBy(() -> waitUntilTimeout(primaryWait, new NoWritableNodeException("No node.")))
                .hasMessageContaining("Waited 30 ms for a primary");
        assertThat(budget.spentNanos()).isGreaterThanOrEqualTo(SHORT.toNanos());

        assertThatThrownBy(() -> waitUntilTimeout(primaryWait, new NoWritableNodeException("No node.")))
                .hasMessageContaining(
                        "The web request or transaction that it belongs to has waited 30 ms for a primary");
    }

    private void wait(PrimaryWait primaryWait, SQLException refusal) throws SQLException {
        PrimaryWait.Allowance allowance = primaryWait.new Allowance();
        try {
            allowance.await(published.snapshot(), refusal);
        } finally {
            allowance.over();
        }
    }

    /** Waits until the wait itself throws. */
    private void waitUntilTimeout(PrimaryWait primaryWait, SQLException refusal) throws SQLException {
        PrimaryWait.Allowance allowance = primaryWait.new Allowance();
        try {
            while (true) {
                allowance.await(published.snapshot(), refusal);
            }
        } finally {
            allowance.over();
        }
    }

    private CompletableFuture<@Nullable SQLException> onThread(PrimaryWait primaryWait) {
        return onThread(primaryWait, new AtomicReference<>());
    }

    private CompletableFuture<@Nullable SQLException> onThread(
            PrimaryWait primaryWait, AtomicReference<Boolean> interrupted) {
        return onThread(() -> wait(primaryWait, new NoWritableNodeException("No node.")), interrupted);
    }

    private CompletableFuture<@Nullable SQLException> onThread(Waiting waiting, AtomicReference<Boolean> interrupted) {
        CompletableFuture<@Nullable SQLException> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                waiting.run();
                result.complete(null);
            } catch (SQLException e) {
                interrupted.set(Thread.currentThread().isInterrupted());
                result.complete(e);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        threads.add(thread);
        thread.start();
        return result;
    }

    @FunctionalInterface
    private interface Waiting {
        void run() throws SQLException;
    }

    private static @Nullable Throwable failureOf(CompletableFuture<@Nullable SQLException> write) throws Exception {
        return write.get(10, TimeUnit.SECONDS);
    }

    private static void awaitWaiting(PrimaryWait primaryWait, int writes) {
        while (primaryWait.waiting() < writes) {
            Thread.onSpinWait();
        }
    }

    private TopologySnapshot withPrimary() {
        return new TopologySnapshot(List.of(db1), db1, null);
    }

    private TopologySnapshot withoutPrimary() {
        return new TopologySnapshot(List.of(db1), null, "no node is writable");
    }
}
