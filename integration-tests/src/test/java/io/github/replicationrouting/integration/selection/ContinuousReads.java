package io.github.replicationrouting.integration.selection;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that read continuously. */
final class ContinuousReads implements AutoCloseable {

    static final int THREADS = 4;

    /** Threads without pauses would take the processor from other tests. */
    private static final long THINK_TIME = TimeUnit.MILLISECONDS.toNanos(3);

    private final TestRouter router;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Map<String, AtomicLong> served = new ConcurrentHashMap<>();
    private final AtomicLong all = new AtomicLong();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    ContinuousReads(TestRouter router) {
        this.router = router;
        for (int i = 0; i < THREADS; i++) {
            threads.execute(this::readOn);
        }
    }

    private void readOn() {
        while (!closed) {
            try {
                served.computeIfAbsent(router.read(), node -> new AtomicLong()).incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(e);
            }
            all.incrementAndGet();
            LockSupport.parkNanos(THINK_TIME);
        }
    }

    long servedBy(String node) {
        AtomicLong count = served.get(node);
        return count == null ? 0 : count.get();
    }

    void awaitMore(long reads) {
        long enough = all.get() + reads;
        await(reads + " more reads").atMost(Duration.ofSeconds(60)).until(() -> all.get() >= enough);
    }

    List<RuntimeException> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        threads.shutdown();
        if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Reads do not end");
        }
    }
}
