package io.github.replicationrouting.integration.consistency;

import io.github.replicationrouting.internal.consistency.Session;
import io.github.replicationrouting.internal.consistency.SessionRequirements;
import org.jspecify.annotations.Nullable;

/**
 * A session with several callers, and what they have seen and written together. Either its callers share one object, as
 * threads of one web request do, or each piece of work begins with what the last ones left, as the web requests of one
 * HTTP session do. Thread-safe.
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

    /** The session of the next piece of work. */
    Session session() {
        return shared != null ? shared : new Session(new Request());
    }

    /** What all work that is over by now has seen and written. Asked before {@link #session()}. */
    Seen begin() {
        synchronized (lock) {
            return new Seen(all);
        }
    }

    /** What a read that begins now must find: what others see meanwhile counts where the session is one object. */
    Seen now(Seen own) {
        synchronized (lock) {
            if (shared != null) {
                all.add(own);
                return new Seen(all);
            }
            return new Seen(own);
        }
    }

    /** Work is over, or a part of it that others of the same session hear of. */
    void saw(Seen own) {
        synchronized (lock) {
            all.add(own);
        }
    }

    /** The greatest values of each row. Used by one thread. */
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

    /** Keeps what other requests have left while this one ran. */
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
