package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.routing.PrimaryWaitBudget;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.internal.routing.TransactionDeadline;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where writes wait while no primary is known, and reads that only one could serve, before they have sent anything.
 * Bounded in time, once for all transactions of a unit of work ({@link PrimaryWaitBudget}), by the transaction's own limit too,
 * and in number, so that other reads keep their threads. Woken by
 * each new snapshot; nobody polls. An interrupt ends the wait and stays set. Thread-safe; does not pin virtual threads.
 */
public final class PrimaryWait implements AutoCloseable {

    private final Topology topology;
    private final Duration limit;
    private final int most;
    private final RouterMetrics metrics;
    private final AtomicInteger holding = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param limit how long a write waits at most; zero to fail at once
     * @param most how many may wait at the same time; more fail at once
     */
    public PrimaryWait(Topology topology, Duration limit, int most, RouterMetrics metrics) {
        this.topology = topology;
        this.limit = limit;
        this.most = most;
        this.metrics = metrics;
    }

    /** Writes that wait now. */
    public int holding() {
        return holding.get();
    }

    /** Ends all waiting as soon as the topology is closed, too: whoever has no primary by then fails. */
    @Override
    public void close() {
        closed = true;
    }

    /** What one piece of work may wait in all; time counts from its first wait. Has one outcome. Used by one thread. */
    final class Allowance {

        /** Null before the first wait. */
        private @Nullable PrimaryWaitBudget budget;

        private boolean counted;
        private long beganAt;
        private long nanos;

        /** What others of the unit of work have left of the limit. */
        private long leftOfLimit;

        /** Until the end of the last wait: what came then was no wait for a primary. */
        private long waited;

        /**
         * Waits until a primary is known, or time is up. The caller decides anew and, where it is refused again, comes
         * back to be told that it has waited long enough.
         *
         * @param seen the picture that led to the refusal; one that shows a primary, which gave no connection, is waited
         *     out
         * @param refusal what to throw where there is nothing left to wait for
         */
        void await(TopologySnapshot seen, SQLException refusal) throws SQLException {
            await(seen, refusal, true);
        }

        /** The same for a read: any new picture may show a replica that has by now what is asked for. */
        void awaitChange(TopologySnapshot seen, NoReadableNodeException refusal) throws SQLException {
            await(seen, refusal, false);
        }

        private void await(TopologySnapshot seen, SQLException refusal, boolean untilPrimary) throws SQLException {
            if (limit.isZero()) {
                throw refusal;
            }
            PrimaryWaitBudget unit = begun();
            long since = System.nanoTime();
            if (holding.incrementAndGet() > most) {
                holding.decrementAndGet();
                throw ended(
                        "full",
                        "As many writes wait as may (" + most + ", replication.routing.writes.max-held).",
                        refusal);
            }
            try {
                waitForNews(seen, refusal, untilPrimary);
            } finally {
                holding.decrementAndGet();
                unit.spend(System.nanoTime() - since);
                waited = waited();
            }
        }

        /** Has its one outcome counted, where it waited at all: the work got what it waited for, unless it was told otherwise. */
        void over() {
            if (budget != null) {
                count("released");
            }
        }

        private void count(String outcome) {
            if (!counted) {
                counted = true;
                metrics.held(Duration.ofNanos(waited), outcome);
            }
        }

        private PrimaryWaitBudget begun() {
            PrimaryWaitBudget unit = budget;
            if (unit == null) {
                unit = PrimaryWaitBudget.ofThread();
                budget = unit;
                beganAt = System.nanoTime();
                leftOfLimit = limit.toNanos() - unit.spentNanos();
                OptionalLong ofTransaction = TransactionDeadline.nanosLeft();
                nanos = Math.min(leftOfLimit, ofTransaction.orElse(Long.MAX_VALUE));
                Duration ofAllRuns = RetryContext.timeLeftOfRetry();
                if (ofAllRuns != null) {
                    nanos = Math.min(nanos, ofAllRuns.toNanos());
                }
            }
            return unit;
        }

        private void waitForNews(TopologySnapshot refused, SQLException refusal, boolean untilPrimary)
                throws SQLException {
            TopologySnapshot seen = refused;
            while (seen == refused || (untilPrimary && seen.primary() == null)) {
                if (closed) {
                    throw ended("closed", "The router is closed.", refusal);
                }
                long left = nanos - waited();
                if (left <= 0) {
                    if (seen == refused) {
                        throw ended("timeout", timeout(), refusal);
                    }
                    return;
                }
                seen = next(seen, left, refusal);
            }
        }

        private TopologySnapshot next(TopologySnapshot seen, long left, SQLException refusal) throws SQLException {
            try {
                return topology.awaitChange(seen, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ended("interrupted", "The thread was interrupted while it waited for a primary.", refusal);
            }
        }

        private long waited() {
            return System.nanoTime() - beganAt;
        }

        private String timeout() {
            if (nanos < leftOfLimit) {
                return "Waited as long as the transaction's time limit allows.";
            }
            String key = " ms for a primary (replication.routing.writes.hold)";
            return leftOfLimit < limit.toNanos()
                    ? "The web request or transaction that it belongs to has waited " + limit.toMillis() + key + "."
                    : "Waited " + limit.toMillis() + key + ".";
        }

        private SQLException ended(String outcome, String explanation, SQLException refusal) {
            waited = waited();
            count(outcome);
            if (refusal instanceof NoWritableNodeException none) {
                return none.with(explanation);
            }
            if (refusal instanceof NoReadableNodeException) {
                SQLException ended = new NoReadableNodeException(refusal.getMessage() + " " + explanation);
                for (Throwable earlier : refusal.getSuppressed()) {
                    ended.addSuppressed(earlier);
                }
                return ended;
            }
            return new SQLTransientConnectionException(refusal.getMessage() + ". " + explanation, "08001", refusal);
        }
    }
}
