package io.github.replicationrouting.connection.physical;

import io.github.replicationrouting.dialect.ReplicationDialect;
import io.github.replicationrouting.driver.DriverSession;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The session variables behind auto-commit, read-only and isolation: what the users of a connection want, and what the
 * server has. Wanting costs nothing; {@link #flush()} sends the difference, as one statement where the driver allows
 * it. So a connection settles into the state its users want, and from then on sends nothing.
 */
final class SessionState {

    private final DriverSession session;
    private final ReplicationDialect dialect;

    private boolean wantedAutoCommit;
    private boolean wantedReadOnly;
    private IsolationLevel wantedIsolation;

    private boolean actualAutoCommit;
    private boolean actualReadOnly;
    private IsolationLevel actualIsolation;

    private SessionState(
            DriverSession session,
            ReplicationDialect dialect,
            boolean wantedAutoCommit,
            boolean actualAutoCommit,
            boolean actualReadOnly,
            IsolationLevel actualIsolation) {
        this.session = session;
        this.dialect = dialect;
        this.wantedAutoCommit = wantedAutoCommit;
        this.actualAutoCommit = actualAutoCommit;
        this.wantedReadOnly = false;
        this.actualReadOnly = actualReadOnly;
        this.wantedIsolation = actualIsolation;
        this.actualIsolation = actualIsolation;
    }

    /** Asks a new connection once, because its URL or an initial statement may have changed any of it. */
    static SessionState learn(Connection connection, DriverSession session, ReplicationDialect dialect)
            throws SQLException {
        String sql = "SELECT @@session.autocommit, @@session." + dialect.readOnlyVariable() + ", @@session."
                + dialect.isolationVariable();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            if (!result.next()) {
                throw new SQLException("The server does not answer " + sql);
            }
            return new SessionState(
                    session,
                    dialect,
                    connection.getAutoCommit(),
                    result.getInt(1) != 0,
                    result.getInt(2) != 0,
                    IsolationLevel.ofVariable(result.getString(3)));
        }
    }

    boolean autoCommit() {
        return wantedAutoCommit;
    }

    void wantAutoCommit(boolean autoCommit) {
        wantedAutoCommit = autoCommit;
    }

    boolean readOnly() {
        return wantedReadOnly;
    }

    void wantReadOnly(boolean readOnly) {
        wantedReadOnly = readOnly;
    }

    IsolationLevel isolation() {
        return wantedIsolation;
    }

    void wantIsolation(IsolationLevel isolation) {
        wantedIsolation = isolation;
    }

    /** Makes the server's state the wanted one. */
    void flush() throws SQLException {
        if (wantedAutoCommit != actualAutoCommit
                || wantedReadOnly != actualReadOnly
                || wantedIsolation != actualIsolation) {
            sendDifference();
        }
    }

    private void sendDifference() throws SQLException {
        List<String> assignments = new ArrayList<>(3);
        if (wantedReadOnly != actualReadOnly) {
            assignments.add(dialect.readOnlyVariable() + "=" + (wantedReadOnly ? 1 : 0));
        }
        if (wantedIsolation != actualIsolation) {
            assignments.add(dialect.isolationVariable() + "='" + wantedIsolation.variable() + "'");
        }
        @Nullable Boolean autoCommit = wantedAutoCommit != actualAutoCommit ? (Boolean) wantedAutoCommit : null;
        session.set(assignments, autoCommit);
        actualReadOnly = wantedReadOnly;
        actualIsolation = wantedIsolation;
        actualAutoCommit = wantedAutoCommit;
    }

    /** Whether the server's auto-commit was changed by SQL behind our back. */
    boolean autoCommitDisagrees() {
        Boolean server = session.serverAutoCommit();
        return server != null && server != actualAutoCommit;
    }
}
