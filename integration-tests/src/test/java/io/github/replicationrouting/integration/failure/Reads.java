package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.TestApplication;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An application that reads continuously. */
final class Reads implements AutoCloseable {

    private static final int THREADS = 3;
    private static final int ENOUGH = 100;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** One read-only transaction: the node that served it, or why none did. */
    private record Outcome(
            long beganNanos,
            @Nullable String node,
            @Nullable Exception failure) {}

    /** Threads without pauses would take the processor from other tests. */
    private static final long THINK_TIME = TimeUnit.MILLISECONDS.toNanos(5);

    private final TestApplication app;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    Reads(TestApplication app) {
        this.app = app;
        for (int i = 0; i < THREADS; i++) {
            threads.execute(this::readOn);
        }
    }

    private void readOn() {
        while (!closed) {
            long began = System.nanoTime();
            try {
                String node = app.transactions().readOnly(app::node);
                outcomes.add(new Outcome(began, node, null));
            } catch (RuntimeException e) {
                outcomes.add(new Outcome(began, null, e));
            }
            LockSupport.parkNanos(THINK_TIME);
        }
    }

    /**
     * Fails when one of the next reads is served by an evicted node, by none, or never by the others. The primary may
     * serve some: a node whose answer is late on a busy machine is avoided for a moment.
     */
    void assertAvoided(String node, String... others) {
        long now = System.nanoTime();
        await().atMost(LIMIT).until(() -> since(now).count() >= ENOUGH);
        List<Outcome> next = since(now).toList();
        assertThat(next).extracting(Outcome::failure).containsOnlyNulls();
        assertThat(next).extracting(Outcome::node).doesNotContain(node).contains(others);
    }

    /** Waits until a node serves reads that begin after this call; fails when one of them fails. */
    void awaitServedBy(String node) {
        long now = System.nanoTime();
        await().atMost(LIMIT).until(() -> since(now).anyMatch(read -> node.equals(read.node())));
        assertThat(since(now)).extracting(Outcome::failure).containsOnlyNulls();
    }

    void assertNoneFailed() {
        assertThat(outcomes).extracting(Outcome::failure).containsOnlyNulls();
    }

    private Stream<Outcome> since(long nanos) {
        return outcomes.stream().filter(read -> read.beganNanos() - nanos >= 0);
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
