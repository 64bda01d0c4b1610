package io.github.replicationrouting.integration.failure;

import io.github.replicationrouting.integration.support.TestApplication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Threads of an application that read continuously, and one that writes, with the duration of each transaction. */
final class Traffic implements AutoCloseable {

    /** One transaction: the node that served it, or why none did. Times by {@link System#nanoTime()}. */
    record Outcome(
            boolean write,
            long began,
            long ended,
            @Nullable String node,
            @Nullable Exception failure) {

        Duration took() {
            return Duration.ofNanos(ended - began);
        }
    }

    /** Pause between transactions: threads without pauses would take the processor from other tests. */
    private static final long THINK_TIME = TimeUnit.MILLISECONDS.toNanos(5);

    private final TestApplication app;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    Traffic(TestApplication app, int readers) {
        this.app = app;
        for (int i = 0; i < readers; i++) {
            threads.execute(() -> repeat(false));
        }
        threads.execute(() -> repeat(true));
    }

    private void repeat(boolean write) {
        while (!closed) {
            long began = System.nanoTime();
            String node = null;
            Exception failure = null;
            try {
                node = write
                        ? app.transactions().write(this::write)
                        : app.transactions().readOnly(app::node);
            } catch (RuntimeException e) {
                failure = e;
            }
            outcomes.add(new Outcome(write, began, System.nanoTime(), node, failure));
            LockSupport.parkNanos(THINK_TIME);
        }
    }

    private String write() {
        app.insertAuthor(UUID.randomUUID().toString());
        return app.node();
    }

    List<Outcome> reads() {
        return outcomes.stream().filter(outcome -> !outcome.write()).toList();
    }

    List<Outcome> writes() {
        return outcomes.stream().filter(Outcome::write).toList();
    }

    static Stream<Outcome> failed(List<Outcome> outcomes) {
        return outcomes.stream().filter(outcome -> outcome.failure() != null);
    }

    static Duration longest(List<Outcome> outcomes) {
        return outcomes.stream().map(Outcome::took).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** Returns the reads that ended in an interval, per second. */
    long readsPerSecond(long from, long to) {
        long ended = reads().stream()
                .filter(read -> read.failure() == null && read.ended() - from >= 0 && read.ended() - to < 0)
                .count();
        return ended * TimeUnit.SECONDS.toNanos(1) / Math.max(1, to - from);
    }

    /** Ends the threads and returns when each has completed its transaction. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        threads.shutdown();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
            List<String> stacks = new ArrayList<>();
            Thread.getAllStackTraces().forEach((thread, stack) -> stacks.add(thread + " " + List.of(stack)));
            throw new IllegalStateException("Traffic does not end: " + stacks);
        }
    }
}
