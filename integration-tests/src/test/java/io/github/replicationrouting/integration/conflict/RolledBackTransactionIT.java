package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.ConcurrencyFailureException;

/**
 * InnoDB rolls a whole transaction back in a deadlock. The connection survives that, so an application that goes on
 * would commit a part of its transaction.
 */
@OnStacks(
        value = {Stack.MYSQL, Stack.MARIADB},
        withEachTransactionManager = true)
@Tag("essential")
class RolledBackTransactionIT {

    private final TestApplication app;
    private final TestApplication retrying;

    RolledBackTransactionIT(Stack stack, Class<?> configuration, Applications applications) {
        app = applications.get(stack, configuration, TestApplication.PATIENT);
        retrying = applications.get(
                stack, configuration, TestApplication.PATIENT, "replication.routing.writes.conflict-retries=3");
    }

    @BeforeEach
    void createTheTable() {
        String table = app.cluster().database() + ".locked_row";
        app.cluster()
                .primary()
                .execute(List.of(
                        "CREATE TABLE IF NOT EXISTS " + table + " (id INT PRIMARY KEY, n INT NOT NULL)",
                        "DELETE FROM " + table,
                        "INSERT INTO " + table + " VALUES (1, 0), (2, 0), (3, 0), (11, 0), (12, 0), (13, 0), (14, 0)"));
    }

    @Test
    void whenADeadlockIsSwallowedShouldRefuseWhatFollowsAndTheCommit() {
        AtomicInteger refused = new AtomicInteger();

        assertThatThrownBy(() -> app.transactions().write(() -> {
                    increment(app, 3);
                    assertThat(catchThrowable(() -> loseDeadlock(app))).isInstanceOf(ConcurrencyFailureException.class);
                    assertThatThrownBy(() -> increment(app, 3))
                            .isInstanceOf(ConcurrencyFailureException.class)
                            .hasMessageContaining("at an earlier statement (1213)");
                    assertThatThrownBy(() -> value(app, 3)).isInstanceOf(ConcurrencyFailureException.class);
                    refused.incrementAndGet();
                    return null;
                }))
                .isInstanceOf(ConcurrencyFailureException.class)
                .hasMessageContaining("nothing of it was committed");

        assertThat(refused).hasValue(1);
        assertThat(committed(app, 3)).isZero();
    }

    @Test
    void whenADeadlockIsSwallowedTheWholeTransactionShouldBeRetried() {
        AtomicInteger attempts = new AtomicInteger();

        retrying.transactions().write(() -> {
            increment(retrying, 3);
            if (attempts.incrementAndGet() == 1) {
                assertThat(catchThrowable(() -> loseDeadlock(retrying)))
                        .isInstanceOf(ConcurrencyFailureException.class);
            }
            return null;
        });

        assertThat(attempts).hasValue(2);
        assertThat(committed(retrying, 3)).isOne();
        assertThat(retrying.bean(ReplicationRouting.class).pools().stream()
                        .filter(pool -> pool.node().name().equals(retrying.primary()))
                        .findFirst())
                .hasValueSatisfying(pool -> assertThat(pool.node().conflicts()).isPositive());
    }

    @Test
    void whenPlainJdbcSwallowsADeadlockShouldRefuseTheCommitAndBeginAnewAfterARollback() throws Exception {
        try (Connection connection = app.bean(DataSource.class).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("UPDATE locked_row SET n = n + 1 WHERE id = 3");
            var savepoint = connection.setSavepoint();
            assertRolledBack(() -> loseDeadlock(
                    () -> statement.executeUpdate("UPDATE locked_row SET n = n + 1 WHERE id = 1"),
                    () -> statement.executeUpdate("UPDATE locked_row SET n = n + 1 WHERE id = 2")));
            assertRolledBack(() -> statement.executeUpdate("UPDATE locked_row SET n = n + 1 WHERE id = 3"));
            assertRolledBack(() -> connection.rollback(savepoint));
            assertRolledBack(() -> connection.setAutoCommit(true));
            assertThat(committed(app, 3)).isZero();

            connection.rollback();
            statement.executeUpdate("UPDATE locked_row SET n = n + 1 WHERE id = 3");
            connection.commit();
        }
        assertThat(committed(app, 3)).isOne();
    }

    /** It rolls back its statement alone. */
    @Test
    void whenALockWaitTimesOutTheTransactionShouldContinue() throws Exception {
        try (Connection other = app.cluster().primary().adminConnection();
                Statement lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.executeUpdate("UPDATE " + app.cluster().database() + ".locked_row SET n = 0 WHERE id = 1");

            app.transactions().write(() -> {
                app.jdbc().execute("SET SESSION innodb_lock_wait_timeout = 1");
                increment(app, 3);
                assertThat(catchThrowable(() -> increment(app, 1)))
                        .hasRootCauseInstanceOf(SQLException.class)
                        .rootCause()
                        .hasMessageContaining("Lock wait timeout exceeded");
                increment(app, 3);
                return null;
            });
            other.rollback();
        }
        assertThat(committed(app, 3)).isEqualTo(2);
    }

    /** Another session that has changed more, so that InnoDB rolls back this one, locks in opposite order. */
    private void loseDeadlock(TestApplication application) {
        try {
            loseDeadlock(() -> increment(application, 1), () -> increment(application, 2));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void loseDeadlock(Work first, Work second) throws Exception {
        String table = app.cluster().database() + ".locked_row";
        try (Connection other = app.cluster().primary().adminConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.executeUpdate("UPDATE " + table + " SET n = n + 1 WHERE id > 10");
            statement.executeUpdate("UPDATE " + table + " SET n = n + 1 WHERE id = 2");
            first.run();
            CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return statement.executeUpdate("UPDATE " + table + " SET n = n + 1 WHERE id = 1");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            try {
                second.run();
            } finally {
                waiting.get(60, TimeUnit.SECONDS);
                other.rollback();
            }
        }
    }

    private static void assertRolledBack(Work work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(SQLException.class, failure -> assertThat(failure.getSQLState())
                        .isEqualTo("40001"));
    }

    private static void increment(TestApplication application, int id) {
        application.jdbc().update("UPDATE locked_row SET n = n + 1 WHERE id = ?", id);
    }

    private static Integer value(TestApplication application, int id) {
        return application.jdbc().queryForObject("SELECT n FROM locked_row WHERE id = ?", Integer.class, id);
    }

    private static Integer committed(TestApplication application, int id) {
        return application.transactions().newWrite(() -> value(application, id));
    }

    private interface Work {

        void run() throws Exception;
    }
}
