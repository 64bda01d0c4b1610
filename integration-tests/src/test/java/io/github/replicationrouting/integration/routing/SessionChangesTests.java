package io.github.replicationrouting.integration.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Session changes by SQL text stay with the logical connection that sent them and reach no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
abstract class SessionChangesTests {

    private static final String SESSION_STATE =
            "SELECT CONCAT_WS(' ', DATABASE(), COALESCE(@mine, 'unset'), @@time_zone, @@sql_mode, @@foreign_key_checks, %s, %s)";

    private final JdbcDriver driver;
    private final String isolation;
    private final String readOnly;
    private ReplicatedCluster cluster;
    private TestRouting routing;

    SessionChangesTests(JdbcDriver driver, String isolation, String readOnly) {
        this.driver = driver;
        this.isolation = "@@" + isolation;
        this.readOnly = "@@" + readOnly;
    }

    @BeforeAll
    void start(ReplicatedCluster given) {
        cluster = given;
        cluster.recreateDatabase();
        cluster.primary()
                .execute(List.of(
                        "CREATE TABLE " + cluster.database() + ".item (id INT PRIMARY KEY)",
                        "CREATE PROCEDURE " + cluster.database() + ".twice(IN n INT, OUT m INT) SET m = 2 * n"));
        cluster.awaitReplicated();
        routing = TestRouting.over(cluster, cluster.nodes(), driver, TestRouting.BUSY, 1);
    }

    @AfterAll
    void stop() {
        if (routing != null) {
            routing.close();
        }
    }

    @BeforeEach
    void beginNewSession() {
        routing.awaitAllOnline();
        SessionToken.clear();
    }

