package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.failover.History.Write;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Writers and readers that continue through all faults and record their results. */
public final class Workload implements AutoCloseable {

    public static final int WRITERS = 4;
    static final int READERS = 4;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /**
     * A rate that replicas on a small machine keep up with: otherwise the last writes of a lost primary prove nothing.
     */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final AtomicInteger NEXT_WRITER = new AtomicInteger();

    private final TestApplication app;
    private final History history = new History();
    private final Queue<String> failedWrites = new ConcurrentLinkedQueue<>();
    private final Queue<String> failedReads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger reads = new AtomicInteger();
    private Acknowledged newest = new Acknowledged("none", 0, 0);
    private final Map<String, Integer> acknowledgedBy = new ConcurrentHashMap<>();
    private final ExecutorService threads;
    private final int writers;
    private final int firstWriter;
    private final long pause;
    private volatile boolean closed;

    /** @param firstAt when this server acknowledged its first write in a row */
    private record Acknowledged(String server, long firstAt, int inARow) {}

    private Workload(TestApplication app, int writers, int readers, Duration pause) {
        this.app = app;
        this.pause = pause.toNanos();
        this.writers = writers;
        firstWriter = NEXT_WRITER.getAndAdd(writers);
        threads = Executors.newFixedThreadPool(writers + readers);
        for (int i = 0; i < writers; i++) {
            int writer = firstWriter + i;
            threads.execute(() -> writeOn(writer));
        }
        for (int i = 0; i < readers; i++) {
            threads.execute(this::readOn);
        }
    }

    /** Creates the tables and waits until all nodes have them. */
    public static void createTables(ReplicatedCluster cluster) {
        cluster.primary()
                .execute(List.of(
                        "CREATE TABLE IF NOT EXISTS %s.written (id BIGINT AUTO_INCREMENT PRIMARY KEY, writer INT NOT NULL,"
                                        .formatted(cluster.database())
                                + " number INT NOT NULL)",
                        "CREATE TABLE IF NOT EXISTS %s.counter (writer INT PRIMARY KEY, n INT NOT NULL)"
                                .formatted(cluster.database())));
        cluster.awaitReplicated();
    }

    /** Starts four writers and four readers. */
    static Workload start(TestApplication app) {
        createTables(app.cluster());
        return new Workload(app, WRITERS, READERS, PAUSE);
    }

    /**
     * Starts four writers and four readers, on a cluster that has the {@linkplain #createTables tables}.
     *
     * @param pause time between two transactions of a thread
     */
    public static Workload start(TestApplication app, Duration pause) {
        return new Workload(app, WRITERS, READERS, pause);
    }

    /** Starts only writers, on a cluster that has the {@linkplain #createTables tables}. */
    public static Workload startWriters(TestApplication app, int writers) {
        return startWriters(app, writers, PAUSE);
    }

    /**
     * Starts only writers, on a cluster that has the {@linkplain #createTables tables}.
     *
     * @param pause time between two writes of a writer
     */
    public static Workload startWriters(TestApplication app, int writers, Duration pause) {
        return new Workload(app, writers, 0, pause);
    }

    private void writeOn(int writer) {
        for (int number = 0; !closed; number++) {
            AtomicReference<@Nullable String> server = new AtomicReference<>();
            AtomicLong reachedAt = new AtomicLong();
            try {
                int next = number;
                app.transactions().write(() -> {
                    app.jdbc().update("INSERT INTO written (writer, number) VALUES (?, ?)", writer, next);
                    reachedAt.set(System.nanoTime());
                    server.set(app.node());
                    return app.jdbc()
                            .update(
                                    "INSERT INTO counter (writer, n) VALUES (?, 1) ON DUPLICATE KEY UPDATE n = n + 1",
                                    writer);
                });
                String acknowledging = Objects.requireNonNull(server.get());
                history.add(new Write(
                        writer, number, Outcome.ACKNOWLEDGED, acknowledging, reachedAt.get(), System.nanoTime()));
                acknowledged(acknowledging);
            } catch (RuntimeException e) {
                Outcome outcome = isUnknown(e) ? Outcome.UNKNOWN : Outcome.FAILED;
                history.add(new Write(writer, number, outcome, server.get(), reachedAt.get(), System.nanoTime()));
                failedWrites.add(LocalTime.now(ZoneId.systemDefault()) + " " + e);
            }
            LockSupport.parkNanos(pause);
        }
    }

