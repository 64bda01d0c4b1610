package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.internal.consistency.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.transaction.TransactionException;

/**
 * Many concurrent sessions. Each increments a row of its own and reads it back, together with another session's row,
 * while a second caller of the same session reads concurrently. Values only grow, so that each read shows whether it
 * went back behind what the session had written or read before it began. A write that failed may have been executed; it
 * only makes later values larger.
 */
final class Checker {

    static final String TABLE = "CREATE TABLE %s.session_counter (id INT PRIMARY KEY, value BIGINT NOT NULL)";

    /** Sessions that only read. */
    private static final int READING_SESSIONS = 2;

    /** How often callers on a kept connection change to another one, on any node. */
    private static final int READS_OF_KEPT_CONNECTION = 50;

    private static final long PAUSE_NANOS = 100_000;

    private static final Duration MAX_AGE = Duration.ofSeconds(1);

    private final SessionRouting routing;
    private final int sessions;
    private final long pairs;
    private final long begin = System.nanoTime();
    private final long end;
    private final LongAdder done = new LongAdder();
    private final LongAdder overlapping = new LongAdder();
    private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();
    private final LongAdder faults = new LongAdder();
    private final LongAdder stale = new LongAdder();
    private final LongAdder wentBack = new LongAdder();
    private final LongAdder readsInWrites = new LongAdder();
    private final LongAdder boundedReads = new LongAdder();
    private final LongAdder tooOld = new LongAdder();
    private volatile String fault = "no fault";
    private final boolean onSeveralMasters;
    private final AcknowledgedValues acknowledged;
    private final Queue<String> examples = new ConcurrentLinkedQueue<>();

    Checker(SessionRouting routing, int sessions, long pairs, long seconds) {
        this(routing, sessions, pairs, seconds, false);
    }

    private Checker(SessionRouting routing, int sessions, long pairs, long seconds, boolean onSeveralMasters) {
        this.onSeveralMasters = onSeveralMasters;
        this.acknowledged = new AcknowledgedValues(sessions);
        this.routing = routing;
        this.sessions = sessions;
        this.pairs = pairs;
        this.end = begin + seconds * 1_000_000_000L;
    }

    /** Write transactions read first, and reads with a limit of their age run beside: both on any of several masters. */
    static Checker onSeveralMasters(SessionRouting routing, int sessions, long pairs, long seconds) {
        return new Checker(routing, sessions, pairs, seconds, true);
    }

    /** Connections of each node, enough that no caller waits for another: some use two concurrently. */
    static int poolSize(int sessions) {
        return 3 * sessions + 4 * READING_SESSIONS;
    }

