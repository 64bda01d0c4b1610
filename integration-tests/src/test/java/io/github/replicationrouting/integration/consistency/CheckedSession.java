package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.internal.consistency.Session;
import io.github.replicationrouting.internal.consistency.SessionRequirements;
import org.jspecify.annotations.Nullable;

/**
 * A session with several callers, with the values that they have read and written. The callers share one object, as
 * threads of one web request do, or each unit of work begins with the state that the previous ones left, as the web
 * requests of one HTTP session do. Thread-safe.
 */
final class CheckedSession {

    private final @Nullable Session shared;
    private final Object lock = new Object();
    private final Seen all;
    private SessionRequirements stored = new Session().requirements();

    private CheckedSession(@Nullable Session shared, int rows) {
        this.shared = shared;
        this.all = new Seen(rows);
    }

    static CheckedSession shared(int rows) {
        return new CheckedSession(new Session(), rows);
    }

    static CheckedSession ofRequests(int rows) {
        return new CheckedSession(null, rows);
    }

    /** Returns the session of the next unit of work. */
    Session session() {
        return shared != null ? shared : new Session(new Request());
    }

    /** Returns the values of all finished work. To be called before {@link #session()}. */
    Seen begin() {
        synchronized (lock) {
            return new Seen(all);
        }
    }

    /**
     * Returns the minimum for a read that begins now; where the session is one object, concurrent reads count as well.
     */
    Seen now(Seen own) {
        synchronized (lock) {
            if (shared != null) {
                all.add(own);
                return new Seen(all);
            }
            return new Seen(own);
        }
    }

    /** Records the end of a unit of work, or of a part that other callers of the session may see. */
    void saw(Seen own) {
        synchronized (lock) {
            all.add(own);
        }
    }

    /** The greatest value of each row. Not thread-safe. */
    static final class Seen {

        private final long[] values;
        private final long[] written;

        private Seen(int rows) {
            values = new long[rows];
            written = new long[rows];
        }

        private Seen(Seen other) {
            values = other.values.clone();
            written = other.written.clone();
        }

        long value(int row) {
            return values[row];
        }

        long written(int row) {
            return written[row];
        }

        void saw(int row, long value) {
            values[row] = Math.max(values[row], value);
        }

        void wrote(int row, long value) {
            written[row] = Math.max(written[row], value);
            saw(row, value);
        }

        private void add(Seen other) {
            for (int row = 0; row < values.length; row++) {
                saw(row, other.values[row]);
                written[row] = Math.max(written[row], other.written[row]);
            }
        }
    }

    /** Keeps what other requests have stored while this one ran. */
    private final class Request implements Session.Origin {

        private @Nullable SessionRequirements last;
        private @Nullable SessionRequirements others;

        @Override
        public SessionRequirements load() {
            synchronized (lock) {
                last = stored;
                return stored;
            }
        }

        @Override
        public void changed(Session session) {
            synchronized (lock) {
                if (stored != last) {
                    others = others == null ? stored : others.and(stored);
                }
                SessionRequirements token = session.requirements();
                stored = others == null ? token : token.and(others);
                last = stored;
            }
        }
    }
}
