package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.driver.DriverSession;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Auto-commit, read-only and isolation of a session: the values that the users of a connection have requested, and
 * those that the server has. A request costs nothing; {@link #flush()} sends the difference, as one statement where the
 * driver allows it. So a connection settles into the state that its users request, and sends nothing from then on.
 */
final class SessionState {

    private final DriverSession session;
    private final ReplicationDialect dialect;

    private boolean requestedAutoCommit;
    private boolean actualAutoCommit;
    private final Setting<Boolean> readOnly;
    private final Setting<Integer> isolation;

    /** Whether the server's state may be another than recorded. */
    private boolean uncertain;

    /** Whether SQL text may have changed the server's auto-commit since it was last sent. */
    private boolean changedByText;

    private SessionState(
            DriverSession session, ReplicationDialect dialect, boolean requestedAutoCommit, SessionSettings actual) {
        this.session = session;
        this.dialect = dialect;
        this.requestedAutoCommit = requestedAutoCommit;
        this.actualAutoCommit = actual.autoCommit();
        this.readOnly = new Setting<>(Boolean.FALSE, actual.readOnly());
        this.isolation = new Setting<>(actual.isolation(), actual.isolation());
    }

    /**
     * A setting that SQL text may have changed, too: then it stays until a JDBC call requests one, as with a plain
     * pool.
     */
    private static final class Setting<T> {

        private T requested;
        private T actual;
        private boolean unknown;
        private boolean requestedSince;

        Setting(T requested, T actual) {
            this.requested = requested;
            this.actual = actual;
        }

        void request(T value) {
            requested = value;
            requestedSince = true;
        }

        void changedBySql() {
            unknown = true;
            requestedSince = false;
        }

        boolean isLeftToSql() {
            return unknown && !requestedSince;
        }

        boolean differs(boolean uncertain) {
            return unknown ? requestedSince : uncertain || !requested.equals(actual);
        }

        void settled() {
            actual = requested;
            unknown = false;
        }
    }

    /** Reads the settings of a new connection once, because its URL or an initial statement may have changed them. */
    static SessionState learn(Connection connection, DriverSession session, ReplicationDialect dialect)
            throws SQLException {
        return new SessionState(session, dialect, connection.getAutoCommit(), dialect.sessionSettings(connection));
    }

    boolean autoCommit() {
        return requestedAutoCommit;
    }

    void requestAutoCommit(boolean autoCommit) {
        requestedAutoCommit = autoCommit;
    }

    boolean readOnly() {
        return readOnly.requested;
    }

    void requestReadOnly(boolean requested) {
        readOnly.request(requested);
    }

    /** Returns whether a level is one that servers have; drivers refuse every other. */
    static boolean isIsolationLevel(int level) {
        return switch (level) {
            case Connection.TRANSACTION_READ_UNCOMMITTED,
                    Connection.TRANSACTION_READ_COMMITTED,
                    Connection.TRANSACTION_REPEATABLE_READ,
                    Connection.TRANSACTION_SERIALIZABLE -> true;
            default -> false;
        };
    }

    /** Returns the isolation level; asks the server where SQL text may have changed it. */
    int isolation(Connection connection) throws SQLException {
        return isolation.isLeftToSql() ? dialect.sessionSettings(connection).isolation() : isolation.requested;
    }

    void requestIsolation(int requested) {
        isolation.request(requested);
    }

    /** Records that SQL text which is about to be executed may change any setting. */
    void changedBySql() {
        changedByText = true;
        readOnly.changedBySql();
        isolation.changedBySql();
        if (readOnly.requested) {
            // Whatever the text does, the session must stay read-only.
            readOnly.request(true);
        }
    }

    /** Whether nothing can be written, and each query of a transaction shows what is committed by then. */
    boolean showsEachCommit() {
        return readOnly.requested
                && !isolation.isLeftToSql()
                && isolation.requested <= Connection.TRANSACTION_READ_COMMITTED;
    }

    /** Sends what differs from the server's state. */
    void flush() throws SQLException {
        flush(requestedAutoCommit);
    }

    /** Sends what differs from the server's state, which is in auto-commit then, whatever the user has requested. */
    void flushInAutoCommit() throws SQLException {
        flush(true);
    }

    private void flush(boolean autoCommit) throws SQLException {
        if (uncertain || autoCommit != actualAutoCommit || readOnly.differs(false) || isolation.differs(false)) {
            sendDifference(autoCommit);
        }
    }

    private void sendDifference(boolean autoCommit) throws SQLException {
        boolean autoCommitDiffers = uncertain || autoCommit != actualAutoCommit;
        SessionSettings.Change change = new SessionSettings.Change(
                readOnly.differs(uncertain) ? readOnly.requested : null,
                isolation.differs(uncertain) ? isolation.requested : null,
                autoCommitDiffers ? (Boolean) autoCommit : null);
        // A statement that fails may have changed a part: auto-commit on commits, and a commit may be refused.
        uncertain = true;
        session.set(change, dialect);
        uncertain = false;
        if (change.readOnly() != null) {
            readOnly.settled();
        }
        if (change.isolation() != null) {
            isolation.settled();
        }
        actualAutoCommit = autoCommit;
        changedByText &= !autoCommitDiffers;
    }

    /** Makes the next flush send everything, because the server's state may be another than recorded. */
    void invalidate() {
        uncertain = true;
    }

    /**
     * Returns whether SQL text may have changed the server's auto-commit.
     *
     * @param afterFailure whether the last call failed
     */
    boolean mayDiffer(boolean afterFailure) {
        return autoCommitSeemsToDiffer() || isForgotten(afterFailure);
    }

    /** Returns whether it has, as far as the driver knows. */
    private boolean autoCommitSeemsToDiffer() {
        Boolean server = session.serverAutoCommit();
        return server != null && server != actualAutoCommit;
    }

    /**
     * Returns whether the driver has forgotten the server's status, and something may have changed it. A ping also makes
     * a driver forget. Off reads like forgotten, so it counts only for on.
     */
    private boolean isForgotten(boolean afterFailure) {
        return actualAutoCommit && (afterFailure || changedByText) && session.hasForgottenStatus();
    }

    /** Returns whether it has; asks the server where the driver has forgotten it. */
    boolean autoCommitDiffers(Connection connection, boolean afterFailure) throws SQLException {
        if (!isForgotten(afterFailure)) {
            return autoCommitSeemsToDiffer();
        }
        return !dialect.sessionSettings(connection).autoCommit();
    }
}
