package io.github.replicationrouting.internal.connection.pool;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.PoolStats;
import java.util.function.IntSupplier;

/**
 * Makes HikariCP's meters show what borrowers see. HikariCP itself sees a wait in slices, and only the threads that
 * were admitted: each slice that ends would count as a timeout, and threads that queue above it would not be pending.
 * Thread-safe.
 */
final class BorrowerMetrics {

    private static final IMetricsTracker NONE = new IMetricsTracker() {};

    private final IntSupplier queued;
    private volatile IMetricsTracker tracker = NONE;

    /** @param queued how many threads wait above HikariCP */
    BorrowerMetrics(IntSupplier queued) {
        this.queued = queued;
    }

    /** Records that a borrower has its connection. */
    void acquired(long nanos) {
        tracker.recordConnectionAcquiredNanos(nanos);
    }

    /** Records that a borrower got no connection in time. */
    void timedOut() {
        tracker.recordConnectionTimeout();
    }

    /** Returns the factory to configure in the pool in place of {@code factory}. */
    MetricsTrackerFactory of(MetricsTrackerFactory factory) {
        return (pool, stats) -> {
            IMetricsTracker target = factory.create(pool, new AllThreads(stats, queued));
            tracker = target;
            return new WithoutSlices(target);
        };
    }

    /** The meters that HikariCP itself still keeps. */
    private record WithoutSlices(IMetricsTracker target) implements IMetricsTracker {

        @Override
        public void recordConnectionCreatedMillis(long millis) {
            target.recordConnectionCreatedMillis(millis);
        }

        @Override
        public void recordConnectionUsageMillis(long millis) {
            target.recordConnectionUsageMillis(millis);
        }

        @Override
        public void close() {
            target.close();
        }
    }

    private static final class AllThreads extends PoolStats {

        private final PoolStats hikari;
        private final IntSupplier queued;

        AllThreads(PoolStats hikari, IntSupplier queued) {
            // HikariCP caches its own numbers for a second; the queue is counted immediately.
            super(0);
            this.hikari = hikari;
            this.queued = queued;
        }

        @Override
        protected void update() {
            totalConnections = hikari.getTotalConnections();
            idleConnections = hikari.getIdleConnections();
            activeConnections = hikari.getActiveConnections();
            pendingThreads = hikari.getPendingThreads() + queued.getAsInt();
            maxConnections = hikari.getMaxConnections();
            minConnections = hikari.getMinConnections();
        }
    }
}
