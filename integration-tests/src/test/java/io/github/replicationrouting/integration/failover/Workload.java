package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.failover.History.Told;
import io.github.replicationrouting.integration.failover.History.Write;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.routing.CommitOutcomeUnknownException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Four writers and four readers that go on whatever happens, and note what they were told. */
final class Workload implements AutoCloseable {

    static final int WRITERS = 4;
    static final int READERS = 4;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What replicas on a small machine keep up with: else the last writes of a lost primary tell nothing. */
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

    private static final AtomicInteger NEXT_WRITER = new AtomicInteger();

    private final TestApplication app;
    private final History history = new History();
    private final Queue<String> failedWrites = new ConcurrentLinkedQueue<>();
    private final Queue<String> failedReads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger reads = new AtomicInteger();
    private Acknowledged newest = new Acknowledged("none", 0, 0);
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS);
    private final int firstWriter = NEXT_WRITER.getAndAdd(WRITERS);
    private volatile boolean closed;

    /** @param firstAt when this server acknowledged its first write in a row */
    private record Acknowledged(String server, long firstAt, int inARow) {}

    private Workload(TestApplication app) {
        this.app = app;
    }

    static void createTables(TestApplication app) {
        app.cluster()
                .primary()
                .execute(List.of(
                        "CREATE TABLE IF NOT EXISTS %s.written (id BIGINT AUTO_INCREMENT PRIMARY KEY, writer INT NOT NULL,"
                                        .formatted(app.cluster().database())
                                + " number INT NOT NULL)",
                        "CREATE TABLE IF NOT EXISTS %s.counter (writer INT PRIMARY KEY, n INT NOT NULL)"
                                .formatted(app.cluster().database())));
        app.cluster().awaitReplicated();
    }

    static Workload start(TestApplication app) {
        createTables(app);
        Workload workload = new Workload(app);
        for (int i = 0; i < WRITERS; i++) {
            int writer = workload.firstWriter + i;
            app.transactions().write(() -> app.jdbc().update("INSERT INTO counter (writer, n) VALUES (?, 0)", writer));
        }
        app.cluster().awaitReplicated();
        for (int i = 0; i < WRITERS; i++) {
            int writer = workload.firstWriter + i;
            workload.threads.execute(() -> workload.writeOn(writer));
        }
        for (int i = 0; i < READERS; i++) {
            workload.threads.execute(workload::readOn);
        }
        return workload;
    }

    private void writeOn(int writer) {
        for (int number = 0; !closed; number++) {
            AtomicReference<@Nullable String> server = new AtomicReference<>();
            try {
                int next = number;
                app.transactions().write(() -> {
                    app.jdbc().update("INSERT INTO written (writer, number) VALUES (?, ?)", writer, next);
                    server.set(app.node());
                    return app.jdbc().update("UPDATE counter SET n = n + 1 WHERE writer = ?", writer);
                });
                String acknowledging = Objects.requireNonNull(server.get());
                history.add(new Write(writer, number, Told.ACKNOWLEDGED, acknowledging));
                acknowledged(acknowledging);
                LockSupport.parkNanos(PAUSE);
            } catch (RuntimeException e) {
                history.add(new Write(writer, number, isUnknown(e) ? Told.UNKNOWN : Told.FAILED, server.get()));
                failedWrites.add(LocalTime.now(ZoneId.systemDefault()) + " " + e);
            }
        }
    }

    private synchronized void acknowledged(String server) {
        newest = newest.server().equals(server)
                ? new Acknowledged(server, newest.firstAt(), newest.inARow() + 1)
                : new Acknowledged(server, System.nanoTime(), 1);
    }

    private synchronized Acknowledged newest() {
        return newest;
    }

    static boolean isUnknown(Throwable failure) {
        for (Throwable link = failure; link != null; link = link.getCause()) {
            if (link instanceof CommitOutcomeUnknownException) {
                return true;
            }
        }
        return false;
    }

    private void readOn() {
        while (!closed) {
            try {
                app.transactions()
                        .readOnly(() -> app.jdbc().queryForObject("SELECT COUNT(*) FROM counter", Long.class));
                reads.incrementAndGet();
                LockSupport.parkNanos(PAUSE);
            } catch (RuntimeException e) {
                failedReads.add(LocalTime.now(ZoneId.systemDefault()) + " " + e);
            }
        }
    }

    /** Waits for more writes to be acknowledged by a server. */
    void awaitWrites(String server, int more) {
        await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> {
            Acknowledged now = newest();
            return now.server().equals(server) && now.inARow() >= more;
        });
    }

    void awaitReads(int more) {
        int enough = reads.get() + more;
        await().atMost(LIMIT).until(() -> reads.get() >= enough);
    }

    /** When the server that acknowledges writes now began to. */
    long firstAcknowledgedAt() {
        return newest().firstAt();
    }

    /** When, and what each said. */
    Queue<String> failedWrites() {
        return failedWrites;
    }

    Queue<String> failedReads() {
        return failedReads;
    }

    History history() {
        return history;
    }

    /** Ends the threads, and finds nothing wrong with what they were told; returns how many writes were lost. */
    int assertSound(boolean tailsMayBeLost) throws InterruptedException, SQLException {
        close();
        Map<String, Integer> rows = new HashMap<>();
        Map<Integer, Integer> counters = new HashMap<>();
        try (Connection connection = app.cluster().primary().adminConnection();
                Statement statement = connection.createStatement()) {
            String own = " WHERE writer >= " + firstWriter + " AND writer < " + (firstWriter + WRITERS);
            String database = app.cluster().database();
            try (ResultSet row = statement.executeQuery("SELECT writer, number FROM " + database + ".written" + own)) {
                while (row.next()) {
                    rows.merge(row.getInt(1) + "/" + row.getInt(2), 1, Integer::sum);
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT writer, n FROM " + database + ".counter" + own)) {
                while (row.next()) {
                    counters.put(row.getInt(1), row.getInt(2));
                }
            }
        }
        assertThat(history.count(Told.ACKNOWLEDGED)).isPositive();
        assertThat(history.violations(rows, counters, tailsMayBeLost)).isEmpty();
        return history.lost(rows).size();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        threads.shutdown();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The workload does not end");
        }
    }
}
