package io.github.replicationrouting.integration.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The state, the release and the failures of a connection of the routing data source. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LogicalConnectionTests {

    private final JdbcDriver driver;
    private ReplicatedCluster cluster;
    private TestRouting routing;

    LogicalConnectionTests(JdbcDriver driver) {
        this.driver = driver;
    }

    @BeforeAll
    void start(ReplicatedCluster given) {
        cluster = given;
        cluster.recreateDatabase();
        cluster.primary().execute(List.of("CREATE TABLE " + cluster.database() + ".item (id INT PRIMARY KEY)"));
        cluster.awaitReplicated();
        routing = TestRouting.over(cluster, cluster.nodes(), driver, TestRouting.BUSY, 2);
    }

    @AfterAll
    void stop() {
        if (routing != null) {
            routing.close();
        }
    }

    /** A session that has just written reads on the primary through a driver that reports no positions. */
    @BeforeEach
    void beginNewSession() {
        routing.awaitAllOnline();
        SessionToken.clear();
    }

    @AfterEach
    void assertNothingBorrowed() {
        routing.awaitNothingBorrowed();
    }

    @Test
    void whenNoStatementRunsNoConnectionShouldBeBorrowed() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.commit();
            connection.setAutoCommit(true);

            assertThat(borrowed()).isZero();
            assertThat(connection.unwrap(RoutedConnection.class).lastDecision()).isNull();
        }
    }

    @Test
    void whenPlainJdbcCommitsItsSessionShouldRemain() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET @mine = 42");
            statement.execute("CREATE TEMPORARY TABLE scratch (id INT)");
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO scratch VALUES (1)");
            connection.commit();
            statement.execute("INSERT INTO scratch VALUES (2)");
            connection.rollback();
            connection.setAutoCommit(true);

            assertThat(number(statement, "SELECT @mine")).isEqualTo(42);
            assertThat(number(statement, "SELECT COUNT(*) FROM scratch")).isPositive();
            statement.execute("DROP TEMPORARY TABLE scratch");
        }
    }

    @Test
    void whenPlainJdbcIsReadOnlyAReplicaShouldServeIt() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            assertThat(serverOf(connection)).isNotEqualTo(primary());
            connection.commit();

            connection.setReadOnly(false);
            insert(connection, 1);
            assertThat(serverOf(connection)).isEqualTo(primary());
            connection.commit();
        }
        assertThat(rowOnPrimary(1)).isTrue();
    }

    @Test
    void whenASpringTransactionBeginsTheConnectionShouldBeRoutedAnew() {
        withOneConnection((jdbc, transactions) -> {
            for (int i = 0; i < 3; i++) {
                int id = 10 + i;
                SessionToken.clear(); // otherwise the primary may have to serve what was just written
                assertThat(in(transactions, true, () -> serverOf(jdbc))).isNotEqualTo(primary());
                assertThat(in(transactions, false, () -> {
                            jdbc.update("INSERT INTO item VALUES (?)", id);
                            return serverOf(jdbc);
                        }))
                        .isEqualTo(primary());
                assertThat(borrowed()).isZero();
            }
        });
        assertThat(rowOnPrimary(12)).isTrue();
    }

    @Test
    void whenAutoCommitStatementsFollowATransactionTheyShouldHoldNoConnection() {
        withOneConnection((jdbc, transactions) -> {
            in(transactions, true, () -> serverOf(jdbc));

            assertThat(serverOf(jdbc)).isEqualTo(primary());
            assertThat(borrowed()).isZero();
        });
    }

    @Test
    void whenAutoCommitLeavesAResultOpenTheNextTransactionShouldBeRoutedAnew() {
        withOneConnection((jdbc, transactions) -> {
            in(transactions, true, () -> serverOf(jdbc));
            jdbc.execute((Connection connection) -> connection.isValid(5) && connection.createBlob() != null);
            in(transactions, false, () -> jdbc.update("INSERT INTO item VALUES (22)"));
            assertThat(rowOnPrimary(22)).isTrue();

            Statement open = Objects.requireNonNull(jdbc.execute((Connection connection) -> {
                Statement made = connection.createStatement();
                assertThat(made.execute("SELECT 1")).isTrue();
                return made;
            }));
            in(transactions, false, () -> jdbc.update("INSERT INTO item VALUES (23)"));
            assertThat(rowOnPrimary(23)).isTrue();
            assertThat(rowsOf(open)).isEqualTo(1);
            close(open);
            assertThat(borrowed()).isZero();
        });
    }

    @Test
    void whenMetadataOutlivesItsTransactionItShouldHoldNoConnection() {
        withOneConnection((jdbc, transactions) -> {
            DatabaseMetaData kept = Objects.requireNonNull(
                    in(transactions, true, () -> jdbc.execute((Connection connection) -> connection.getMetaData())));
            assertThat(borrowed()).isZero();

            in(transactions, false, () -> {
                jdbc.update("INSERT INTO item VALUES (24)");
                assertThat(namesOfTables(kept)).contains("item");
                assertThat(borrowed()).isOne();
                return kept;
            });
            assertThat(rowOnPrimary(24)).isTrue();
            assertThat(Set.of(kept)).contains(kept);
        });
    }

    @Test
    void whenMetadataIsReadBetweenTransactionsTheNextShouldBeRoutedAnew() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            assertThat(serverOf(connection)).isNotEqualTo(primary());
            connection.commit();

            connection.setReadOnly(false);
            assertThat(connection.getMetaData().getDatabaseProductName()).isNotBlank();
            insert(connection, 25);
            connection.commit();
        }
        assertThat(rowOnPrimary(25)).isTrue();
    }

    private static List<String> namesOfTables(DatabaseMetaData metaData) {
        try (ResultSet tables = metaData.getTables(metaData.getConnection().getCatalog(), null, "%", null)) {
            List<String> names = new ArrayList<>();
            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME"));
            }
            return names;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whenClientInfoIsSetTheNextUserShouldNotHaveIt() throws SQLException {
        for (int i = 0; i < 2; i++) {
            try (Connection connection = open()) {
                connection.setClientInfo("ApplicationName", "billing");
                assertThat(serverOf(connection)).isEqualTo(primary());
            }
        }
        for (PooledNode pool : routing.routing().pools()) {
            Connection[] all = new Connection[pool.pool().getMaximumPoolSize()];
            try {
                for (int i = 0; i < all.length; i++) {
                    all[i] = pool.pool().getConnection();
                    assertThat(all[i].getClientInfo("ApplicationName")).isNullOrEmpty();
                }
            } finally {
                for (Connection one : all) {
                    if (one != null) {
                        one.close();
                    }
                }
            }
        }
    }

    @Test
    void whenTheServersDefaultIsolationDiffersTheRequestedOneShouldApply() throws SQLException {
        ClusterNode replica = cluster.replicas().get(0);
        replica.execute(List.of("SET GLOBAL TRANSACTION ISOLATION LEVEL READ COMMITTED"));
        try (TestRouting unequal =
                        TestRouting.over(cluster, List.of(cluster.primary(), replica), driver, TestRouting.BUSY, 1);
                Connection connection = unequal.routing().dataSource().getConnection()) {
            unequal.awaitAllOnline();
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            assertThat(serverOf(connection)).isEqualTo(replica.name());
            try (Statement statement = connection.createStatement();
                    ResultSet level = statement.executeQuery("SELECT @@session.transaction_isolation")) {
                level.next();
                assertThat(level.getString(1)).isEqualTo("REPEATABLE-READ");
            }
            connection.commit();
        } finally {
            replica.execute(List.of("SET GLOBAL TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
        }
    }

    @Test
    void whenAfterCommitWritesTheWriteShouldBeCommitted() {
        withOneConnection((jdbc, transactions) -> in(transactions, false, () -> {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    jdbc.update("INSERT INTO item VALUES (21)");
                }
            });
            return jdbc.update("INSERT INTO item VALUES (20)");
        }));

        assertThat(rowOnPrimary(20)).isTrue();
        assertThat(rowOnPrimary(21)).isTrue();
    }

    @Test
    void whenAStatementIsOfAnEarlierTransactionItShouldBeRefused() {
        withOneConnection((jdbc, transactions) -> {
            PreparedStatement kept = in(
                    transactions,
                    true,
                    () -> jdbc.execute((Connection connection) -> {
                        PreparedStatement made = connection.prepareStatement("SELECT 1");
                        made.executeQuery().close();
                        return made;
                    }));

            in(transactions, false, () -> {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> Objects.requireNonNull(kept).executeQuery())
                        .withMessageContaining("earlier transaction");
                return jdbc.update("INSERT INTO item VALUES (30)");
            });
            close(kept);
        });
        assertThat(rowOnPrimary(30)).isTrue();
    }

    @Test
    void whenAResultOutlivesItsTransactionItShouldStayReadableUntilItsEnd() {
        withOneConnection((jdbc, transactions) -> {
            Statement open = in(
                    transactions,
                    true,
                    () -> jdbc.execute((Connection connection) -> {
                        Statement statement = connection.createStatement();
                        assertThat(statement.execute("SELECT 1 UNION SELECT 2 UNION SELECT 3"))
                                .isTrue();
                        return statement;
                    }));
            assertThat(borrowed()).isEqualTo(1);

            assertThat(in(transactions, false, () -> serverOf(jdbc))).isEqualTo(primary());
            assertThat(rowsOf(Objects.requireNonNull(open))).isEqualTo(3);
            close(open);

            assertThat(borrowed()).isZero();
        });
    }

    @Test
    void whenAnotherManagersTransactionIsReadOnlyItShouldNotCount() {
        routing.readOnly().execute(status -> {
            try (Connection other = routing.routing().dataSource().getConnection()) {
                insert(other, 40);
                assertThat(serverOf(other)).isEqualTo(primary());
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
            return status;
        });
        assertThat(rowOnPrimary(40)).isTrue();
    }

    @Test
    void whenAReplicaIsWritableAWriteInAReadOnlyTransactionShouldBeExplained() {
        List<ClusterNode> replicas = cluster.replicas();
        for (int i = 0; i < 6; i++) {
            int id = 50 + i;
            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> routing.readOnly()
                            .execute(status -> routing.jdbc().update("INSERT INTO item VALUES (?)", id)))
                    .havingCause()
                    .isInstanceOf(SQLException.class)
                    .withMessageContaining("read-only transaction")
                    .withMessageContaining("REQUIRES_NEW");
        }
        assertThat(replicas).allSatisfy(replica -> assertThat(countOn(replica, "id BETWEEN 50 AND 59"))
                .isZero());
        routing.readOnly()
                .executeWithoutResult(status -> assertThat(routing.jdbc().queryForObject("SELECT 1", Integer.class))
                        .isEqualTo(1));
    }

    @Test
    void whenAConnectionIsLostOnlyItsTransactionShouldEnd() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            insert(connection, 60);
            kill(connection);

            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> insert(connection, 61));
            assertThatNoException().isThrownBy(() -> {
                connection.rollback();
                connection.setReadOnly(false);
                connection.setAutoCommit(true);
            });
            assertThat(connection.isClosed()).isFalse();

            connection.setAutoCommit(false);
            insert(connection, 62);
            connection.commit();
        }
        assertThat(rowOnPrimary(60)).isFalse();
        assertThat(rowOnPrimary(61)).isFalse();
        assertThat(rowOnPrimary(62)).isTrue();
    }

    @Test
    void whenTheNodeIsLostTheCommitOfAReadOnlyTransactionShouldNotFail() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            serverOf(connection);
            kill(connection);

            assertThatNoException().isThrownBy(connection::commit);
            SessionToken.clear(); // otherwise the session must not go back, and the primary may serve
            assertThat(serverOf(connection)).isNotEqualTo(primary());
            connection.commit();
        }
    }

    @Test
    void whenTheCommitOfAWriteIsLostItShouldBeReported() throws SQLException {
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            insert(connection, 70);
            kill(connection);

            assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
        }
        assertThat(rowOnPrimary(70)).isFalse();
    }

    private Connection open() {
        return routing.routing().dataSource().getConnection();
    }

    private String primary() {
        return cluster.primary().name();
    }

    /** Returns the node that the connection reports, verified against the port by the pool's name. */
    private static String serverOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT @@server_id")) {
            result.next();
            Decision decision = Objects.requireNonNull(
                    connection.unwrap(RoutedConnection.class).lastDecision());
            assertThat("db" + result.getInt(1)).isEqualTo(decision.node().name());
            return decision.node().name();
        }
    }

    private static String serverOf(JdbcTemplate jdbc) {
        return "db" + jdbc.queryForObject("SELECT @@server_id", Integer.class);
    }

    private static void insert(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
            statement.setInt(1, id);
            statement.executeUpdate();
        }
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private void kill(Connection connection) throws SQLException {
        long id;
        try (Statement statement = connection.createStatement()) {
            id = number(statement, "SELECT CONNECTION_ID()");
        }
        String node = Objects.requireNonNull(
                        connection.unwrap(RoutedConnection.class).lastDecision())
                .node()
                .name();
        cluster.node(node).killSession(id);
    }

    private boolean rowOnPrimary(int id) {
        return countOn(cluster.primary(), "id = " + id) == 1;
    }

    private long countOn(ClusterNode node, String condition) {
        try (Connection admin = node.adminConnection();
                Statement statement = admin.createStatement()) {
            return number(statement, "SELECT COUNT(*) FROM " + cluster.database() + ".item WHERE " + condition);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static int rowsOf(Statement statement) {
        try (ResultSet result = statement.getResultSet()) {
            int rows = 0;
            while (result.next()) {
                rows++;
            }
            return rows;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void close(Statement statement) {
        try {
            statement.close();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private int borrowed() {
        return routing.routing().pools().stream()
                .map(PooledNode::pool)
                .mapToInt(pool -> pool.getHikariPoolMXBean().getActiveConnections())
                .sum();
    }

    /** Like a session that lives as long as a request and holds its connection over several transactions. */
    private void withOneConnection(Work work) {
        try (Connection connection = open()) {
            SingleConnectionDataSource single = new SingleConnectionDataSource(connection, true);
            work.run(new JdbcTemplate(single), new JdbcTransactionManager(single));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T in(JdbcTransactionManager transactions, boolean readOnly, Supplier<T> work) {
        DefaultTransactionDefinition definition =
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRED);
        definition.setReadOnly(readOnly);
        return Objects.requireNonNull(new TransactionTemplate(transactions, definition).execute(status -> work.get()));
    }

    private interface Work {
        void run(JdbcTemplate jdbc, JdbcTransactionManager transactions);
    }
}
