package io.github.replicationrouting.internal.connection.logical;

import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.Access;
import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.driver.PhysicalLink;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A statement that exceeded its query timeout, over a connection of Connector/J that still appears to be open: the
 * driver closes it on another thread.
 */
class FailureHandlerTest {

    private final Node db1 = node("db1");
    private final List<Node> suspected = new ArrayList<>();
    private final TopologySnapshot snapshot = withPrimary(primary(db1));
    private final Topology topology = new Topology() {
        @Override
        public TopologySnapshot snapshot() {
            return snapshot;
        }

        @Override
        public void suspect(Node node, Exception cause) {
            suspected.add(node);
        }
    };
    private final Consistency consistency = new Consistency(
            "test",
            ConsistencySettings.defaults(),
            topology,
            new KnownPositions(Duration.ofSeconds(1)),
            Duration.ofSeconds(1),
            RouterMetrics.NONE);
    private final ConnectionDefaults defaults = new ConnectionDefaults(true, null);
    private final ConnectionSettings settings = new ConnectionSettings(defaults);
    private final LeaseManager leaseManager = new LeaseManager(
            "test",
            new ConcurrentHashMap<>(),
            topology,
            defaults,
            new PrimaryWait(topology, Duration.ZERO, 1, RouterMetrics.NONE),
            RouterMetrics.NONE,
            new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), null),
            consistency);
    private final FailureHandler failures = new FailureHandler(
            leaseManager,
            settings,
            new TransactionContext(new LogicalConnection(intent -> write(), leaseManager, defaults), settings));
    private final ReplicationDialect dialect = Dialects.standard().named("mysql");
    private final NodePool pool = new NodePool(
            "test",
            db1,
            pool(),
            new ConnectionFactory(
                    "jdbc:mysql://127.0.0.1:1/",
                    null,
                    new Properties(),
                    () -> Credentials.of("u", "p"),
                    Duration.ofSeconds(1)),
            connection -> dialect,
            defaults,
            failure -> {},
            task -> new Thread(task).start(),
            SessionOptions.NONE,
            false);
    private final SQLTimeoutException timeout = new SQLTimeoutException("Statement cancelled due to timeout");

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void whenAWriteInAutoCommitTimesOutAndItsConnectionIsClosedShouldReportAnUnknownOutcome() throws Exception {
        Throwable failure = failure(lease(true, write()), timeout);

        assertThat(failure)
                .isInstanceOf(CommitOutcomeUnknownException.class)
                .hasCause(timeout)
                .hasMessageContaining("db1");
        assertThat(suspected).isEmpty();
    }

    @Test
    void whenTheConnectionRemainsOpenShouldThrowTheTimeout() throws Exception {
        assertThat(failure(lease(false, write()), timeout)).isSameAs(timeout);
    }

    @Test
    void whenAWriteOutOfAutoCommitTimesOutShouldThrowTheTimeout() throws Exception {
        settings.setAutoCommit(false);

        assertThat(failure(lease(true, write()), timeout)).isSameAs(timeout);
    }

    @Test
    void whenAReadTimesOutShouldThrowTheTimeout() throws Exception {
        Decision read = new Decision(db1, DecisionReason.REPLICA_SELECTED, false);

        assertThat(failure(lease(true, read), timeout)).isSameAs(timeout);
    }

    @Test
    void whenAnotherErrorOccursShouldThrowIt() throws Exception {
        SQLException error = new SQLException("Duplicate entry", "23000", 1062);

        assertThat(failure(lease(true, write()), error)).isSameAs(error);
    }

    private Throwable failure(Lease lease, SQLException error) {
        return failures.failedToChange(lease, error);
    }

    private Decision write() {
        return new Decision(db1, DecisionReason.OUTSIDE_TRANSACTION, true);
    }

    private Lease lease(boolean closesOnTimeout, Decision decision) throws SQLException {
        PhysicalConnection physical = PhysicalConnection.over(
                ConnectorJStub.connection("jdbc:stub:", closesOnTimeout),
                new PhysicalLink(Runnable::run, link -> {}),
                dialect,
                db1::recordStatement,
                SessionOptions.NONE,
                false);
        return new Lease(
                pool,
                physical,
                Access.OUTSIDE_TRANSACTION,
                decision,
                null,
                Lease.Scope.CONNECTION,
                () -> {},
                new DecisionValidity(topology, snapshot, decision),
                consistency);
    }

    private static HikariConfig pool() {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(1);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return config;
    }
}
