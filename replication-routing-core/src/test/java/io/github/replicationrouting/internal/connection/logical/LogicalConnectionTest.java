package io.github.replicationrouting.internal.connection.logical;

import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.routing.Nodes.SettableTopology;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A logical connection over connections of Connector/J without a server, which it closes after a query timeout. */
class LogicalConnectionTest {

    private final String url = "jdbc:stub:" + UUID.randomUUID();
    private final Node db1 = node("db1");
    private final AtomicInteger decisions = new AtomicInteger();
    private final SettableTopology topology = new SettableTopology(withPrimary(primary(db1)));
    private final ConnectionDefaults defaults = new ConnectionDefaults(true, null);
    private final NodePool pool = new NodePool(
            "test",
            db1,
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
            new ConcurrentHashMap<>(Map.of(db1, pool)),
            topology,
            defaults,
            new PrimaryWait(topology, Duration.ZERO, 1, RouterMetrics.NONE),
            RouterMetrics.NONE,
            new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), null),
            new Consistency(
                    "test",
                    ConsistencySettings.defaults(),
                    topology,
                    new KnownPositions(Duration.ofSeconds(1)),
                    Duration.ofSeconds(1),
                    RouterMetrics.NONE));

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void whenNoTimeIsLeftForARetryShouldThrowATimeoutWithoutSendingTheStatement() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = open();
                Statement statement = connection.createStatement()) {
            context.limitTo(Duration.ZERO);
            context.nextAttempt();

            assertThatThrownBy(() -> statement.executeUpdate("INSERT INTO t VALUES (1)"))
                    .isExactlyInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("retry");

            assertThat(context.hasCommitted()).isFalse();
            assertThat(ConnectorJStub.executed(url)).isEmpty();
        }
    }

    @Test
    void whenTimeIsLeftForARetryShouldExecuteTheStatement() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = open();
                Statement statement = connection.createStatement()) {
            context.limitTo(Duration.ofMinutes(1));
            context.nextAttempt();

            statement.executeUpdate("INSERT INTO t VALUES (1)");

            assertThat(context.hasCommitted()).isTrue();
            assertThat(ConnectorJStub.executed(url)).containsExactly("INSERT INTO t VALUES (1)");
        }
    }

    @Test
    void whenClosedWithOpenStatementsShouldReleaseItsLeaseOnce() throws Exception {
        Connection connection = open();
        Statement first = connection.createStatement();
        Statement second = connection.createStatement();
        assertThat(db1.inFlight()).isOne();

        connection.close();
        assertThat(db1.inFlight()).isZero();
        first.close();
        second.close();
        connection.close();

        assertThat(db1.inFlight()).isZero();
    }

    @Test
    void whenAHintIsGivenInATransactionWhoseNodeDoesNotSatisfyItShouldThrow() throws Exception {
        try (Connection connection = openForReads()) {
            connection.setAutoCommit(false);
            read(connection);

            assertThatThrownBy(() -> RoutingHints.onPrimary(() -> readUnchecked(connection)))
                    .rootCause()
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("A hint asks for the primary")
                    .hasMessageContaining("db1");
            read(connection);
        }
        assertThat(decisions).hasValue(1);
    }

    @Test
    void whenAReadWithoutAHintFollowsAReplicaHintShouldDecideAgain() throws Exception {
        try (Connection connection = openForReads()) {
            RoutingHints.onReplica(Duration.ofSeconds(5), () -> readUnchecked(connection));
            RoutingHints.onReplica(Duration.ofSeconds(5), () -> readUnchecked(connection));
            assertThat(decisions).hasValue(1);

            read(connection);
            read(connection);
        }
        assertThat(decisions).hasValue(2);
        assertThat(db1.inFlight()).isZero();
    }

    private Connection open() {
        return leases.open(intent -> new Decision(db1, DecisionReason.OUTSIDE_TRANSACTION, true));
    }

    private Connection openForReads() throws SQLException {
        Connection connection = leases.open(intent -> {
            decisions.incrementAndGet();
            return new Decision(db1, DecisionReason.REPLICA_SELECTED, false);
        });
        connection.setReadOnly(true);
        return connection;
    }

    private static void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT 1");
        }
    }

    private static void readUnchecked(Connection connection) {
        try {
            read(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HikariConfig pool() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return config;
    }
}
