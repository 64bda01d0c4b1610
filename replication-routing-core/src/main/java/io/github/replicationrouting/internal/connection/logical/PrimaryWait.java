package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.MultipleWritableNodesException;
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
 * Lets writes wait while no primary is known, and reads that only a primary could serve, before they have sent
 * anything. Bounded in time, once for all transactions of a unit of work ({@link PrimaryWaitBudget}) and by the
 * transaction's own timeout, and in number, so that other reads keep their threads. Woken by each new snapshot, without
 * polling. An interrupt ends the wait and stays set. Thread-safe; does not pin virtual threads.
 */
public final class PrimaryWait implements AutoCloseable {

    private final Topology topology;
    private final Duration limit;
    private final int maxWaiting;
    private final RouterMetrics metrics;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param limit how long a write waits at most; zero to fail immediately
     * @param maxWaiting how many may wait concurrently; further ones fail immediately
     */
    public PrimaryWait(Topology topology, Duration limit, int maxWaiting, RouterMetrics metrics) {
        this.topology = topology;
        this.limit = limit;
        this.maxWaiting = maxWaiting;
        this.metrics = metrics;
    }

    /** Returns how many writes wait now. */
    public int waiting() {
        return waiting.get();
    }

    /** Ends all waits as soon as the topology is closed, too: work without a primary by then fails. */
    @Override
    public void close() {
        closed = true;
    }

    /** Allows one piece of work to wait; time counts from its first wait. Has one outcome. Used by one thread. */
    final class Allowance {

        /** Null before the first wait. */
        private @Nullable PrimaryWaitBudget budget;

        private boolean counted;
        private long beganAt;
        private long nanos;

        /** What earlier waits of the unit of work have left of the limit. */
        private long leftOfLimit;

        /** Time until the end of the last wait: what followed was no wait for a primary. */
        private long waited;

        /**
         * Waits until a primary is known, or time is up. The caller decides anew and, where it is refused again, calls
         * this again, which fails when the time is up.
         *
         * @param seen the snapshot that led to the refusal; where it shows a primary, which gave no connection, waits
         *     for a newer one
         * @param refusal what to throw where there is nothing left to wait for
         */
        void await(TopologySnapshot seen, SQLException refusal) throws SQLException {
            await(seen, refusal, true);
        }

        /** Waits for a newer snapshot, which may show a replica that has what a read must see. */
        void awaitChange(TopologySnapshot seen, NoReadableNodeException refusal) throws SQLException {
            await(seen, refusal, false);
        }

        private void await(TopologySnapshot seen, SQLException refusal, boolean untilPrimary) throws SQLException {
            if (limit.isZero()) {
                throw refusal;
            }
            PrimaryWaitBudget unit = begun();
            long since = System.nanoTime();
            if (waiting.incrementAndGet() > maxWaiting) {
                waiting.decrementAndGet();
                throw ended(
                        "full",
                        "The maximum number of writes is waiting (" + maxWaiting
                                + ", replication.routing.writes.max-held).",
                        refusal);
            }
            try {
                awaitSnapshot(seen, refusal, untilPrimary);
            } finally {
                waiting.decrementAndGet();
                unit.spend(System.nanoTime() - since);
                waited = waited();
            }
        }

        /** Counts the outcome of work that waited: released, unless its wait has failed. */
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
                Duration ofRetry = RetryContext.timeLeftOfRetry();
                if (ofRetry != null) {
                    nanos = Math.min(nanos, ofRetry.toNanos());
                }
            }
            return unit;
        }

        private void awaitSnapshot(TopologySnapshot refused, SQLException refusal, boolean untilPrimary)
                throws SQLException {
            TopologySnapshot seen = refused;
            while (seen == refused || (untilPrimary && !seen.isWritable())) {
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
                return "Waited as long as the transaction's timeout allows.";
            }
            String key = " ms for a primary (replication.routing.writes.hold)";
            return leftOfLimit < limit.toNanos()
                    ? "The web request or transaction that it belongs to has waited " + limit.toMillis() + key + "."
                    : "Waited " + limit.toMillis() + key + ".";
        }

        private SQLException ended(String outcome, String explanation, SQLException refusal) {
            waited = waited();
            count(outcome);
            String message = refusal.getMessage() + " " + explanation;
            if (refusal instanceof MultipleWritableNodesException) {
                return new MultipleWritableNodesException(message);
            }
            if (refusal instanceof NoWritableNodeException) {
                return new NoWritableNodeException(message);
            }
            if (refusal instanceof NoReadableNodeException) {
                SQLException ended = new NoReadableNodeException(message);
                for (Throwable earlier : refusal.getSuppressed()) {
                    ended.addSuppressed(earlier);
                }
                return ended;
            }
            return new SQLTransientConnectionException(refusal.getMessage() + ". " + explanation, "08001", refusal);
        }
    }
}
