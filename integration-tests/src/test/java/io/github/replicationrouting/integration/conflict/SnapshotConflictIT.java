package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.ConcurrencyFailureException;

/**
 * MariaDB 11.8 refuses to change a row that has been changed since the snapshot of the transaction, by 1020 and a
 * rollback of the whole transaction; earlier servers do with {@code innodb_snapshot_isolation}.
 */
@OnStacks({Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class SnapshotConflictIT {

    private static final String SNAPSHOT_ISOLATION =
            "replication.routing.hikari.connection-init-sql=SET SESSION innodb_snapshot_isolation = ON";

    private final TestApplication app;
    private final TestApplication retrying;
    private final AtomicInteger attempts = new AtomicInteger();

    SnapshotConflictIT(Stack stack, Applications applications) {
        app = applications.get(stack, JdbcApplication.class, TestApplication.PATIENT, SNAPSHOT_ISOLATION);
        retrying = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                SNAPSHOT_ISOLATION,
                "replication.routing.writes.conflict-retries=3");
    }

    @BeforeEach
    void createTheTable() {
        onPrimary("CREATE TABLE IF NOT EXISTS %s.versioned (id INT PRIMARY KEY, n INT NOT NULL)");
        onPrimary("REPLACE INTO %s.versioned VALUES (1, 0), (2, 0), (3, 0)");
    }

    @Test
    void whenARowHasChangedSinceTheSnapshotShouldThrowAConcurrencyFailureAndCommitNothing() {
        assertThatThrownBy(() -> app.transactions().write(() -> {
                    increment(app, 3);
                    changeAfterSnapshot(app, 1);
                    assertThatThrownBy(() -> increment(app, 1))
                            .isInstanceOf(ConcurrencyFailureException.class)
                            .rootCause()
                            .isInstanceOfSatisfying(SQLException.class, server -> assertThat(server.getErrorCode())
                                    .isEqualTo(1020));
                    // Swallowed.
                    return null;
                }))
                .isInstanceOf(ConcurrencyFailureException.class)
                .hasMessageContaining("at an earlier statement (1020)");

        assertThat(values(app)).containsExactly(100, 0, 0);
    }

    @Test
    void whenRetriesAreConfiguredShouldRetryTheWholeTransaction() {
        retrying.transactions().write(() -> {
            increment(retrying, 3);
            if (attempts.incrementAndGet() == 1) {
                changeAfterSnapshot(retrying, 1);
            }
            increment(retrying, 1);
            return null;
        });

        assertThat(attempts).hasValue(2);
        assertThat(values(retrying)).containsExactly(101, 0, 1);
    }

    /** Both drivers execute what follows in the batch, which the server begins another transaction for. */
    @Test
    void whenAStatementOfABatchLosesShouldNotCommitTheRestOfTheBatch() {
        assertThatThrownBy(() -> app.transactions().write(() -> {
                    changeAfterSnapshot(app, 1);
                    assertThatThrownBy(() -> app.jdbc()
                                    .batchUpdate(
                                            "UPDATE versioned SET n = n + 1 WHERE id = ?",
                                            List.of(new Object[] {1}, new Object[] {2}, new Object[] {3})))
                            .isInstanceOf(ConcurrencyFailureException.class)
                            .hasCauseInstanceOf(BatchUpdateException.class);
                    return null;
                }))
                .isInstanceOf(ConcurrencyFailureException.class);

        assertThat(values(app)).containsExactly(100, 0, 0);
    }

    private void changeAfterSnapshot(TestApplication application, int id) {
        assertThat(application.jdbc().queryForObject("SELECT n FROM versioned WHERE id = 1", Integer.class))
                .isZero();
        onPrimary("UPDATE %s.versioned SET n = n + 100 WHERE id = " + id);
    }

    private void onPrimary(String sql) {
        app.cluster().primary().execute(List.of(sql.formatted(app.cluster().database())));
    }

    private static void increment(TestApplication application, int id) {
        application.jdbc().update("UPDATE versioned SET n = n + 1 WHERE id = ?", id);
    }

    private static List<Integer> values(TestApplication application) {
        return application
                .transactions()
                .write(() -> application.jdbc().queryForList("SELECT n FROM versioned ORDER BY id", Integer.class));
    }
}
