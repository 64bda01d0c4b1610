package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.internal.routing.RetryContext;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server rolls a transaction back at a statement; the connection lives, and would begin another one. */
class RolledBackTransactionTest {

    private static final String FIRST = "UPDATE stock SET n = 1";
    private static final String LOSER = "UPDATE stock SET n = 2";
    private static final String LATER = "UPDATE stock SET n = 3";

    private final StubbedConnections connections = new StubbedConnections();
    private final SQLException conflict = new SQLException("Record has changed since last read", "HY000", 1020);

    @AfterEach
    void close() {
        connections.close();
    }

    @Test
    void whenTheServerRollsBackAtAStatementShouldRefuseEveryLaterStatementAndTheCommit() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            loseConflict(connection, statement);

            assertRefused(() -> statement.executeUpdate(LATER));
            assertRefused(() -> statement.executeQuery("SELECT 1"));
            assertRefused(connection::createStatement);
            assertRefused(() -> connection.prepareStatement(LATER));
            assertRefused(connection::setSavepoint);
            assertRefused(() -> connection.getMetaData().getTables(null, null, "stock", null));
            assertRefused(connection::commit);
        }
        assertThat(connections.executed()).containsExactly(FIRST, "ROLLBACK");
    }

    @Test
    void whenTheServerRollsBackShouldRefuseARollbackToASavepoint() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            var savepoint = connection.setSavepoint();
            loseConflict(connection, statement);

            assertRefused(() -> connection.rollback(savepoint));
        }
    }

    @Test
    void whenRolledBackByTheCallerShouldBeginTheNextTransaction() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            loseConflict(connection, statement);
            connection.rollback();

            statement.executeUpdate(LATER);
            connection.commit();
        }
        assertThat(connections.executed()).containsExactly(FIRST, "ROLLBACK", LATER, "COMMIT");
    }

    @Test
    void whenTheCommitWasRefusedShouldHaveEndedTheTransaction() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            loseConflict(connection, statement);
            assertRefused(connection::commit);

            connection.setAutoCommit(true);
            statement.executeUpdate(LATER);
        }
        assertThat(connections.executed()).containsExactly(FIRST, "ROLLBACK", LATER);
    }

    @Test
    void whenAutoCommitIsSetShouldRefuseItBecauseItWouldCommit() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            loseConflict(connection, statement);

            assertRefused(() -> connection.setAutoCommit(true));
            assertThat(connection.getAutoCommit()).isFalse();
            connection.setAutoCommit(true);
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(connections.executed()).containsExactly(FIRST, "ROLLBACK");
    }

    @Test
    void whenAReadOnlyTransactionIsRolledBackShouldRefuseItsLaterReads() throws Exception {
        try (Connection connection = connections.openForReads();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeQuery("SELECT 1");
            connections.failNext("SELECT 2", conflict);
            assertConflict(() -> statement.executeQuery("SELECT 2"));

            assertRefused(() -> statement.executeQuery("SELECT 3"));
            connection.rollback();
            statement.executeQuery("SELECT 3");
        }
    }

    @Test
    void whenAStatementInAutoCommitIsRolledBackShouldExecuteTheNext() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connections.failNext(LOSER, conflict);
            assertConflict(() -> statement.executeUpdate(LOSER));

            statement.executeUpdate(LATER);
        }
        assertThat(connections.executed()).containsExactly(LATER);
        assertThat(connections.node().conflicts()).isOne();
    }

    @Test
    void whenAnotherErrorOccursShouldContinueTheTransaction() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            SQLException timeout = new SQLException("Lock wait timeout exceeded", "HY000", 1205);
            connections.failNext(LOSER, timeout);
            assertThatThrownBy(() -> statement.executeUpdate(LOSER)).isSameAs(timeout);

            statement.executeUpdate(LATER);
            connection.commit();
        }
        assertThat(connections.executed()).containsExactly(LATER, "COMMIT");
        assertThat(connections.node().conflicts()).isZero();
    }

    @Test
    void whenABatchLosesShouldKeepItsCountsAndRefuseWhatFollows() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connections.failNext(
                    LOSER, new BatchUpdateException("Record has changed", "HY000", 1020, new int[] {1, -3}, conflict));

            assertThatThrownBy(() -> statement.executeUpdate(LOSER))
                    .isInstanceOfSatisfying(BatchUpdateException.class, batch -> {
                        assertThat(batch.getUpdateCounts()).containsExactly(1, -3);
                        assertThat(batch.getSQLState()).isEqualTo("40001");
                        assertThat((Throwable) batch.getNextException())
                                .isInstanceOf(SQLTransactionRollbackException.class);
                    });
            assertRefused(connection::commit);
        }
    }

    @Test
    void whenTheCommitLosesShouldReportAConflictAndBeginTheNextTransaction() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(FIRST);
            connections.failNext("COMMIT", new SQLException("Got error 149 during COMMIT", "HY000", 1180));
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLTransactionRollbackException.class)
                    .hasMessageContaining("db1");
            assertThat(context.isRolledBack()).isTrue();
            assertThat(context.hasCommitted()).isFalse();

            statement.executeUpdate(LATER);
            connection.commit();
        }
        assertThat(connections.executed()).containsExactly(FIRST, LATER, "COMMIT");
        assertThat(connections.node().conflicts()).isOne();
        assertThat(connections.failures()).containsExactly("rolled-back");
    }

    @Test
    void whenStatementsAreRefusedShouldCountTheConflictOnce() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            loseConflict(connection, statement);
            assertRefused(() -> statement.executeUpdate(LATER));
            assertRefused(connection::commit);

            assertThat(context.isRolledBack()).isTrue();
            assertThat(context.hasCommitted()).isFalse();
        }
        assertThat(connections.node().conflicts()).isOne();
        assertThat(connections.failures()).containsExactly("rolled-back");
    }

    private void loseConflict(Connection connection, Statement statement) throws SQLException {
        connection.setAutoCommit(false);
        statement.executeUpdate(FIRST);
        connections.failNext(LOSER, conflict);
        assertConflict(() -> statement.executeUpdate(LOSER));
    }

    private void assertConflict(ThrowingCallable call) {
        rollback(call).hasCause(conflict).hasMessageContaining("[Record has changed since last read]");
    }

    private static void assertRefused(ThrowingCallable call) {
        rollback(call).hasMessageContaining("at an earlier statement (1020)").hasMessageContaining("db1");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> rollback(ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOfSatisfying(SQLTransactionRollbackException.class, failure -> {
            assertThat(failure.getSQLState()).isEqualTo("40001");
            assertThat(failure.getErrorCode()).isEqualTo(1020);
        });
    }
}
