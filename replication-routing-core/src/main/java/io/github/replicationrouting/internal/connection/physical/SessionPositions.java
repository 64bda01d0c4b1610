package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Positions that one session learns of: its own commits, as the server reports them, and what its server has executed.
 * Used by one thread at a time.
 */
public final class SessionPositions {

    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(1);

    private final Connection delegate;
    private final ReplicationDialect dialect;
    private final CommitTracker commits;
    private @Nullable Position reached;

    SessionPositions(Connection delegate, ReplicationDialect dialect, CommitTracker commits) {
        this.delegate = delegate;
        this.dialect = dialect;
        this.commits = commits;
    }

    /** Whether {@link #takeCommitted()} misses nothing; where it may, a commit is known by its time only. */
    public boolean reportsCommits() {
        return commits.areReliable();
    }

    /** Returns what this session has committed since the last call; null for nothing. Sends nothing. */
    public @Nullable Position takeCommitted() {
        return commits.take();
    }

    /** Whether a wait over this connection has shown that its server has this. One connection leads to one server. */
    public boolean hasReached(Position wanted) {
        return reached != null && reached.contains(wanted);
    }

    /**
     * Waits until the server has executed a position, in no transaction. A server that does not answer is waited for
     * little longer than one that answers no.
     *
     * @return what the server has executed, at least {@code wanted}; null when not in time
     */
    public @Nullable Position await(Position wanted, Duration limit) throws SQLException {
        Position answer = NetworkTimeout.<@Nullable Position>limit(
                delegate, limit.plus(ANSWER_MARGIN), connection -> dialect.await(connection, wanted, limit));
        if (answer != null) {
            reached = answer;
        }
        return answer;
    }

    /**
     * Waits until the server has committed what its replicas may show already, in no transaction.
     *
     * @return false when it has not in time
     */
    public boolean awaitCommitting(Duration limit) throws SQLException {
        return NetworkTimeout.limit(
                delegate, limit.plus(ANSWER_MARGIN), connection -> dialect.awaitCommitting(connection, limit));
    }

    /** Asks what the server has executed as a replica, in no transaction: one statement; null if unknown. */
    public @Nullable Position executed() throws SQLException {
        return dialect.executed(delegate);
    }

    /** Asks what the server has written, in no transaction: one statement; null where it does not report it. */
    public @Nullable Position written() throws SQLException {
        return dialect.written(delegate);
    }
}
