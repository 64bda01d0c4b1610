package io.github.replicationrouting.integration.failure;

import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.TestApplication;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An application that goes on reading, whatever happens. */
final class Reads implements AutoCloseable {

    private static final int THREADS = 3;

    /** One read-only transaction: the node that served it, or why none did. */
    record Outcome(
            long beganNanos,
            @Nullable String node,
            @Nullable Exception failure) {}

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
        }
    }

    /** The next reads that begin after this call. */
    List<Outcome> next(int count) {
        long now = System.nanoTime();
        await().atMost(Duration.ofSeconds(30)).until(() -> since(now).size() >= count);
        return since(now);
    }

    List<Exception> failures() {
        return outcomes.stream().map(Outcome::failure).filter(Objects::nonNull).toList();
    }

    private List<Outcome> since(long nanos) {
        return outcomes.stream()
                .filter(outcome -> outcome.beganNanos() - nanos >= 0)
                .toList();
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
