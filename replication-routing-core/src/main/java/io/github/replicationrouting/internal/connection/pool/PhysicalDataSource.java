package io.github.replicationrouting.internal.connection.pool;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.driver.PhysicalLink;
import io.github.replicationrouting.internal.time.PeakEwma;
import io.github.replicationrouting.internal.topology.ConnectionAttemptListener;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.ReplicationDialect;
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
    private static final long MAX_PAUSE_MILLIS = 500;

    private final ConnectionFactory connections;
    private final PhysicalLinks wires;
    private final DialectResolver dialects;
    private final @Nullable String initialStatement;
    private final @Nullable String configuredCatalog;
    private final ConnectionDefaults defaults;
    private final PeakEwma statementTime;
    private final ConnectionAttemptListener attempts;
    private final @Nullable PrimaryEndpointCheck endpoint;
    private final boolean tracksCommits;
    private final @Nullable RefusedConnectionLog refused;
    private final boolean presetVariables;
    private volatile @Nullable Exception lastFailure;
    private volatile @Nullable ReplicationDialect dialect;
    private volatile @Nullable Boolean reportsCommits;
    private volatile boolean closed;

    PhysicalDataSource(
            ConnectionFactory connections,
            PhysicalLinks wires,
            DialectResolver dialects,
            @Nullable String initialStatement,
            @Nullable String configuredCatalog,
            ConnectionDefaults defaults,
            PeakEwma statementTime,
            ConnectionAttemptListener attempts,
            @Nullable PrimaryEndpointCheck endpoint,
            boolean tracksCommits,
            @Nullable RefusedConnectionLog refused) {
        this.connections = connections;
        this.wires = wires;
        this.dialects = dialects;
        this.initialStatement = initialStatement;
        this.configuredCatalog = configuredCatalog;
        this.defaults = defaults;
        this.statementTime = statementTime;
        this.attempts = attempts;
        this.endpoint = endpoint;
        this.tracksCommits = tracksCommits;
        this.refused = refused;
        this.presetVariables = initialStatement != null || connections.runsInitialSql();
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

    /** Ends the attempts to reach a node that is down. */
    void close() {
        closed = true;
    }

    /** Why there is no connection; null when the last attempt succeeded. */
    @Nullable
    Exception lastFailure() {
        return lastFailure;
    }

    /** Whether the newest session reports its commits; null until there was one. */
    @Nullable
    Boolean reportsCommits() {
        return reportsCommits;
    }

    /** What an error of the server says beyond the failure itself. */
    ErrorKind classify(SQLException error) {
        ReplicationDialect known = dialect;
        return known == null ? ErrorKind.OTHER : known.classify(error);
    }

    private Connection open(ConnectionFactory factory) throws SQLException {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                Connection connection = openOnce(factory);
                attempts.attempted(null);
                lastFailure = null;
                if (refused != null) {
                    refused.opened();
                }
                return connection;
            } catch (SQLException | RuntimeException e) {
                attempts.attempted(e);
                lastFailure = e;
                if (refused != null) {
                    refused.failed(e);
                }
                if (closed || !isUnreachable(e)) {
                    throw e;
                }
                log.debug("No connection; the next attempt is in {} ms", pause, e);
                pause(pause, e);
            }
            pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
        }
    }

    /** Anything that a server said, such as a refused login, is the pool's to try again, with the user of that time. */
    private static boolean isUnreachable(Exception failure) {
        return failure instanceof SQLException error
                && error.getSQLState() != null
                && error.getSQLState().startsWith("08")
                && error.getErrorCode() <= 0;
    }

    private static void pause(long millis, Exception failure) throws SQLException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted while waiting for the node", "08001", failure);
        }
    }

    private Connection openOnce(ConnectionFactory factory) throws SQLException {
        PhysicalLink wire = wires.create();
        boolean done = false;
        try {
            Connection connection = prepared(factory.open(wire), wire);
            done = true;
            return connection;
        } finally {
            if (!done) {
                wire.closed();
            }
        }
    }

    private Connection prepared(Connection fresh, PhysicalLink wire) throws SQLException {
        try {
            if (initialStatement != null) {
                try (Statement statement = fresh.createStatement()) {
                    statement.execute(initialStatement);
                }
            }
            ReplicationDialect spoken = dialects.dialectOf(fresh);
            dialect = spoken;
            if (endpoint != null) {
                endpoint.verify(fresh, spoken);
            }
            PhysicalConnection connection =
                    PhysicalConnection.over(fresh, wire, spoken, statementTime, tracksCommits, presetVariables);
            defaults.learnFrom(connection, configuredCatalog);
            reportsCommits = connection.reportsCommits();
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
