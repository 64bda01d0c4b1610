package io.github.replicationrouting.integration.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.logical.FallbackLimiter;
import io.github.replicationrouting.internal.connection.logical.LeaseManager;
import io.github.replicationrouting.internal.connection.logical.PrimaryWait;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One side of a comparison: a pool of connections to one database of one node. */
interface Side extends AutoCloseable {

    /** The kinds of sides. */
    enum Layer {
        /** HikariCP over the driver. */
        PLAIN,
        /** HikariCP over the router's physical connections. */
        PHYSICAL,
        /** The router's logical connections over all that, always routed to the same node. */
        LOGICAL,
        /** The same, with queries of read-only transactions at READ COMMITTED in auto-commit. */
        IN_AUTO_COMMIT
    }

    Connection borrow() throws SQLException;

    void release(Connection connection) throws SQLException;

    /** Returns a connection whose session SQL text changed: the router shields the next user from that. */
    default void discard(Connection connection) throws SQLException {
        release(connection);
    }

    HikariDataSource pool();

    @Override
    void close();

    static Side of(Layer layer, Stack stack, String database, String parameters, int size) {
        HikariConfig config = stack.poolConfig(size);
        config.setPoolName(layer + "-" + database);
        String url = stack.url(stack.primary(), database, parameters);
        if (layer == Layer.PLAIN) {
            config.setJdbcUrl(url);
            // The router's connections return to their database automatically.
            config.setCatalog(database);
            return new Plain(new HikariDataSource(config));
        }
        return switch (layer) {
            case PLAIN -> throw new IllegalStateException("Not one of the router's");
            case PHYSICAL -> new Physical(pool(stack, config, url, defaults(config), false));
            case LOGICAL -> logical(stack, config, url);
            case IN_AUTO_COMMIT -> {
                ConnectionDefaults defaults = defaults(config);
                yield Logical.over(pool(stack, config, url, defaults, true), defaults);
            }
        };
    }

    /** Logical connections over a pool of the caller. */
    static Side logical(Stack stack, HikariConfig config, String url) {
        ConnectionDefaults defaults = defaults(config);
        return Logical.over(pool(stack, config, url, defaults, false), defaults);
    }

    private static ConnectionDefaults defaults(HikariConfig config) {
        return new ConnectionDefaults(config.isAutoCommit(), null);
    }

    private static NodePool pool(
            Stack stack,
            HikariConfig config,
            String url,
            ConnectionDefaults defaults,
            boolean readCommittedInAutoCommit) {
        var node = new Node(NodeSpec.of("db1", url));
        return stack.pool(node, config, defaults, readCommittedInAutoCommit);
    }

    record Plain(HikariDataSource pool) implements Side {

        @Override
        public Connection borrow() throws SQLException {
            return pool.getConnection();
        }

        @Override
        public void release(Connection connection) throws SQLException {
            connection.close();
        }

        @Override
        public void discard(Connection connection) throws SQLException {
            if (!connection.isClosed() && !connection.getAutoCommit()) {
                connection.rollback();
            }
            pool.evictConnection(connection);
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    record Physical(NodePool nodePool) implements Side {

        @Override
        public HikariDataSource pool() {
            return nodePool.pool();
        }

        @Override
        public Connection borrow() throws SQLException {
            return nodePool.borrow(System.nanoTime(), WaitCondition.UNCONDITIONAL);
        }

        @Override
        public void release(Connection connection) throws SQLException {
            if (connection.isClosed()) {
                nodePool.evict(connection);
            } else {
                nodePool.release(connection, connection.unwrap(PhysicalConnection.class));
            }
        }

        @Override
        public void close() {
            nodePool.close();
        }
    }

    record Logical(NodePool nodePool, LeaseManager leases) implements Side {

        static Logical over(NodePool pool, ConnectionDefaults defaults) {
            var topology = new FixedTopology();
            var hold = new PrimaryWait(topology, Duration.ZERO, 0, RouterMetrics.NONE);
            return new Logical(
                    pool,
                    new LeaseManager(
                            "trial",
                            new ConcurrentHashMap<>(Map.of(pool.node(), pool)),
                            topology,
                            defaults,
                            hold,
                            RouterMetrics.NONE,
                            new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), null),
                            new Consistency(
                                    "trial",
                                    ConsistencySettings.defaults(),
                                    topology,
                                    new KnownPositions(Duration.ofSeconds(1)),
                                    Duration.ofSeconds(1),
                                    RouterMetrics.NONE)));
        }

        @Override
        public HikariDataSource pool() {
            return nodePool.pool();
        }

        @Override
        public Connection borrow() {
            var decision = new Decision(nodePool.node(), DecisionReason.NODE_REQUESTED, true);
            return leases.open(intent -> decision);
        }

        @Override
        public void release(Connection connection) throws SQLException {
            connection.close();
        }

        @Override
        public void close() {
            nodePool.close();
        }
    }
}