    /** Runs until enough pairs of a write and a read are done, or the time is over. */
    void run() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int id = 0; id < sessions; id++) {
            // One third of the sessions is shared by threads, one by web requests, and one keeps a connection.
            CheckedSession session =
                    id % 3 == 1 ? CheckedSession.ofRequests(sessions) : CheckedSession.shared(sessions);
            boolean keepsConnection = id % 3 == 2;
            int row = id;
            threads.add(new Thread(() -> writeAndRead(session, row), "session-" + id));
            threads.add(new Thread(
                    () -> {
                        if (keepsConnection) {
                            readOnKeptConnections(session);
                        } else {
                            readConcurrently(session);
                        }
                    },
                    "session-" + id + "-beside"));
        }
        for (int i = 0; i < READING_SESSIONS; i++) {
            CheckedSession session = i % 2 == 0 ? CheckedSession.shared(sessions) : CheckedSession.ofRequests(sessions);
            threads.add(new Thread(() -> readConcurrently(session), "reading-session-" + i));
            threads.add(new Thread(() -> readConcurrently(session), "reading-session-" + i + "-beside"));
        }
        if (onSeveralMasters) {
            threads.add(new Thread(this::readWithLimitOfAge, "limited-age"));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    boolean isFinished() {
        return done.sum() >= pairs || System.nanoTime() - end > 0;
    }

    private void writeAndRead(CheckedSession session, int row) {
        long next = 0;
        while (!isFinished()) {
            long value = ++next;
            int other = anyRow();
            inOneRequest(session, seen -> {
                try {
                    RoutingHints.withAffinity(row, () -> write(session, seen, row, other, value));
                    acknowledged.add(row, value);
                    seen.wrote(row, value);
                } catch (DataAccessException | TransactionException e) {
                    failed("write", e);
                }
                CheckedSession.Seen before = session.now(seen);
                Map<Integer, Long> read = routing.readOnly().execute(status -> values(row, other));
                read.forEach((id, found) -> {
                    check(before, id, found);
                    seen.saw(id, found);
                });
                done.increment();
            });
        }
    }

    /** Every second transaction on one of several masters reads first what the session has seen on others. */
    private void write(CheckedSession session, CheckedSession.Seen seen, int row, int other, long value) {
        CheckedSession.Seen before = session.now(seen);
        routing.readWrite().executeWithoutResult(status -> {
            if (onSeveralMasters && value % 2 == 0) {
                values(row, other).forEach((id, found) -> {
                    checkInWrite(before, id, found);
                    seen.saw(id, found);
                });
                readsInWrites.increment();
            }
            routing.jdbc().update("UPDATE session_counter SET value = ? WHERE id = ?", value, row);
        });
    }

    /** Reads on any node, regardless of a session, which must be at most as old as requested. */
    private void readWithLimitOfAge() {
        while (!isFinished()) {
            int row = anyRow();
            long least = acknowledged.asOf(row, System.nanoTime() - MAX_AGE.toNanos());
            try {
                long read =
                        RoutingHints.onReplica(MAX_AGE, () -> routing.readOnly().execute(status -> value(row)));
                boundedReads.increment();
                if (read < least) {
                    tooOld.increment();
                    example("read " + read + " of row " + row + ", which was " + least + " " + MAX_AGE.toMillis()
                            + " ms before");
                }
            } catch (DataAccessException | TransactionException e) {
                failed("read of limited age", e);
            }
            LockSupport.parkNanos(10 * PAUSE_NANOS);
        }
    }

    /** Concurrent reads of the same session, every second one with a nested read. */
    private void readConcurrently(CheckedSession session) {
        for (int i = 0; mayReadConcurrently(); i++) {
            int row = anyRow();
            boolean nests = i % 2 == 0;
            inOneRequest(session, seen -> {
                CheckedSession.Seen before = session.now(seen);
                routing.readOnly().executeWithoutResult(status -> {
                    long outer = value(row);
                    check(before, row, outer);
                    seen.saw(row, outer);
                    if (nests) {
                        CheckedSession.Seen beforeInner = session.now(seen);
                        long inner = routing.newReadOnly().execute(ignored -> value(row));
                        check(beforeInner, row, inner);
                        seen.saw(row, inner);
                    }
                });
            });
            overlapping.increment();
        }
    }

    private void readOnKeptConnections(CheckedSession session) {
        while (mayReadConcurrently()) {
            inOneRequest(session, seen -> {
                try (Connection kept = routing.routing().dataSource().getConnection()) {
                    kept.setReadOnly(true);
                    JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(kept, true));
                    for (int i = 0; i < READS_OF_KEPT_CONNECTION && mayReadConcurrently(); i++) {
                        int row = anyRow();
                        CheckedSession.Seen before = session.now(seen);
                        long read = value(jdbc, row);
                        check(before, row, read);
                        seen.saw(row, read);
                        session.saw(seen);
                        overlapping.increment();
                    }
                } catch (SQLException e) {
                    failed("connection", e);
                }
            });
        }
    }

    /** One per two pairs, so that they overlap without using all of the processor. */
    private boolean mayReadConcurrently() {
        while (2 * overlapping.sum() > done.sum() && !isFinished()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return !isFinished();
    }

    private void inOneRequest(CheckedSession session, Work work) {
        CheckedSession.Seen seen = session.begin();
        @Nullable Session before = session.session().bind();
        try {
            work.of(seen);
        } catch (DataAccessException | TransactionException e) {
            failed("read", e);
        } finally {
            Session.restore(before);
            session.saw(seen);
        }
    }

    private interface Work {
        void of(CheckedSession.Seen seen);
    }

    private int anyRow() {
        return ThreadLocalRandom.current().nextInt(sessions);
    }

    private long value(int id) {
        return value(routing.jdbc(), id);
    }

    private Map<Integer, Long> values(int one, int other) {
        Map<Integer, Long> values = new HashMap<>();
        routing.jdbc()
                .query(
                        "SELECT id, value FROM session_counter WHERE id IN (?, ?)",
                        rows -> {
                            values.put(rows.getInt(1), rows.getLong(2));
                        },
                        one,
                        other);
        return values;
    }

    private static long value(JdbcTemplate jdbc, int id) {
        return jdbc.queryForObject("SELECT value FROM session_counter WHERE id = ?", Long.class, id);
    }

    /**
     * A primary may not show yet what its replicas show already, and work that may write does not wait for that: there
     * only what the session has written counts. Masters that share the writes are waited for.
     */
    private void checkInWrite(CheckedSession.Seen before, int row, long read) {
        boolean sharesWrites = routing.routing().snapshot().primary() == null;
        if (read < before.written(row)) {
            stale.increment();
            example("read " + read + " of row " + row + " in a write after " + before.written(row));
        } else if (sharesWrites && read < before.value(row)) {
            wentBack.increment();
            example("read " + read + " of row " + row + " in a write after " + before.value(row));
        }
    }

    private void check(CheckedSession.Seen before, int row, long read) {
        if (read >= before.value(row)) {
            return;
        }
        (read < before.written(row) ? stale : wentBack).increment();
        example("read " + read + " of row " + row + " after " + before.value(row));
    }

    private void example(String what) {
        if (examples.size() < 5) {
            long second = (System.nanoTime() - begin) / 1_000_000_000L;
            examples.add(Thread.currentThread().getName() + " " + what + " (" + second + " s, " + fault + ")");
        }
    }

    /** Counts a failure by what failed, and how: failures are no violations. */
    private void failed(String what, Exception e) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(e);
        String how = cause instanceof SQLException sql && sql.getErrorCode() != 0
                ? Integer.toString(sql.getErrorCode())
                : cause.getClass() == SQLException.class
                        ? "'" + cause.getMessage() + "'"
                        : cause.getClass().getSimpleName();
        failed.computeIfAbsent(what + " " + how, key -> new LongAdder()).increment();
    }

    /** Marks the beginning of a fault. */
    void fault(String what) {
        fault = what;
        faults.increment();
    }

    long faults() {
        return faults.sum();
    }

    long pairs() {
        return done.sum();
    }

    /** Reads of a session while another read of the same session is in progress. */
    long overlappingReads() {
        return overlapping.sum();
    }

    long violations() {
        return stale.sum() + wentBack.sum() + tooOld.sum();
    }

    /** Reads of write transactions. */
    long readsInWrites() {
        return readsInWrites.sum();
    }

    /** Reads with a limit of their age. */
    long boundedReads() {
        return boundedReads.sum();
    }

    @Override
    public String toString() {
        long reads = Math.max(1, routing.counts().reads());
        return String.format(
                Locale.ROOT,
                "%d pairs, %d overlapping reads, %d in writes and %d of limited age in %d s, %d stale, %d gone back,"
                        + " %d too old, %d faults, %.1f%% of the reads on replicas, failed %s %s; %s; writes on %s",
                done.sum(),
                overlapping.sum(),
                readsInWrites.sum(),
                boundedReads.sum(),
                (System.nanoTime() - begin) / 1_000_000_000L,
                stale.sum(),
                wentBack.sum(),
                tooOld.sum(),
                faults.sum(),
                100.0 * routing.counts().readsOnReplicas() / reads,
                new TreeMap<>(failed),
                examples,
                routing.counts(),
                routing.counts().writesByNode());
    }
}
