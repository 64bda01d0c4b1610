package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.consistency.SessionToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Many sessions at once, each of which counts up a row of its own and reads it back, together with another's row. Values
 * only grow, so that a read tells by itself whether it went back: behind the session's last acknowledged write, or behind
 * what the session saw before. A write that failed may have been executed; it only makes later values larger.
 */
final class Checker {

    static final String TABLE = "CREATE TABLE %s.counter (id INT PRIMARY KEY, value BIGINT NOT NULL)";

    private final SessionRouting routing;
    private final int sessions;
    private final long pairs;
    private final long end;
    private final LongAdder done = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder ownWrites = new LongAdder();
    private final LongAdder monotonicReads = new LongAdder();
    private final Queue<String> examples = new ConcurrentLinkedQueue<>();

    Checker(SessionRouting routing, int sessions, long pairs, long seconds) {
        this.routing = routing;
        this.sessions = sessions;
        this.pairs = pairs;
        this.end = System.nanoTime() + seconds * 1_000_000_000L;
    }

    /** Runs until enough pairs of a write and a read are done, or the time is up. */
    void run() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            int id = i;
            threads.add(new Thread(() -> session(id), "session-" + id));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    boolean isOver() {
        return done.sum() >= pairs || System.nanoTime() - end > 0;
    }

    private void session(int id) {
        SessionToken.clear();
        long acknowledged = 0;
        long next = 0;
        long[] seen = new long[sessions];
        while (!isOver()) {
            int other = ThreadLocalRandom.current().nextInt(sessions);
            try {
                long value = ++next;
                routing.readWrite().executeWithoutResult(status -> routing.jdbc()
                        .update("UPDATE counter SET value = ? WHERE id = ?", value, id));
                acknowledged = value;
            } catch (DataAccessException | TransactionException e) {
                failed.increment();
            }
            try {
                long[] read = routing.readOnly().execute(status -> new long[] {value(id), value(other)});
                done.increment();
                check(id, id, read[0], Math.max(acknowledged, seen[id]), acknowledged);
                check(id, other, read[1], seen[other], other == id ? acknowledged : 0);
                seen[id] = Math.max(seen[id], read[0]);
                seen[other] = Math.max(seen[other], read[1]);
            } catch (DataAccessException | TransactionException e) {
                failed.increment();
            }
        }
    }

    private long value(int id) {
        return routing.jdbc().queryForObject("SELECT value FROM counter WHERE id = ?", Long.class, id);
    }

    private void check(int session, int row, long read, long atLeast, long acknowledged) {
        if (read >= atLeast) {
            return;
        }
        (read < acknowledged ? ownWrites : monotonicReads).increment();
        if (examples.size() < 5) {
            examples.add("session " + session + " read " + read + " of row " + row + " after " + atLeast);
        }
    }

    long pairs() {
        return done.sum();
    }

    long violations() {
        return ownWrites.sum() + monotonicReads.sum();
    }

    @Override
    public String toString() {
        return done + " pairs, " + failed + " failed, " + ownWrites + " reads behind own writes, " + monotonicReads
                + " reads that went back " + examples + "; " + routing.counts();
    }
}
