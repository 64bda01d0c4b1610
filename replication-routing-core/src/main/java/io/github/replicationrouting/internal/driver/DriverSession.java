package io.github.replicationrouting.internal.driver;

import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.SessionSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What only the driver of one physical connection knows, or must learn when SQL changes the session. Used by one thread
 * at a time, like the connection itself.
 */
public interface DriverSession {

    /**
     * Returns whether the server's last answer showed an open transaction. It may miss one (while rows are still being
     * read, after a savepoint), so it only adds to what is known otherwise; false where the driver does not know.
     */
    boolean inTransaction();

    /** Returns the server's auto-commit as of its last answer; null where the driver does not know it, or no longer. */
    @Nullable
    Boolean serverAutoCommit();

    /**
     * Returns whether the driver no longer knows the server's status, as after an error, so that the server must be
     * asked.
     */
    boolean hasForgottenStatus();

    /**
     * Changes settings of the session, all in one statement where the driver allows it.
     *
     * @param change not empty
     */
    void set(SessionSettings.Change change, ReplicationDialect dialect) throws SQLException;

    /** Commits, and always sends it. */
    void commit() throws SQLException;

    /** Rolls back, and always sends it. */
    void rollback() throws SQLException;

    /**
     * Returns whether the driver closes the connection of a statement that takes longer than its query timeout. It does
     * so on a thread of its own, so that the connection may still appear open when the statement fails.
     */
    default boolean closesOnTimeout() {
        return false;
    }

    /** Returns whether the driver passes on what the server reports with the acknowledgement of a commit. */
    default boolean canTrackCommits() {
        return false;
    }

    /**
     * Makes the server report each commit of this session, without a further statement per transaction. Only where
     * {@link #canTrackCommits()}.
     *
     * @param statement statement that switches the reports on
     * @param onCommit accepts the server's text for a commit, on the thread of the call that committed; does not throw
     * @return whether reports arrive
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
     * Returns the session of a connection, by its driver.
     *
     * @param link the connection's own
     */
    static DriverSession of(Connection connection, PhysicalLink link) {
        DriverSession connectorJ = ConnectorJSession.ifSupported(connection);
        if (connectorJ != null) {
            return connectorJ;
        }
        DriverSession mariaDb = MariaDbSession.ifSupported(connection, link);
        return mariaDb != null ? mariaDb : new GenericSession(connection);
    }
}