    private synchronized void acknowledged(String server) {
        acknowledgedBy.merge(server, 1, Integer::sum);
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
            } catch (RuntimeException e) {
                failedReads.add(LocalTime.now(ZoneId.systemDefault()) + " " + e);
            }
            LockSupport.parkNanos(pause);
        }
    }

    /** Waits until a server has acknowledged this number of writes after the last one of another server. */
    public void awaitWrites(String server, int more) {
        await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> {
            Acknowledged now = newest();
            return now.server().equals(server) && now.inARow() >= more;
        });
    }

    /** Waits until another server has acknowledged this number of writes in a row, and returns its name. */
    public String awaitWritesOfAnother(String server, int more) {
        await().pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(() -> {
            Acknowledged now = newest();
            return now.inARow() >= more && !now.server().equals(server);
        });
        return newest().server();
    }

    /** Waits until servers have acknowledged this number of further writes. */
    public void awaitMoreWrites(int more) {
        long enough = history.count(Outcome.ACKNOWLEDGED) + more;
        await().pollInterval(Duration.ofMillis(20))
                .atMost(LIMIT)
                .until(() -> history.count(Outcome.ACKNOWLEDGED) >= enough);
    }

    /** Returns how many writes a server has acknowledged so far. */
    public int acknowledgedBy(String server) {
        return acknowledgedBy.getOrDefault(server, 0);
    }

    public void awaitReads(int more) {
        int enough = reads.get() + more;
        await().atMost(LIMIT).until(() -> reads.get() >= enough);
    }

    /** Returns when the server that acknowledges writes now began to do so. */
    public long firstAcknowledgedAt() {
        return newest().firstAt();
    }

    /** The failed writes, with time and message. */
    public Queue<String> failedWrites() {
        return failedWrites;
    }

    public Queue<String> failedReads() {
        return failedReads;
    }

    public History history() {
        return history;
    }

    /** Ends the threads and verifies their results; returns how many writes were lost. */
    int assertSound(boolean tailsMayBeLost) throws InterruptedException, SQLException {
        return assertSound(app.cluster().primary(), tailsMayBeLost).size();
    }

    /** Ends the threads and verifies their results; returns the writes that a node lacks. */
    public List<Write> assertSound(ClusterNode node, boolean tailsMayBeLost) throws InterruptedException, SQLException {
        close();
        Map<String, Integer> rows = rows(node);
        Map<Integer, Integer> counters = new HashMap<>();
        query(node, "SELECT writer, n FROM %s.counter", row -> counters.put(row.getInt(1), row.getInt(2)));
        assertThat(history.count(Outcome.ACKNOWLEDGED)).isPositive();
        assertThat(history.violations(rows, counters, tailsMayBeLost)).isEmpty();
        return history.lost(rows);
    }

    /** Returns how often a node has each write of this workload, by name. */
    public Map<String, Integer> rows(ClusterNode node) throws SQLException {
        Map<String, Integer> rows = new HashMap<>();
        query(
                node,
                "SELECT writer, number FROM %s.written",
                row -> rows.merge(row.getInt(1) + "/" + row.getInt(2), 1, Integer::sum));
        return rows;
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private void query(ClusterNode node, String sql, RowReader reader) throws SQLException {
        String own = " WHERE writer >= " + firstWriter + " AND writer < " + (firstWriter + writers);
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(sql.formatted(app.cluster().database()) + own)) {
            while (row.next()) {
                reader.read(row);
            }
        }
    }

    /** Lets each thread complete its current transaction. */
    public void stop() {
        closed = true;
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        threads.shutdown();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The workload does not end");
        }
    }
}
