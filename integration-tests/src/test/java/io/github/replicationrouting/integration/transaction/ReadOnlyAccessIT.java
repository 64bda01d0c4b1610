package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.integration.support.Transactions;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** Writes and locks where only reads are served: one exception, whether the driver or the server refuses. */
@Tag("essential")
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class ReadOnlyAccessIT {

    private final TestApplication app;
    private final Transactions transactions;
    private final JdbcTemplate jdbc;
    private final String author = UUID.randomUUID().toString();

    ReadOnlyAccessIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class, TestApplication.PATIENT);
        transactions = app.transactions();
        jdbc = app.jdbc();
    }

    @Test
    void whenAWriteRunsOnAReplicaItShouldFailWithOneException() {
        writes().forEach((how, write) -> assertThat(catchThrowable(() -> inReadOnly(write)))
                .as(how)
                .satisfies(failure -> isRefused(failure, "A write in a read-only transaction"))
                .hasStackTraceContaining("REQUIRES_NEW"));
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
    }

    @Test
    void whenThePrimaryServesAReadOnlyTransactionAWriteShouldFailAlike() {
        writes().forEach((how, write) -> assertThat(
                        catchThrowable(() -> RoutingHints.onPrimary(() -> inReadOnly(write))))
                .as(how)
                .satisfies(failure -> isRefused(failure, "A write in a read-only transaction"))
                .hasStackTraceContaining("REQUIRES_NEW"));
        assertThat(app.countAuthorsOnPrimary(author)).isZero();
    }

    @Test
    void whenABatchFailsItShouldReportItsUpdateCounts() {
        assertThatThrownBy(() -> inReadOnly(template -> template.execute((ConnectionCallback<int[]>) connection -> {
                    try (PreparedStatement insert =
                            connection.prepareStatement("INSERT INTO author (name) VALUES (?)")) {
                        insert.setString(1, author);
                        insert.addBatch();
                        try {
                            return insert.executeBatch();
                        } catch (BatchUpdateException e) {
                            assertThat(e.getSQLState()).isEqualTo("25006");
                            assertThat(e.getUpdateCounts()).hasSizeLessThanOrEqualTo(1);
                            throw e;
                        }
                    }
                })))
                .satisfies(failure -> isRefused(failure, "A write in a read-only transaction"));
    }

    @Test
    void whenALockIsRequestedOnAReplicaItShouldFail() {
        for (String lock : locks()) {
            assertThat(catchThrowable(() -> inReadOnly(template -> execute(lock))))
                    .as(lock)
                    .satisfies(failure -> isRefused(failure, "read-only transaction"))
                    .hasStackTraceContaining("@UsePrimary");
            assertThat(catchThrowable(() -> inReadOnly(template -> executePrepared(lock))))
                    .as("prepared: " + lock)
                    .satisfies(failure -> isRefused(failure, "read-only transaction"));
        }
    }

    @Test
    void whenABatchRequestsALockOnAReplicaItShouldFail() {
        assertThat(catchThrowable(() -> inReadOnly(template -> template.batchUpdate("DO GET_LOCK('batch', 0)"))))
                .satisfies(failure -> isRefused(failure, "GET_LOCK"));
    }

    @Test
    void whenAPlainReadOnlyConnectionRequestsALockItShouldFail() throws SQLException {
        try (Connection connection = app.bean(DataSource.class).getConnection()) {
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.executeQuery("SELECT GET_LOCK('plain', 0)"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("GET_LOCK")
                        .hasMessageContaining("setReadOnly");
                assertThat(statement.executeQuery("SELECT 1").next()).isTrue();
            }
        }
    }

    /** After the refusal the transaction continues, as after any error of a statement. */
    @Test
    void whenALockWasRefusedReadsShouldContinue() {
        List<String> nodes = transactions.readOnly(() -> {
            String before = app.node();
            assertThatThrownBy(() -> execute("SELECT GET_LOCK('on', 0)"))
                    .isInstanceOf(InvalidDataAccessApiUsageException.class);
            return List.of(before, app.node());
        });
        assertThat(nodes).containsOnly(nodes.get(0)).isSubsetOf(app.replicas());
    }

    @Test
    void whenALockIsTakenOnThePrimaryARivalShouldBeExcluded() {
        String lock = "rival-" + author;
        Integer rivals = RoutingHints.onPrimary(() -> transactions.readOnly(() -> {
            Integer mine = jdbc.queryForObject("SELECT GET_LOCK(?, 0)", Integer.class, lock);
            Integer other =
                    transactions.newWrite(() -> jdbc.queryForObject("SELECT GET_LOCK(?, 0)", Integer.class, lock));
            jdbc.queryForObject("SELECT RELEASE_LOCK(?)", Integer.class, lock);
            return mine + other;
        }));
        assertThat(rivals).isOne();
        RoutingHints.onPrimary(
                () -> transactions.readOnly(() -> jdbc.queryForList("SELECT name FROM author LOCK IN SHARE MODE")));
    }

    @Test
    void whenSqlTextOnlyMentionsALockItShouldBeExecuted() {
        for (String read : List.of(
                "SELECT 'FOR UPDATE', \"LOCK IN SHARE MODE\" FROM author",
                "SELECT name AS for_update, id AS get_lock FROM author -- FOR SHARE\n WHERE id = 0",
                "SELECT name AS `FOR UPDATE` FROM author /* GET_LOCK('x', 0) */ # LOCK IN SHARE MODE",
                "SELECT 'it''s', 'a\\'b FOR UPDATE' FROM author",
                "SELECT SUBSTRING(name FROM 1 FOR share) FROM (SELECT 'abc' AS name, 2 AS share) AS t")) {
            assertThat(transactions.<List<?>>readOnly(() -> jdbc.queryForList(read)))
                    .as(read)
                    .isNotNull();
        }
    }

    private List<String> locks() {
        return List.of(
                "SELECT GET_LOCK('report', 0)",
                "DO get_lock ( 'report' , 0 )",
                "SELECT RELEASE_LOCK('report')",
                "SELECT IS_FREE_LOCK('report')",
                "SELECT name FROM author LOCK IN SHARE MODE",
                "select name from author lock/* not in the way */in -- nor this\n share mode",
                "SELECT name FROM author FOR UPDATE",
                "(SELECT name FROM author for\nupdate)",
                "/* first */ LOCK TABLES author READ",
                "SELECT 'it''s' FROM author /*!50000 FOR UPDATE */");
    }

    private Map<String, Consumer<JdbcTemplate>> writes() {
        Map<String, Consumer<JdbcTemplate>> writes = new LinkedHashMap<>();
        writes.put("prepared", template -> template.update("INSERT INTO author (name) VALUES (?)", author));
        writes.put("text", template -> template.update("INSERT INTO author (name) VALUES ('" + author + "')"));
        writes.put("execute", template -> template.execute("INSERT INTO author (name) VALUES ('" + author + "')"));
        writes.put(
                "prepared batch",
                template -> template.batchUpdate(
                        "INSERT INTO author (name) VALUES (?)", List.of(new Object[] {author}, new Object[] {author})));
        writes.put(
                "batch of texts",
                template -> template.batchUpdate(
                        "INSERT INTO author (name) VALUES ('" + author + "')",
                        "UPDATE author SET name = 'x' WHERE name = '" + author + "'"));
        writes.put("definition", template -> template.execute("CREATE TABLE refused (id INT)"));
        return writes;
    }

    private void inReadOnly(Consumer<JdbcTemplate> work) {
        transactions.readOnly(() -> {
            work.accept(jdbc);
            return null;
        });
    }

    private void execute(String sql) {
        jdbc.execute(sql);
    }

    private void executePrepared(String sql) {
        jdbc.execute((ConnectionCallback<Boolean>) connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                return statement.execute();
            }
        });
    }

    private static void isRefused(Throwable failure, String text) {
        assertThat(failure).isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThat(failure).hasStackTraceContaining(text);
        assertThat(failure.getCause()).isInstanceOfSatisfying(SQLException.class, refusal -> {
            assertThat(refusal.getSQLState()).isEqualTo("25006");
            assertThat(refusal.getErrorCode()).isEqualTo(1792);
        });
    }
}
