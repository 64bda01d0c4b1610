package io.github.replicationrouting.integration.lag;

import io.github.replicationrouting.test.ClusterNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The real staleness of a replica: a writer commits numbered rows on the primary and an observer continuously reads up
 * to which number the replica has them. Both record when they sent and received, so that the staleness at any moment is
 * known within bounds that hold however late their threads were scheduled.
 */
final class Staleness implements AutoCloseable {

    private static final Duration BETWEEN_COMMITS = Duration.ofMillis(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);

    /** One statement: when it was sent and answered, and the row's number. */
    private record Event(long sentAt, long answeredAt, int row) {}

    /** Bounds in nanoseconds. */
    record Bounds(long least, long most) {

        /** Returns the error of a value: positive when it is too large, zero when it is within the bounds. */
        long error(long figure) {
            return figure > most ? figure - most : figure < least ? figure - least : 0;
        }
    }

    private final List<Event> commits = Collections.synchronizedList(new ArrayList<>());
    private final List<Event> reads = Collections.synchronizedList(new ArrayList<>());
    private final Thread writer;
    private final Thread observer;
    private volatile boolean writing = true;
    private volatile boolean running = true;
    private volatile @Nullable Exception failure;

    Staleness(ClusterNode primary, ClusterNode replica) throws SQLException {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS tick (n INT PRIMARY KEY)");
            statement.execute("TRUNCATE tick");
        }
        replica.awaitRowCount("tick", 0);
        writer = start("writer", primary, this::write);
        observer = start("observer", replica, this::observe);
    }

    private interface Work {
        void on(Statement statement) throws SQLException;
    }

    private Thread start(String name, ClusterNode node, Work work) {
        Thread thread = new Thread(
                () -> {
                    try (Connection connection = node.connect();
                            Statement statement = connection.createStatement()) {
                        while (running) {
                            work.on(statement);
                        }
                    } catch (SQLException e) {
                        failure = e;
                    }
                },
                name);
        thread.start();
        return thread;
    }

    private void write(Statement statement) throws SQLException {
        if (writing) {
            int row = commits.size() + 1;
            long sentAt = System.nanoTime();
            statement.execute("INSERT INTO tick VALUES (" + row + ")");
            commits.add(new Event(sentAt, System.nanoTime(), row));
        }
        LockSupport.parkNanos(BETWEEN_COMMITS.toNanos());
    }

    private void observe(Statement statement) throws SQLException {
        long sentAt = System.nanoTime();
        try (ResultSet row = statement.executeQuery("SELECT COALESCE(MAX(n), 0) FROM tick")) {
            row.next();
            reads.add(new Event(sentAt, System.nanoTime(), row.getInt(1)));
        }
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }

    /** Stops or resumes committing. */
    void writes(boolean on) {
        writing = on;
    }

    int committed() {
        return commits.size();
    }

    /** Ends both threads, after which {@link #at} may be called. */
    @Override
    public void close() throws Exception {
        running = false;
        writer.join();
        observer.join();
        Exception thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }

    /** Returns the age of the oldest commit that the replica lacked at a moment; zero if it had all. */
    Bounds at(long time) {
        return new Bounds(
                age(firstMissing(reads, time, false), time, false), age(firstMissing(reads, time, true), time, true));
    }

    /** Returns the first missing row: by the last answer before the moment, or by the first query after it. */
    private static int firstMissing(List<Event> reads, long time, boolean pessimistic) {
        int low = 0;
        int high = reads.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            Event read = reads.get(middle);
            if ((pessimistic ? read.answeredAt : read.sentAt) - time < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int at = pessimistic ? low - 1 : low;
        return at < 0 ? 1 : at >= reads.size() ? Integer.MAX_VALUE : reads.get(at).row + 1;
    }

    private long age(int row, long time, boolean pessimistic) {
        if (row > commits.size()) {
            return 0;
        }
        Event commit = commits.get(row - 1);
        return Math.max(0, time - (pessimistic ? commit.sentAt : commit.answeredAt));
    }
}
