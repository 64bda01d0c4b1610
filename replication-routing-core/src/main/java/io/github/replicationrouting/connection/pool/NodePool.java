package io.github.replicationrouting.connection.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.node.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** The pool of one node. Thread-safe. */
public final class NodePool implements AutoCloseable {

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

    /** Has a borrowed connection closed instead of used again. */
    public void evict(Connection borrowed) {
        pool.evictConnection(borrowed);
    }

    @Override
    public void close() {
        pool.close();
    }
}
