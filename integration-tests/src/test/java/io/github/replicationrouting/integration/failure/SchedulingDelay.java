package io.github.replicationrouting.integration.failure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Measures how long this machine delays a runnable thread, which no bound may attribute to the router. */
final class SchedulingDelay implements AutoCloseable {

    private static final long BEAT = TimeUnit.MILLISECONDS.toNanos(5);

    private final AtomicLong longest = new AtomicLong();
    private final Thread thread = new Thread(this::run, "scheduling-delay");
    private volatile boolean closed;

    SchedulingDelay() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            long began = System.nanoTime();
            LockSupport.parkNanos(BEAT);
            longest.accumulateAndGet(System.nanoTime() - began - BEAT, Math::max);
        }
    }

    /**
     * Returns the tolerance for noise: a read takes part in a few handovers between threads, each of which may meet the
     * longest delay.
     */
    Duration tolerance() {
        return Duration.ofNanos(5 * longest.get());
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
