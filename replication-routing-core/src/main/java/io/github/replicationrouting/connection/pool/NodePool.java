package io.github.replicationrouting.connection.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.connection.physical.PhysicalConnection;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.node.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool of one node. Thread-safe. */
public final class NodePool implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodePool.class);

    private final Node node;
    private final PhysicalDataSource source;
    private final HikariDataSource pool;

    /**
     * Starts filling the pool in the background; a node that is down does not matter.
     *
     * @param config limits and names of the pool; its URL and driver are not used
     */
    public NodePool(
            Node node,
            HikariConfig config,
            ConnectionFactory connections,
            DialectResolver dialects,
            ConnectionDefaults defaults) {
        this.node = node;
        HikariConfig own = new HikariConfig();
        config.copyStateTo(own);
        own.setJdbcUrl(null);
        own.setConnectionInitSql(null);
        this.source = new PhysicalDataSource(connections, dialects, config.getConnectionInitSql(), defaults);
        own.setDataSource(source);
        this.pool = new HikariDataSource(own);
    }

    public Node node() {
        return node;
    }

    /** The pool itself, for metrics and management. */
    public HikariDataSource pool() {
        return pool;
    }

    /**
     * Takes a connection, and waits for one at most the pool's connection timeout.
     *
     * @throws SQLTransientConnectionException when there is none in time: with a cause when the node cannot be reached,
     *     without when the pool is merely used up
     */
    public Connection borrow() throws SQLException {
        try {
            return pool.getConnection();
        } catch (SQLTransientConnectionException e) {
            Exception why = source.lastFailure();
            throw why == null || e.getCause() != null
                    ? e
                    : new SQLTransientConnectionException(e.getMessage(), "08001", why);
        }
    }

    /**
     * Takes a connection back as its next user must find it: in its initial database and with nothing open, or else
     * closed. Never fails: nothing that was acknowledged depends on it, and the server rolls back unfinished work of
     * its own accord.
     */
    public void giveBack(Connection borrowed, PhysicalConnection physical) {
        try {
            if (physical.isClosed()) {
                evict(borrowed);
            } else if (physical.hasStrayTransaction()) {
                log.warn(
                        "A connection to {} comes back with a transaction or auto-commit that SQL text changed;"
                                + " it is rolled back and closed. Use Connection.setAutoCommit instead.",
                        node);
                physical.rollbackStray();
                evict(borrowed);
            } else {
                physical.restoreInitialDatabase();
                borrowed.close();
            }
        } catch (SQLException e) {
            log.debug("A connection to {} could not be given back and is closed", node, e);
            evict(borrowed);
        }
    }

    /** Has a borrowed connection closed instead of used again. */
    public void evict(Connection borrowed) {
        pool.evictConnection(borrowed);
    }

    @Override
    public void close() {
        pool.close();
    }
}
