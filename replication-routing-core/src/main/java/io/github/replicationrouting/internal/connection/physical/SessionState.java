package io.github.replicationrouting.internal.connection.physical;

import io.github.replicationrouting.internal.driver.DriverSession;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The session variables behind auto-commit, read-only and isolation: what the users of a connection want, and what the
 * server has. Wanting costs nothing; {@link #flush()} sends the difference, as one statement where the driver allows
 * it. So a connection settles into the state its users want, and from then on sends nothing.
 */
final class SessionState {

    private final DriverSession session;
    private final ReplicationDialect dialect;

    private boolean wantedAutoCommit;
    private boolean actualAutoCommit;
    private final Setting<Boolean> readOnly;
    private final Setting<Integer> isolation;

    /** Whether the actual state may be another. */
    private boolean distrusted;

    private SessionState(
            DriverSession session, ReplicationDialect dialect, boolean wantedAutoCommit, SessionSettings actual) {
        this.session = session;
        this.dialect = dialect;
        this.wantedAutoCommit = wantedAutoCommit;
        this.actualAutoCommit = actual.autoCommit();
        this.readOnly = new Setting<>(Boolean.FALSE, actual.readOnly());
        this.isolation = new Setting<>(actual.isolation(), actual.isolation());
    }

    /** A variable that SQL text may have set, too: then it stays as it is until JDBC asks for it, as on a plain pool. */
    private static final class Setting<T> {

        private T wanted;
        private T actual;
        private boolean unknown;
        private boolean asked;

        Setting(T wanted, T actual) {
            this.wanted = wanted;
            this.actual = actual;
        }

        void want(T value) {
            wanted = value;
            asked = true;
        }

        void changedBySql() {
            unknown = true;
            asked = false;
        }

        boolean isLeftToSql() {
            return unknown && !asked;
        }

        boolean differs(boolean distrusted) {
            return unknown ? asked : distrusted || !wanted.equals(actual);
        }

        void settled() {
            actual = wanted;
            unknown = false;
        }
    }

    /** Asks a new connection once, because its URL or an initial statement may have changed any of it. */
    static SessionState learn(Connection connection, DriverSession session, ReplicationDialect dialect)
            throws SQLException {
        return new SessionState(session, dialect, connection.getAutoCommit(), dialect.sessionSettings(connection));
    }

    boolean autoCommit() {
        return wantedAutoCommit;
    }

    void wantAutoCommit(boolean autoCommit) {
        wantedAutoCommit = autoCommit;
    }

    boolean readOnly() {
        return readOnly.wanted;
    }

    void wantReadOnly(boolean wanted) {
        readOnly.want(wanted);
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

    /** Asks the server where SQL text may have set it. */
    int isolation(Connection connection) throws SQLException {
        return isolation.isLeftToSql() ? dialect.sessionSettings(connection).isolation() : isolation.wanted;
    }

    void wantIsolation(int wanted) {
        isolation.want(wanted);
    }

    /** SQL text that is about to run may set any of it. */
    void changedBySql() {
        readOnly.changedBySql();
        isolation.changedBySql();
        if (readOnly.wanted) {
            // A session that must be read-only is made so all the same.
            readOnly.want(true);
        }
    }

    /** Makes the server's state the wanted one. */
    void flush() throws SQLException {
        if (distrusted || wantedAutoCommit != actualAutoCommit || readOnly.differs(false) || isolation.differs(false)) {
            sendDifference();
        }
    }

    private void sendDifference() throws SQLException {
        boolean autoCommitDiffers = distrusted || wantedAutoCommit != actualAutoCommit;
        SessionSettings.Change change = new SessionSettings.Change(
                readOnly.differs(distrusted) ? readOnly.wanted : null,
                isolation.differs(distrusted) ? isolation.wanted : null,
                autoCommitDiffers ? (Boolean) wantedAutoCommit : null);
        // A statement that fails may have changed a part: auto-commit on commits, and a commit may be refused.
        distrusted = true;
        session.set(change, dialect);
        distrusted = false;
        if (change.readOnly() != null) {
            readOnly.settled();
        }
        if (change.isolation() != null) {
            isolation.settled();
        }
        actualAutoCommit = wantedAutoCommit;
    }

    /** Has everything sent with the next flush, so that the server and the driver know it again. */
    void distrust() {
        distrusted = true;
    }

    /** Returns whether the server's auto-commit may have been changed by SQL behind our back. */
    boolean mayDisagree() {
        return autoCommitDisagrees() || isForgotten();
    }

    /** Returns the same, as far as the driver knows. */
    private boolean autoCommitDisagrees() {
        Boolean server = session.serverAutoCommit();
        return server != null && server != actualAutoCommit;
    }

    /** Returns whether the driver has forgotten the server's status; off looks like forgotten, so it counts only for on. */
    private boolean isForgotten() {
        return actualAutoCommit && session.hasForgottenStatus();
    }

    /** Returns the same for sure: asks the server where the driver has forgotten. */
    boolean autoCommitDisagreesForSure(Connection connection) throws SQLException {
        if (!isForgotten()) {
            return autoCommitDisagrees();
        }
        return !dialect.sessionSettings(connection).autoCommit();
    }
}
