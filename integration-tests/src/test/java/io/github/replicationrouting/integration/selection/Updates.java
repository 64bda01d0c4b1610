package io.github.replicationrouting.integration.selection;

import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Another client that writes to the primary continuously, so that a replica with a stopped applier falls behind. */
final class Updates implements AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> writing;
    private final AtomicLong done = new AtomicLong();
    private volatile boolean closed;

    Updates(ReplicatedCluster cluster) {
        String table = cluster.database() + ".counter";
        writing = thread.submit(() -> {
            cluster.primary()
                    .execute(List.of(
                            "CREATE TABLE IF NOT EXISTS " + table + " (id INT PRIMARY KEY, n BIGINT)",
                            "INSERT IGNORE INTO " + table + " VALUES (1, 0)"));
            while (!closed) {
                cluster.primary().execute(List.of("UPDATE " + table + " SET n = n + 1 WHERE id = 1"));
                done.incrementAndGet();
                // The rhythm of the writes; no condition is awaited here.
                TimeUnit.MILLISECONDS.sleep(20);
            }
            return null;
        });
    }

    void awaitMore(long updates) {
        long enough = done.get() + updates;
        await(updates + " more updates").atMost(Duration.ofSeconds(60)).until(() -> done.get() >= enough);
    }

    /** @throws java.util.concurrent.ExecutionException when a write failed */
    @Override
    public void close() throws Exception {
        closed = true;
        thread.shutdown();
        writing.get(30, TimeUnit.SECONDS);
    }
}
