package io.github.replicationrouting.internal.driver;

import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What only the driver of one physical connection can tell, or must be told when the session is changed by SQL. Used by
 * one thread at a time, like the connection itself.
 */
public interface DriverSession {

    /**
     * Returns whether the server's last answer showed an open transaction. It may miss one (while rows are still being read,
     * after a savepoint), so it only ever adds to what is known otherwise; false where the driver cannot tell.
     */
    boolean inTransaction();

    /** Returns the server's auto-commit as of its last answer; null where the driver cannot tell, or has forgotten it. */
    @Nullable
    Boolean serverAutoCommit();

    /** Returns whether the driver has forgotten the server's status, as after an error, so that only asking tells. */
    boolean hasForgottenStatus();

    /**
     * Changes settings of the session, all in one statement where the driver allows it.
     *
     * @param change not empty
     */
    void set(SessionSettings.Change change, ReplicationDialect dialect) throws SQLException;

    /** Commits, and does send it. */
    void commit() throws SQLException;

    /** Rolls back, and does send it. */
    void rollback() throws SQLException;

    /**
     * Returns whether the driver closes the connection of a statement that takes longer than its query timeout. It does so on a
     * thread of its own, so that the connection may still look open when the statement fails.
     */
    default boolean closesOnTimeout() {
        return false;
    }

    /** Returns whether the driver passes on what the server reports along with the acknowledgement of a commit. */
    default boolean canTrackCommits() {
        return false;
    }

    /**
     * Has the server report each commit of this session, without a statement more per transaction. Only where the driver
     * can.
     *
     * @param statement what switches the reports on
     * @param onCommit hears the server's words for a commit, in the thread of the call that committed; does not throw
     * @return whether the reports are heard
     */
    default boolean trackCommits(String statement, Consumer<String> onCommit) throws SQLException {
        throw new UnsupportedOperationException("This driver does not report commits");
    }

    /** Executes a statement that returns nothing of interest. */
    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * Finds what the driver behind a connection offers.
     *
     * @param wire the connection's own
     */
    static DriverSession of(Connection connection, PhysicalLink wire) {
        DriverSession connectorJ = ConnectorJSession.ifSupported(connection);
        if (connectorJ != null) {
            return connectorJ;
        }
        DriverSession mariaDb = MariaDbSession.ifSupported(connection, wire);
        return mariaDb != null ? mariaDb : new GenericSession(connection);
    }
}