    @AfterEach
    void assertNothingBorrowed() {
        routing.awaitNothingBorrowed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
                "SET SESSION TRANSACTION READ ONLY",
                "SET TRANSACTION READ ONLY",
                "SET @mine = 5",
                "set time_zone = '+03:00'",
                "/* for this report */ SET sql_mode = ''",
                "SET foreign_key_checks = 0",
                "SELECT 5 INTO @mine",
                "SELECT @mine := 5",
                "USE mysql_or_other",
                "CREATE TEMPORARY TABLE item (id INT, extra INT)",
                "LOCK TABLES item WRITE",
                "PREPARE left_over FROM 'SELECT 1'",
                "SELECT GET_LOCK('left_over', 1)"
            })
    void whenSqlTextChangesTheSessionTheNextUserShouldNotSeeIt(String text) throws SQLException {
        String sql = text.replace("mysql_or_other", "information_schema");
        String fresh = in(routing.transactions(), false, () -> stateOf(routing.jdbc()));

        routing.readWrite().executeWithoutResult(status -> routing.jdbc().execute(sql));

        assertThat(in(routing.transactions(), false, () -> stateOf(routing.jdbc())))
                .isEqualTo(fresh);
        assertThatExceptionOfType(DataAccessException.class)
                .as("a statement prepared by name")
                .isThrownBy(() -> routing.jdbc().execute("EXECUTE left_over"));
        try (Connection other = cluster.primary().connect()) {
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(other, true));
            assertThat(jdbc.queryForObject("SELECT GET_LOCK('left_over', 20)", Integer.class))
                    .isEqualTo(1);
            jdbc.execute("ALTER TABLE " + cluster.database() + ".item COMMENT 'not locked'");
        }
        assertThat(routing.jdbc().queryForObject("SELECT COUNT(*) FROM item", Integer.class))
                .isZero();
    }

    @Test
    void whenThePoolItselfUsedTheSessionTheNextUserShouldNotSeeChanges() throws SQLException {
        String fresh = in(routing.transactions(), false, () -> stateOf(routing.jdbc()));

        for (PooledNode pool : routing.routing().pools()) {
            try (Connection connection = pool.pool().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SET @mine = 5, sql_mode = ''");
            }
        }

        assertThat(in(routing.transactions(), false, () -> stateOf(routing.jdbc())))
                .isEqualTo(fresh);
    }

    @Test
    void whenASessionIsMadeWritableTheNextReaderShouldNotGetIt() {
        List<Integer> readOnlyBefore = readOnlyOnEachReplica();

        for (int i = 0; i < 2 * cluster.nodes().size(); i++) {
            routing.readOnly()
                    .executeWithoutResult(status -> routing.jdbc().execute("SET SESSION TRANSACTION READ WRITE"));
        }

        assertThat(readOnlyBefore).containsOnly(1);
        assertThat(readOnlyOnEachReplica()).containsOnly(1);
    }

    @Test
    void whenAReaderSetsTheSessionWritableItShouldStayReadOnly() {
        withOneConnection((jdbc, transactions) -> {
            in(transactions, true, () -> {
                jdbc.execute("SET SESSION TRANSACTION READ WRITE");
                return 1;
            });
            in(transactions, true, () -> {
                assertThat(jdbc.queryForObject("SELECT " + readOnly, Integer.class))
                        .isEqualTo(1);
                return 1;
            });
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET SESSION TRANSACTION READ WRITE",
                "SET TRANSACTION READ WRITE",
                "SET %s = 0",
                "START TRANSACTION READ WRITE"
            })
    void whenThePrimaryServesAReaderItShouldNotWrite(String text) {
        RoutingHints.onPrimary(() -> {
            withOneConnection((jdbc, transactions) -> {
                for (int i = 0; i < 2; i++) {
                    assertThatExceptionOfType(DataAccessException.class)
                            .isThrownBy(() -> in(transactions, true, () -> {
                                jdbc.execute(text.formatted(readOnly));
                                return jdbc.update("INSERT INTO item VALUES (99)");
                            }));
                }
            });
            return null;
        });
        assertThat(routing.jdbc().queryForObject("SELECT COUNT(*) FROM item", Integer.class))
                .isZero();
    }

    @Test
    void whenALockIsTakenTheNextTransactionOfItsConnectionShouldHoldIt() {
        withOneConnection((jdbc, transactions) -> {
            in(transactions, false, () -> jdbc.queryForObject("SELECT GET_LOCK('mine', 1)", Integer.class));
            jdbc.queryForObject("SELECT 1", Integer.class);

            assertThat(in(
                            transactions,
                            false,
                            () -> jdbc.queryForObject("SELECT COALESCE(RELEASE_LOCK('mine'), -1)", Integer.class)))
                    .isEqualTo(1);
        });
    }

    @Test
    void whenTheSessionIsChangedItShouldBeKeptAndLoggedOnce(CapturedOutput log) {
        try (TestRouting fresh = TestRouting.over(cluster, cluster.nodes(), driver, TestRouting.BUSY, 1)) {
            fresh.awaitAllOnline();
            for (int i = 0; i < 2; i++) {
                withOneConnection(fresh, (jdbc, transactions) -> {
                    in(transactions, false, () -> {
                        jdbc.execute("SET @mine = 5");
                        return 1;
                    });
                    assertThat(jdbc.queryForObject("SELECT @mine", Integer.class))
                            .isEqualTo(5);
                    assertThat(in(transactions, true, () -> jdbc.queryForObject("SELECT @mine", Integer.class)))
                            .isEqualTo(5);
                    assertThat(in(transactions, false, () -> jdbc.queryForObject("SELECT @mine", Integer.class)))
                            .isEqualTo(5);
                });
            }
        }
        assertThat(log.getAll().lines().filter(line -> line.contains("WARN") && line.contains("SQL text")))
                .hasSize(1)
                .allMatch(line -> line.contains("setCatalog"));
    }

    @Test
    void whenAWriteLeavesAChangedSessionOnAReplicaItShouldBeLoggedOnce(CapturedOutput log) {
        try (TestRouting fresh = TestRouting.over(cluster, cluster.nodes(), driver, TestRouting.BUSY, 1)) {
            fresh.awaitAllOnline();
            for (int i = 0; i < 2; i++) {
                withOneConnection(fresh, (jdbc, transactions) -> {
                    in(transactions, true, () -> {
                        jdbc.execute("SET @mine = 5");
                        return 1;
                    });
                    assertThat(in(transactions, true, () -> jdbc.queryForObject("SELECT @mine", Integer.class)))
                            .isEqualTo(5);
                    assertThat(in(transactions, false, () -> jdbc.update("DELETE FROM item WHERE id = -1")))
                            .isZero();
                });
            }
        }
        assertThat(log.getAll().lines().filter(line -> line.contains("WARN") && line.contains("SQL text")))
                .hasSize(1)
                .allMatch(line -> line.contains("setCatalog"));
    }

    @Test
    void whenSqlTextSetsTheIsolationJdbcShouldReportAndResetIt() throws SQLException {
        try (Connection connection = routing.routing().dataSource().getConnection()) {
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            int before = connection.getTransactionIsolation();
            jdbc.execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(jdbc.queryForObject("SELECT " + isolation, String.class)).isEqualTo("SERIALIZABLE");

            connection.setTransactionIsolation(before);

            assertThat(jdbc.queryForObject("SELECT " + isolation, String.class)).isEqualTo("REPEATABLE-READ");
        }
    }

    @Test
    void whenSqlTextChoosesADatabaseSetCatalogShouldReplaceIt() throws SQLException {
        try (Connection connection = routing.routing().dataSource().getConnection()) {
            JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            jdbc.execute("USE information_schema");
            assertThat(jdbc.queryForObject("SELECT DATABASE()", String.class)).isEqualTo("information_schema");

            connection.setCatalog(cluster.database());

            assertThat(jdbc.queryForObject("SELECT DATABASE()", String.class)).isEqualTo(cluster.database());
        }
    }

    @Test
    void whenTheSessionIsNotChangedItsConnectionShouldBeReused() {
        Function<JdbcTemplate, Long> connectionId = jdbc ->
                Objects.requireNonNull(jdbc.queryForObject("SELECT CONNECTION_ID() /* not SET @x */", Long.class));
        Long first = in(routing.transactions(), false, () -> connectionId.apply(routing.jdbc()));
        for (int i = 0; i < 10; i++) {
            int id = i;
            routing.readWrite().executeWithoutResult(status -> {
                routing.jdbc().update("INSERT INTO item VALUES (?)", id);
                routing.jdbc().queryForObject("SELECT 'a@b.c; SET @x = 1' \"@y\", @@autocommit", (row, n) -> 1);
                routing.jdbc()
                        .execute("SET GLOBAL max_connections = @@global.max_connections".replace("SET", "DO 1 -- SET"));
                routing.jdbc().execute((Connection connection) -> call(connection, id));
                routing.jdbc().update("DELETE FROM item WHERE id = ?", id);
            });
            routing.jdbc().update("UPDATE item SET id = 1 WHERE id = 0");
        }

        assertThat(in(routing.transactions(), false, () -> connectionId.apply(routing.jdbc())))
                .isEqualTo(first);
    }

    @Test
    void whenVariablesAreSetTheConnectionShouldBeReused() {
        Function<JdbcTemplate, Long> connectionId =
                jdbc -> Objects.requireNonNull(jdbc.queryForObject("SELECT CONNECTION_ID()", Long.class));
        Long first = in(routing.transactions(), false, () -> connectionId.apply(routing.jdbc()));
        for (int i = 0; i < 10; i++) {
            routing.readWrite().executeWithoutResult(status -> {
                assertThat(routing.jdbc().queryForObject("SELECT COALESCE(@mine, 'unset')", String.class))
                        .isEqualTo("unset");
                routing.jdbc().update("SET @mine = ?, @other = 2", 7);
                routing.jdbc().queryForObject("SELECT GET_LOCK('cheap', 1)", Integer.class);
                routing.jdbc().execute("USE information_schema");
            });
            assertThat(routing.jdbc().queryForObject("SELECT DATABASE()", String.class))
                    .isEqualTo(cluster.database());
            assertThat(routing.jdbc().queryForObject("SELECT COALESCE(IS_USED_LOCK('cheap'), 0)", Long.class))
                    .isZero();
        }

        assertThat(in(routing.transactions(), false, () -> connectionId.apply(routing.jdbc())))
                .isEqualTo(first);
    }

    private static Integer call(Connection connection, int n) throws SQLException {
        try (CallableStatement call = connection.prepareCall("{call twice(?, ?)}")) {
            call.setInt(1, n);
            call.registerOutParameter(2, Types.INTEGER);
            call.execute();
            return call.getInt(2);
        }
    }

    private String stateOf(JdbcTemplate jdbc) {
        return Objects.requireNonNull(jdbc.queryForObject(SESSION_STATE.formatted(isolation, readOnly), String.class));
    }

    private List<Integer> readOnlyOnEachReplica() {
        return routing.routing().pools().stream()
                .filter(pool -> !pool.node().name().equals(cluster.primary().name()))
                .map(pool -> {
                    try (Connection connection = pool.pool().getConnection()) {
                        connection.setReadOnly(true);
                        return Objects.requireNonNull(new JdbcTemplate(new SingleConnectionDataSource(connection, true))
                                .queryForObject("SELECT " + readOnly, Integer.class));
                    } catch (SQLException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private interface Work {
        void run(JdbcTemplate jdbc, JdbcTransactionManager transactions);
    }

    private void withOneConnection(Work work) {
        withOneConnection(routing, work);
    }

    private static void withOneConnection(TestRouting routing, Work work) {
        try (Connection connection = routing.routing().dataSource().getConnection()) {
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
}
