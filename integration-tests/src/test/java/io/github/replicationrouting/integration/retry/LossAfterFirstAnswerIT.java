package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.ConnectionCallback;

/** Calls that reach the server after the statement itself was answered are affected by the loss of the node as well. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class LossAfterFirstAnswerIT {

    /** Larger than the buffers of the sockets. */
    private static final String ROWS =
            "SELECT REPEAT('x', 1000) FROM information_schema.COLLATIONS a, information_schema.COLLATIONS b";

    private final Stack stack;
    private final TestApplication app;

    LossAfterFirstAnswerIT(Stack stack, Applications applications) {
        this.stack = stack;
        app = applications.get(stack, JdbcApplication.class, TestApplication.PATIENT);
    }

    @BeforeEach
    void createProcedure() {
        app.jdbc().execute("DROP PROCEDURE IF EXISTS twice");
        app.jdbc().execute("CREATE PROCEDURE twice() BEGIN %s; %s; END".formatted(ROWS, ROWS));
        app.cluster().awaitReplicated();
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenGetMoreResultsMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (Statement statement = streaming(connection)) {
                assertThat(statement.execute("CALL twice()")).isTrue();
                kill.run();
                assertThat(statement.getMoreResults()).isTrue();
                readToTheEnd(statement);
            }
        });
    }

    @Test
    void whenGetMoreResultsClosesTheCurrentOneItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (Statement statement = streaming(connection)) {
                assertThat(statement.execute("CALL twice()")).isTrue();
                kill.run();
                assertThat(statement.getMoreResults(Statement.CLOSE_CURRENT_RESULT))
                        .isTrue();
                readToTheEnd(statement);
            }
        });
    }

    @Test
    void whenAfterLastMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (Statement statement =
                    connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
                statement.setFetchSize(10);
                try (ResultSet rows = statement.executeQuery(ROWS)) {
                    kill.run();
                    rows.afterLast();
                    while (rows.previous()) {
                        // A driver that has already read all of it loses nothing.
                        break;
                    }
                }
            }
            ask(connection);
        });
    }

    @Test
    void whenIsLastMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (Statement statement = streaming(connection);
                    ResultSet rows = statement.executeQuery("SELECT 1")) {
                assertThat(rows.next()).isTrue();
                kill.run();
                try {
                    rows.isLast();
                } catch (java.sql.SQLFeatureNotSupportedException e) {
                    // Not for this kind of result.
                }
            }
            ask(connection);
        });
    }

    @Test
    void whenGetWarningsMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("SELECT 1/0, CAST('a' AS SIGNED)").close();
                kill.run();
                statement.getWarnings();
            }
            ask(connection);
        });
    }

    @Test
    void whenMetaDataOfAPreparedStatementMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT ? FROM author")) {
                ask(connection);
                kill.run();
                statement.getMetaData();
            }
            ask(connection);
        });
    }

    @Test
    void whenMetaDataOfParametersMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            try (PreparedStatement statement = connection.prepareStatement("SELECT ? FROM author")) {
                ask(connection);
                kill.run();
                statement.getParameterMetaData();
            }
            ask(connection);
        });
    }

    @Test
    void whenSetCatalogMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            ask(connection);
            kill.run();
            connection.setCatalog("information_schema");
            ask(connection);
        });
    }

    @Test
    void whenAMetaDataQueryMeetsTheLossItShouldBeRetried() {
        assertRetried((connection, kill) -> {
            ask(connection);
            kill.run();
            try (ResultSet tables =
                    connection.getMetaData().getTables(app.cluster().database(), null, "%", null)) {
                assertThat(tables.next()).isTrue();
            }
        });
    }

    /** Connector/J permits no other statement while a result is open. */
    private static void readToTheEnd(Statement statement) throws SQLException {
        do {
            try (ResultSet rows = statement.getResultSet()) {
                while (rows != null && rows.next()) {
                    // Each row was sent.
                }
            }
        } while (statement.getMoreResults() || statement.getUpdateCount() != -1);
    }

    private static void ask(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet one = statement.executeQuery("SELECT 1")) {
            assertThat(one.next()).isTrue();
        }
    }

    private Statement streaming(Connection connection) throws SQLException {
        Statement statement = connection.createStatement();
        statement.setFetchSize(stack == Stack.MARIADB ? 1 : Integer.MIN_VALUE);
        return statement;
    }

    private interface Work {
        void on(Connection connection, Runnable kill) throws SQLException;
    }

    private void assertRetried(Work work) {
        AtomicInteger attempts = new AtomicInteger();
        app.transactions().readOnly(() -> app.jdbc().execute((ConnectionCallback<Object>) connection -> {
            LossyWork.Session session = new LossyWork(app).session();
            attempts.incrementAndGet();
            work.on(connection, () -> {
                if (attempts.get() == 1) {
                    session.kill();
                }
            });
            return work;
        }));
        assertThat(attempts).hasValue(2);
    }
}
