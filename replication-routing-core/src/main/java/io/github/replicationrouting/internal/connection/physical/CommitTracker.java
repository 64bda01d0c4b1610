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
 * What one session has committed, as the server reports it along with each acknowledgement. Never throws on a report: a
 * committed transaction must not look failed. Used by one thread at a time.
 */
final class CommitTracker implements Consumer<String> {

    private static final Logger log = LoggerFactory.getLogger(CommitTracker.class);

    private final ReplicationDialect dialect;
    private boolean reliable;
    private @Nullable Position committed;

    private CommitTracker(ReplicationDialect dialect) {
        this.dialect = dialect;
    }

    /** Switches the reports of a new connection on, where server and driver have any. */
    static CommitTracker of(Connection delegate, DriverSession session, ReplicationDialect dialect)
            throws SQLException {
        CommitTracker reports = new CommitTracker(dialect);
        String statement = session.canTrackCommits() ? dialect.commitTrackingStatement(delegate) : null;
        if (statement != null) {
            reports.reliable = session.trackCommits(statement, reports);
        }
        return reports;
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
            log.warn("A commit was reported as \"{}\", which is not understood; its time is noted instead", report, e);
        }
    }

    /** Whether every commit is reported; where not, whoever must know goes by the time. */
    boolean areReliable() {
        return reliable;
    }

    /** What was committed since this was last asked; null for nothing. */
    @Nullable
    Position take() {
        Position taken = committed;
        committed = null;
        return taken;
    }
}
