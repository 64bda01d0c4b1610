package io.github.replicationrouting.internal.connection.logical;

import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.routing.Nodes;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Logical connections to the only node of a router, whose server answers what a test says. */
final class StubbedConnections implements AutoCloseable {

    private final String url = "jdbc:stub:" + UUID.randomUUID();
    private final Node node = Nodes.node("db1");
    private final List<Node> suspected = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final TopologySnapshot snapshot = withPrimary(primary(node));
    private final Topology topology = new Topology() {
        @Override
        public TopologySnapshot snapshot() {
            return snapshot;
        }

        @Override
        public void suspect(Node suspect, Exception cause) {
            suspected.add(suspect);
        }
    };
    private final RouterMetrics metrics = new RouterMetrics() {
        @Override
        public void failed(Node failed, String kind) {
            failures.add(kind);
        }
    };
    private final ConnectionDefaults defaults = new ConnectionDefaults(true, null);
    private final NodePool pool = new NodePool(
            "test",
            node,
            pool(),
            new ConnectionFactory(
                    url,
                    ConnectorJStub.class.getName(),
                    new Properties(),
                    () -> Credentials.of("u", "p"),
                    Duration.ofSeconds(1)),
            connection -> Dialects.standard().named("mysql"),
            defaults,
            failure -> {},
            task -> new Thread(task).start(),
            SessionOptions.NONE,
            false);
    private final LeaseManager leases = new LeaseManager(
            "test",
            new ConcurrentHashMap<>(Map.of(node, pool)),
            topology,
            defaults,
            new PrimaryWait(topology, Duration.ZERO, 1, metrics),
            metrics,
            new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), null),
            new Consistency(
                    "test",
                    ConsistencySettings.defaults(),
                    topology,
                    new KnownPositions(Duration.ofSeconds(1)),
                    Duration.ofSeconds(1),
                    metrics));

    /** Returns a connection that may write. */
    Connection openForWrites() {
        return leases.open(intent -> new Decision(node, DecisionReason.READ_WRITE, true));
    }

    /** Returns a connection for reads on a replica. */
    Connection openForReads() throws SQLException {
        Connection connection = leases.open(intent -> new Decision(node, DecisionReason.REPLICA_SELECTED, false));
        connection.setReadOnly(true);
        return connection;
    }

    /** Has the server answer the next call of a text with a part, or of COMMIT or ROLLBACK, with an error. */
    void failNext(String part, SQLException error) {
        ConnectorJStub.failNext(url, part, error);
    }

    /** Has the server show from now on that it has lost its group. */
    void loseGroup() {
        ConnectorJStub.loseGroup(url);
    }

    /** Returns the updates, commits and rollbacks that the server executed. */
    List<String> executed() {
        return ConnectorJStub.executed(url);
    }

    /** Closes the sockets, as when another node takes the writes. */
    void replaceNode() {
        pool.evictAll();
    }

    Node node() {
        return node;
    }

    List<Node> suspected() {
        return suspected;
    }

    /** Returns the kinds of the failures that were counted. */
    List<String> failures() {
        return failures;
    }

    @Override
    public void close() {
        pool.close();
    }

    private static HikariConfig pool() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return config;
    }
}
