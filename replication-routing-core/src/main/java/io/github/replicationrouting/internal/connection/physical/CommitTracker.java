package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.driver.DriverSession;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what one session has committed, as the server reports it with each acknowledgement. Never throws on a
 * report: a committed transaction must not appear as failed. Used by one thread at a time.
 */
final class CommitTracker implements Consumer<String> {

    private static final Logger log = LoggerFactory.getLogger(CommitTracker.class);

    private final ReplicationDialect dialect;
    private boolean reliable;
    private @Nullable Position committed;

    private CommitTracker(ReplicationDialect dialect) {
        this.dialect = dialect;
    }

    /** Enables the reports of a new connection, where server and driver have any. */
    static CommitTracker of(Connection delegate, DriverSession session, ReplicationDialect dialect)
            throws SQLException {
        CommitTracker tracker = new CommitTracker(dialect);
        String statement = session.canTrackCommits() ? dialect.commitTrackingStatement(delegate) : null;
        if (statement != null) {
            tracker.reliable = session.trackCommits(statement, tracker);
        }
        return tracker;
    }

    static CommitTracker none(ReplicationDialect dialect) {
        return new CommitTracker(dialect);
    }

    @Override
    public void accept(String report) {
        try {
            Position commit = dialect.parsePosition(report);
            committed = committed == null ? commit : committed.union(commit);
        } catch (RuntimeException e) {
            reliable = false;
            log.warn(
                    "A commit was reported as \"{}\", which cannot be parsed; its time is recorded instead", report, e);
        }
    }

    /** Whether every commit is reported; where not, commits are known by their time. */
    boolean areReliable() {
        return reliable;
    }

    /** Returns what was committed since the last call; null for nothing. */
    @Nullable
    Position take() {
        Position taken = committed;
        committed = null;
        return taken;
    }
}
