package io.github.replicationrouting.integration.technology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;

/** Metadata calls that any connection can answer: they wait for no primary, and leak no connection. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class MetadataIT {

    private static final Map<String, ServerCall<Connection, Object>> QUESTIONS = metadataCalls();

    private final TestApplication app;

    MetadataIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.maximum-pool-size=2",
                "replication.routing.hikari.connection-timeout=2000");
    }

    private static Map<String, ServerCall<Connection, Object>> metadataCalls() {
        Map<String, ServerCall<Connection, Object>> metadataCalls = new HashMap<>();
        metadataCalls.put("getURL", connection -> connection.getMetaData().getURL());
        metadataCalls.put(
                "getDatabaseProductVersion",
                connection -> connection.getMetaData().getDatabaseProductVersion());
        metadataCalls.put("getUserName", connection -> connection.getMetaData().getUserName());
        metadataCalls.put(
                "supportsSavepoints", connection -> connection.getMetaData().supportsSavepoints());
        metadataCalls.put("getSchema", connection -> String.valueOf(connection.getSchema()));
        metadataCalls.put("getCatalog", Connection::getCatalog);
        metadataCalls.put("getHoldability", Connection::getHoldability);
        metadataCalls.put("getTypeMap", Connection::getTypeMap);
        metadataCalls.put(
                "isValid", connection -> assertThat(connection.isValid(5)).isTrue());
        metadataCalls.put("nativeSQL", connection -> connection.nativeSQL("SELECT 1"));
        metadataCalls.put("createBlob", Connection::createBlob);
        metadataCalls.put("createClob", Connection::createClob);
        metadataCalls.put("isWrapperFor", connection -> connection.isWrapperFor(String.class));
        metadataCalls.put("unwrap", connection -> assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> connection.unwrap(Runnable.class)));
        return metadataCalls;
    }

    @AfterEach
    void assertNothingHeld() {
        app.awaitNothingHeld();
    }

    @Test
    void whenThePrimaryHasNoFreeConnectionMetadataShouldNotWait() throws SQLException {
        try (ExhaustedPool used = ExhaustedPool.of(app, app.primary())) {
            assertThat(failing(connection -> {})).isEmpty();
            assertThat(used.isExhausted()).isTrue();
        }
    }

    @Test
    void whenThePrimaryHasNoFreeConnectionMetadataInATransactionShouldNotWait() throws SQLException {
        try (ExhaustedPool used = ExhaustedPool.of(app, app.primary())) {
            assertThat(failing(connection -> connection.setAutoCommit(false))).isEmpty();
            assertThat(failing(connection -> {
                        connection.setAutoCommit(false);
                        connection.setReadOnly(true);
                    }))
                    .isEmpty();
            app.transactions().readOnly(() -> {
                QUESTIONS.forEach((name, question) -> app.jdbc().execute((ConnectionCallback<Object>) question::on));
                return app.node();
            });
            assertThat(used.isExhausted()).isTrue();
        }
    }

    private List<String> failing(Preparation preparation) throws SQLException {
        List<String> failed = new ArrayList<>();
        for (Map.Entry<String, ServerCall<Connection, Object>> question : QUESTIONS.entrySet()) {
            try (Connection connection = app.bean(DataSource.class).getConnection()) {
                preparation.on(connection);
                question.getValue().on(connection);
            } catch (SQLException | AssertionError e) {
                failed.add(question.getKey() + ": " + e.getMessage());
            }
        }
        return failed;
    }

    private interface Preparation {
        void on(Connection connection) throws SQLException;
    }

    @Test
    void whenMetadataWasReadNoConnectionShouldBeHeld() throws SQLException {
        List<String> holding = new ArrayList<>();
        for (Map.Entry<String, ServerCall<Connection, Object>> question : QUESTIONS.entrySet()) {
            try (Connection connection = app.bean(DataSource.class).getConnection()) {
                question.getValue().on(connection);
                if (app.held() > 0) {
                    holding.add(question.getKey());
                }
            }
        }
        assertThat(holding).isEmpty();
    }

    @Test
    void whenAMetadataResultIsOpenItShouldHoldAConnectionUntilItIsClosed() throws SQLException {
        try (Connection connection = app.bean(DataSource.class).getConnection()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet found =
                    connection.getMetaData().getTables(app.cluster().database(), null, "%", null)) {
                assertThat(app.held()).isOne();
                while (found.next()) {
                    tables.add(found.getString("TABLE_NAME"));
                }
            }
            assertThat(tables).contains("author", "book");
            assertThat(app.held()).isZero();
        }
    }

    @Test
    void whenMetadataResultsAreOpenTheyShouldShareAConnection() throws SQLException {
        String database = app.cluster().database();
        try (Connection connection = app.bean(DataSource.class).getConnection()) {
            DatabaseMetaData metaData = connection.getMetaData();
            List<ResultSet> forgotten = new ArrayList<>();
            List<String> columns = new ArrayList<>();
            try (ResultSet tables = metaData.getTables(database, null, "%", null)) {
                while (tables.next()) {
                    // More than all pools have.
                    for (int i = 0; i < 8; i++) {
                        ResultSet found = metaData.getColumns(database, null, tables.getString("TABLE_NAME"), "%");
                        assertThat(found.next()).isTrue();
                        columns.add(tables.getString("TABLE_NAME") + "." + found.getString("COLUMN_NAME"));
                        forgotten.add(found);
                        assertThat(app.held()).isOne();
                    }
                }
            }
            assertThat(columns).contains("author.id", "book.id");
            assertThat(app.held()).isOne();
            for (ResultSet found : forgotten) {
                found.close();
            }
            assertThat(app.held()).isZero();
        }
    }

    @Test
    void whenMetadataIsReadAPlainSessionShouldRemain() throws SQLException {
        try (Connection connection = app.bean(DataSource.class).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET @mine = 42");
            for (ServerCall<Connection, Object> question : QUESTIONS.values()) {
                question.on(connection);
            }
            connection.getMetaData().getTables(null, null, "%", null).close();
            try (ResultSet mine = statement.executeQuery("SELECT @mine")) {
                assertThat(mine.next()).isTrue();
                assertThat(mine.getInt(1)).isEqualTo(42);
            }
        }
    }

    @Test
    void whenTheUrlIsReadItShouldBeThatOfTheNodeWithoutParameters() throws SQLException {
        try (Connection connection = app.bean(DataSource.class).getConnection()) {
            assertThat(connection.getMetaData().getURL())
                    .startsWith("jdbc:")
                    .contains(":" + app.cluster().primary().port() + "/")
                    .doesNotContain("?");
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            try (PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
                statement.executeQuery().close();
            }
            String node = Objects.requireNonNull(
                            connection.unwrap(RoutedConnection.class).lastDecision())
                    .node()
                    .name();
            assertThat(connection.getMetaData().getURL())
                    .contains(":" + app.cluster().node(node).port() + "/");
            connection.rollback();
        }
    }

    @Test
    void whenNoNodeHasAFreeConnectionIsValidShouldBeFalse() throws SQLException {
        try (ExhaustedPool first = ExhaustedPool.of(app, "db1");
                ExhaustedPool second = ExhaustedPool.of(app, "db2");
                ExhaustedPool third = ExhaustedPool.of(app, "db3");
                Connection connection = app.bean(DataSource.class).getConnection()) {
            assertThat(connection.isValid(1)).isFalse();
            assertThat(first.isExhausted() && second.isExhausted() && third.isExhausted())
                    .isTrue();
        }
    }

    @Test
    void whenAConnectionIsAbortedItShouldBeClosed() throws SQLException {
        for (boolean used : new boolean[] {true, false}) {
            try (Connection connection = app.bean(DataSource.class).getConnection()) {
                connection.setAutoCommit(false);
                if (used) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("INSERT INTO author (name) VALUES ('aborted')");
                    }
                }
                connection.abort(Runnable::run);

                assertThat(connection.isClosed()).isTrue();
                assertThat(connection.isValid(1)).isFalse();
                assertClosed(connection::createStatement);
                assertClosed(() -> connection.prepareStatement("SELECT 1"));
                assertClosed(connection::getMetaData);
                assertClosed(connection::commit);
                assertClosed(() -> connection.setAutoCommit(true));
                assertClosed(connection::getAutoCommit);
            }
            assertThat(app.held()).isZero();
        }
        assertThat(app.countAuthors("aborted")).isZero();
    }

    private static void assertClosed(ThrowingCallable call) {
        assertThatExceptionOfType(SQLException.class).isThrownBy(call).returns("08003", SQLException::getSQLState);
    }
}
