package io.github.replicationrouting.integration.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.CallableStatement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.ConnectionCallback;

/** A rollback does not undo an implicit commit, so that no retry follows it, whether commits are reported or not. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class ImplicitCommitRetryIT {

    private static final String DDL = "CREATE TABLE IF NOT EXISTS commits_what_came_before (id INT)";
    private static final String CONFLICT = "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213";

    private final Applications applications;
    private final Stack stack;
    private final AtomicInteger attempts = new AtomicInteger();
    private TestApplication app;

    ImplicitCommitRetryIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        app = in("session");
    }

    private TestApplication in(String consistency) {
        return applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.writes.conflict-retries=5",
                "replication.routing.consistency.mode=" + consistency);
    }

    @BeforeEach
    void makeWhatCommits() {
        String database = app.cluster().database();
        app.cluster()
                .primary()
                .execute(List.of(
                        "CREATE TABLE IF NOT EXISTS " + database + ".commits_what_came_before (id INT)",
                        "CREATE PROCEDURE IF NOT EXISTS " + database + ".commits_inside() COMMIT"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DDL,
                "/* a note */ " + DDL,
                "-- a note\n" + DDL,
                "/*!50000 " + DDL + " */",
                "TRUNCATE TABLE commits_what_came_before",
                "ANALYZE TABLE author",
                "START TRANSACTION",
                "BEGIN",
                "COMMIT",
                "CALL commits_inside()"
            })
    void whenAStatementCommitsItShouldNotBeRetried(String text) {
        for (String consistency : List.of("session", "eventual")) {
            app = in(consistency);
            assertDoneOnce(() -> app.jdbc().execute(text));
        }
    }

    @Test
    void whenLockTablesCommitsItShouldNotBeRetried() {
        assertDoneOnce(() -> app.jdbc().execute((ConnectionCallback<Boolean>) connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("LOCK TABLES author WRITE");
                return statement.execute("UNLOCK TABLES");
            }
        }));
    }

    @Test
    void whenAutoCommitCommitsItShouldNotBeRetried() {
        assertDoneOnce(() -> {
            app.jdbc().execute("SET SESSION autocommit = 1");
            app.jdbc().execute("SET SESSION autocommit = 0");
        });
    }

    @Test
    void whenAPreparedStatementCommitsItShouldNotBeRetried() {
        assertDoneOnce(() -> app.jdbc().update(DDL, new Object[0]));
    }

    @Test
    void whenABatchCommitsItShouldNotBeRetried() {
        assertDoneOnce(() -> app.jdbc().batchUpdate("INSERT INTO commits_what_came_before VALUES (1)", DDL));
    }

    @Test
    void whenACallCommitsItShouldNotBeRetried() {
        assertDoneOnce(() -> app.jdbc().execute((ConnectionCallback<Boolean>) connection -> {
            try (CallableStatement call = connection.prepareCall("{call commits_inside()}")) {
                return call.execute();
            }
        }));
    }

    /** A connection of the driver itself may return anything. */
    @Test
    void whenTheDriversConnectionCommitsItShouldNotBeRetried() {
        assertDoneOnce(() -> app.jdbc().execute((ConnectionCallback<Boolean>) connection -> {
            Class<?> type =
                    stack == Stack.MARIADB ? org.mariadb.jdbc.Connection.class : com.mysql.cj.jdbc.JdbcConnection.class;
            try (var statement = ((java.sql.Connection) connection.unwrap(type)).createStatement()) {
                return statement.execute(DDL);
            }
        }));
    }

    /** The statement is the first of the transaction, and complete. */
    @Test
    void whenAStatementCommitsItselfItShouldNotBeRetried() {
        assertThatThrownBy(() -> app.transactions().write(() -> {
                    attempts.incrementAndGet();
                    app.jdbc().execute(DDL);
                    app.jdbc().execute(CONFLICT);
                    return null;
                }))
                .isInstanceOf(PessimisticLockingFailureException.class);

        assertThat(attempts).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "(SELECT 1)",
                "  -- a note\n SELECT 1",
                "/* CREATE TABLE */ SELECT 'COMMIT; BEGIN'",
                "WITH x AS (SELECT 1) SELECT * FROM x",
                "UPDATE author SET name = name WHERE 1 = 0",
                "SET @x = 1",
                "SET SESSION sql_safe_updates = 0",
                "SAVEPOINT here",
                "DO 1"
            })
    void whenNothingIsCommittedItShouldBeRetried(String text) {
        for (String consistency : List.of("session", "eventual")) {
            app = in(consistency);
            attempts.set(0);
            String other = UUID.randomUUID().toString();

            app.transactions().write(() -> {
                app.insertAuthor(other);
                app.jdbc().execute(text);
                if (attempts.incrementAndGet() == 1) {
                    app.jdbc().execute(CONFLICT);
                }
                return null;
            });

            assertThat(attempts).hasValue(2);
            assertThat(app.countAuthorsOnPrimary(other)).isOne();
        }
    }

    private void assertDoneOnce(Runnable committing) {
        attempts.set(0);
        String author = UUID.randomUUID().toString();

        assertThatThrownBy(() -> app.transactions().write(() -> {
                    attempts.incrementAndGet();
                    app.insertAuthor(author);
                    committing.run();
                    app.jdbc().execute(CONFLICT);
                    return null;
                }))
                .isInstanceOf(PessimisticLockingFailureException.class)
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .asString()
                        .contains("committed"));

        assertThat(attempts).hasValue(1);
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }
}
