package io.github.replicationrouting.internal.connection.pool;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.driver.PhysicalLink;
import io.github.replicationrouting.internal.topology.ConnectionAttemptListener;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Opens the connections of a node's pool. The initial statement of the pool runs here, before the session's state is
 * read, so that what it changes is known.
 *
 * <p>Repeats its attempts while a node is down. HikariCP would pause up to five seconds between its own, which is
 * longer than borrowers wait: a node that has recovered would continue to fail.
 */
final class PhysicalDataSource extends AbstractDataSource {

    private static final Logger log = LoggerFactory.getLogger(PhysicalDataSource.class);

    private static final long INITIAL_BACKOFF_MILLIS = 10;
    private static final long MAX_BACKOFF_MILLIS = 500;

    private final String router;
    private final Node node;
    private final ConnectionFactory connections;
    private final PhysicalLinks links;
    private final DialectResolver dialects;
    private final @Nullable String initialStatement;
    private final @Nullable String configuredCatalog;
    private final ConnectionDefaults defaults;
    private final ConnectionAttemptListener attempts;
    private final @Nullable PrimaryEndpointCheck endpoint;
    private final SessionOptions options;
    private final @Nullable RefusedConnectionLog refusalLog;
    private final boolean presetVariables;
    private volatile @Nullable Exception lastFailure;
    private volatile @Nullable ReplicationDialect dialect;
    private volatile @Nullable Boolean reportsCommits;
    private volatile boolean closed;

    PhysicalDataSource(
            String router,
            Node node,
            ConnectionFactory connections,
            PhysicalLinks links,
            DialectResolver dialects,
            @Nullable String initialStatement,
            @Nullable String configuredCatalog,
            ConnectionDefaults defaults,
            ConnectionAttemptListener attempts,
            @Nullable PrimaryEndpointCheck endpoint,
            SessionOptions options,
            @Nullable RefusedConnectionLog refusalLog) {
        this.router = router;
        this.node = node;
        this.connections = connections;
        this.links = links;
        this.dialects = dialects;
        this.initialStatement = initialStatement;
        this.configuredCatalog = configuredCatalog;
        this.defaults = defaults;
        this.attempts = attempts;
        this.endpoint = endpoint;
        this.options = options;
        this.refusalLog = refusalLog;
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

    /** Ignored: the timeouts of connections belong to their factory. */
    @Override
    public void setLoginTimeout(int seconds) {}

    /** Returns how long the pool waits, when it is closed, for an attempt in progress. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }

    /** Ends the attempts to reach a node that is down. */
    void close() {
        closed = true;
    }

    /** Returns why there is no connection; null when the last attempt succeeded. */
    @Nullable
    Exception lastFailure() {
        return lastFailure;
    }

    /** Whether the newest session reports its commits; null until there was one. */
    @Nullable
    Boolean reportsCommits() {
        return reportsCommits;
    }

    /** Returns what an error of the server means beyond the failure itself. */
    ErrorKind classify(SQLException error) {
        ReplicationDialect known = dialect;
        return known == null ? ErrorKind.OTHER : known.classify(error);
    }

    private Connection open(ConnectionFactory factory) throws SQLException {
        long backoff = INITIAL_BACKOFF_MILLIS;
        while (true) {
            try {
                Connection connection = openOnce(factory);
                attempts.attempted(null);
                lastFailure = null;
                if (refusalLog != null) {
                    refusalLog.opened();
                }
                return connection;
            } catch (SQLException | RuntimeException e) {
                attempts.attempted(e);
                lastFailure = e;
                if (refusalLog != null) {
                    refusalLog.failed(e);
                }
                if (closed || !isUnreachable(e)) {
                    throw e;
                }
                log.debug("[{}] node {}: no connection; the next attempt is in {} ms", router, node, backoff, e);
                sleep(backoff, e);
            }
            backoff = Math.min(2 * backoff, MAX_BACKOFF_MILLIS);
        }
    }

    /** Answers of a server, such as a refused login, are retried by the pool, with the credentials of that time. */
    private static boolean isUnreachable(Exception failure) {
        return failure instanceof SQLException error
                && error.getSQLState() != null
                && error.getSQLState().startsWith("08")
                && error.getErrorCode() <= 0;
    }

    private void sleep(long millis, Exception failure) throws SQLException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException(
                    "Interrupted while node " + node + " could not be reached", "08001", failure);
        }
    }

    private Connection openOnce(ConnectionFactory factory) throws SQLException {
        PhysicalLink link = links.create();
        boolean done = false;
        try {
            Connection connection = prepared(factory.open(link), link);
            done = true;
            return connection;
        } finally {
            if (!done) {
                link.closed();
            }
        }
    }

    private Connection prepared(Connection fresh, PhysicalLink link) throws SQLException {
        try {
            if (initialStatement != null) {
                try (Statement statement = fresh.createStatement()) {
                    statement.execute(initialStatement);
                }
            }
            ReplicationDialect ofServer = dialects.dialectOf(fresh);
            dialect = ofServer;
            if (endpoint != null) {
                endpoint.verify(fresh, ofServer);
            }
            PhysicalConnection connection =
                    PhysicalConnection.over(fresh, link, ofServer, node::recordStatement, options, presetVariables);
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
