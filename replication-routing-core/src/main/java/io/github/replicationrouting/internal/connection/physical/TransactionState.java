package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.driver.DriverSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Whether a transaction is open in a session, and the statements that begin and end it, without those that change
 * nothing.
 *
 * <p>The mark of an open transaction is set by every call that reaches the server out of auto-commit, but for queries
 * that run in auto-commit there, and cleared only by a commit or rollback that succeeded. The server's status flags may add an open transaction, never remove one. Used
 * by one thread at a time.
 */
final class TransactionState {

    private final Connection delegate;
    private final DriverSession session;
    private final SessionState state;
    private final boolean readCommittedInAutoCommit;

    private boolean open;

    /** Whether the last call failed: no driver's flags count then, and MariaDB's marks a transaction out of caution. */
    private boolean lastCallFailed;

    /** @param readCommittedInAutoCommit see {@link SessionOptions} */
    TransactionState(
            Connection delegate, DriverSession session, SessionState state, boolean readCommittedInAutoCommit) {
        this.delegate = delegate;
        this.session = session;
        this.state = state;
        this.readCommittedInAutoCommit = readCommittedInAutoCommit;
    }

    /** Whether a query may need no transaction. */
    boolean mayReadInAutoCommit() {
        return readCommittedInAutoCommit;
    }

    /**
     * Gives the session the state that its users request, and marks the transaction open; called before each call to
     * the server.
     *
     * <p>A query whose transaction can neither write nor has a snapshot shows the same in auto-commit, so that there is
     * nothing to end. If the server has a transaction already, it is part of that.
     *
     * @param plainQuery whether the call only executes a {@link PlainQuery}
     */
    void beforeServerCall(boolean plainQuery) throws SQLException {
        if (plainQuery && readCommittedInAutoCommit && !state.autoCommit() && state.showsEachCommit() && !isOpen()) {
            state.flushInAutoCommit();
            return;
        }
        state.flush();
        if (!state.autoCommit()) {
            open = true;
        }
    }

    /** Records that a call to the server begins, which counts as failed until {@link #callSucceeded()}. */
    void callBegins() {
        lastCallFailed = true;
    }

    void callSucceeded() {
        lastCallFailed = false;
    }

    void setAutoCommit(boolean autoCommit) throws SQLException {
        boolean before = state.autoCommit();
        boolean changedByText = state.mayDiffer(lastCallFailed);
        if (autoCommit == before && !changedByText) {
            return;
        }
        state.requestAutoCommit(autoCommit);
        if (changedByText) {
            state.invalidate();
        }
        if (changedByText || isOpen()) {
            // JDBC: going to auto-commit inside a transaction commits it. The other way round, what SQL text began goes
            // on, and the driver must know of it to end it.
            try {
                state.flush();
            } catch (SQLException e) {
                state.requestAutoCommit(before);
                throw e;
            }
            // Also where only the server knows of it: no query may end it by auto-commit.
            open = !autoCommit && isOpen();
        }
    }

    void commit() throws SQLException {
        if (state.autoCommit()) {
            state.flush();
            delegate.commit();
        } else if (isOpen()) {
            session.commit();
            open = false;
            lastCallFailed = false;
        }
    }

    void rollback() throws SQLException {
        if (state.autoCommit()) {
            state.flush();
            delegate.rollback();
        } else if (isOpen()) {
            session.rollback();
            open = false;
            lastCallFailed = false;
        }
    }

    private boolean isOpen() {
        return open || session.inTransaction();
    }

    /** Whether SQL text began a transaction, or changed auto-commit, so that the next user would inherit it. */
    boolean isStray() throws SQLException {
        if (delegate.isClosed()) {
            return false;
        }
        if (lastCallFailed && !open) {
            // Ends what a procedure may have begun before it failed; the answer brings the flags.
            rollbackStray();
        }
        // In this order: asking the server for its auto-commit also brings back its other flags.
        return state.autoCommitDiffers(delegate, lastCallFailed) || (!open && session.inTransaction());
    }

    /** Rolls back whatever is open, also what JDBC knows nothing of. */
    void rollbackStray() throws SQLException {
        try (Statement statement = delegate.createStatement()) {
            statement.execute("ROLLBACK");
        }
        open = false;
        lastCallFailed = false;
    }
}
