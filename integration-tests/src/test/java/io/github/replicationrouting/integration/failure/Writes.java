package io.github.replicationrouting.integration.failure;

import io.github.replicationrouting.test.ReplicatedCluster;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Another client that writes to the primary continuously: on an idle primary a stopped applier cannot be detected. */
final class Writes implements AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Future<?> writing;
    private volatile boolean closed;

    Writes(ReplicatedCluster cluster) {
        String author = cluster.database() + ".author";
        writing = thread.submit(() -> {
            cluster.primary().execute(List.of("INSERT IGNORE INTO " + author + " (id, name) VALUES (1, 'first')"));
            while (!closed) {
                cluster.primary().execute(List.of("UPDATE " + author + " SET name = UUID() WHERE id = 1"));
                TimeUnit.MILLISECONDS.sleep(50);
            }
            return null;
        });
    }

    /** @throws java.util.concurrent.ExecutionException when a write failed */
    @Override
    public void close() throws Exception {
        closed = true;
        thread.shutdown();
        writing.get(30, TimeUnit.SECONDS);
    }
}
