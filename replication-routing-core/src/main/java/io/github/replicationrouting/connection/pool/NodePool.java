package io.github.replicationrouting.connection.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.driver.ConnectionFactory;
import io.github.replicationrouting.node.Node;
import java.sql.Connection;
import java.sql.SQLException;

/** The pool of one node. Thread-safe. */
public final class NodePool implements AutoCloseable {

    private final Node node;
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
        own.setDataSource(new PhysicalDataSource(connections, dialects, config.getConnectionInitSql(), defaults));
        this.pool = new HikariDataSource(own);
    }

    public Node node() {
        return node;
    }

    /** The pool itself, for metrics and management. */
    public HikariDataSource pool() {
        return pool;
    }

    /** Takes a connection, and waits for one at most the pool's connection timeout. */
    public Connection borrow() throws SQLException {
        return pool.getConnection();
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
