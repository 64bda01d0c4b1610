package io.github.replicationrouting.connection.pool;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.connection.physical.PhysicalConnection;
import io.github.replicationrouting.driver.ConnectionFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Where a node's pool gets its connections from. The initial statement of the pool runs here, before the session's
 * state is asked, so that what it changes is known.
 *
 * <p>It does not give up on a node that is down. HikariCP would pause up to five seconds between its attempts, which is
 * longer than borrowers wait: a node that is back would go on failing.
 */
final class PhysicalDataSource extends AbstractDataSource {

    private static final Logger log = LoggerFactory.getLogger(PhysicalDataSource.class);

    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final ConnectionFactory connections;
    private final DialectResolver dialects;
    private final @Nullable String initialStatement;
    private final ConnectionDefaults defaults;
    private volatile @Nullable Exception lastFailure;

    PhysicalDataSource(
            ConnectionFactory connections,
            DialectResolver dialects,
            @Nullable String initialStatement,
            ConnectionDefaults defaults) {
        this.connections = connections;
        this.dialects = dialects;
        this.initialStatement = initialStatement;
        this.defaults = defaults;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return open(connections);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return open(connections.withCredentials(() -> Credentials.of(username, password)));
    }

    /** The time limits of connections are their factory's. */
    @Override
    public void setLoginTimeout(int seconds) {}

    /** How long the pool waits, when it is closed, for an attempt in progress. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }

    /** Why there is no connection; null when the last attempt succeeded. */
    @Nullable
    Exception lastFailure() {
        return lastFailure;
    }

    private Connection open(ConnectionFactory factory) throws SQLException {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                Connection connection = prepared(factory.open());
                lastFailure = null;
                return connection;
            } catch (SQLException | RuntimeException e) {
                lastFailure = e;
                log.debug("No connection; the next attempt is in {} ms", pause, e);
                pause(pause, e);
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    /** The pool interrupts when it is closed. */
    private static void pause(long millis, Exception failure) throws SQLException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted while waiting for the node", "08001", failure);
        }
    }

    private Connection prepared(Connection fresh) throws SQLException {
        try {
            if (initialStatement != null) {
                try (Statement statement = fresh.createStatement()) {
                    statement.execute(initialStatement);
                }
            }
            PhysicalConnection connection = PhysicalConnection.over(fresh, dialects.dialectOf(fresh));
            defaults.learnFrom(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            try {
                fresh.close();
            } catch (SQLException whileClosing) {
                e.addSuppressed(whileClosing);
            }
            throw e;
        }
    }
}
