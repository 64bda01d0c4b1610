package io.github.replicationrouting.internal.connection.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.internal.routing.RetryContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server leaves its group, or loses it, while it works for a transaction. */
class GroupFailureTest {

    private static final String WRITE = "INSERT INTO stock VALUES (1)";

    private final StubbedConnections connections = new StubbedConnections();
    private final SQLException lostGroup =
            new SQLException("provider status: Not connected to Primary Component", "HY000", 1180);
    private final SQLException leftGroup =
            new SQLException("Error on observer while running replication hook 'before_commit'.", "HY000", 3100);
    private final SQLException notReady = new SQLNonTransientConnectionException(
            "WSREP has not yet prepared node for application use", "08S01", 1047);

    @AfterEach
    void close() {
        connections.close();
    }

    @Test
    void whenTheGroupIsLostInCommitShouldReportAnUnknownOutcomeAndNotRetry() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.failNext("COMMIT", lostGroup);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(CommitOutcomeUnknownException.class)
                    .hasCause(lostGroup)
                    .hasMessageContaining("Node db1 lost its group in COMMIT");

            assertNotRetried(context);
        }
        assertSuspected("commit-in-doubt");
    }

    @Test
    void whenTheGroupIsLostInAutoCommitShouldReportAnUnknownOutcome() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connections.failNext(WRITE, lostGroup);

            assertThatThrownBy(() -> statement.executeUpdate(WRITE))
                    .isInstanceOf(CommitOutcomeUnknownException.class)
                    .hasMessageContaining("in a statement in auto-commit");

            assertNotRetried(context);
        }
        assertSuspected("commit-in-doubt");
    }

    /** A query may write, too: {@code INSERT ... RETURNING}; and a statement may commit implicitly. */
    @Test
    void whenTheGroupIsLostInAStatementThatCommitsShouldReportAnUnknownOutcome() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connections.failNext("SELECT next_order()", lostGroup);

            assertThatThrownBy(() -> statement.executeQuery("SELECT next_order()"))
                    .isInstanceOf(CommitOutcomeUnknownException.class);

            assertNotRetried(context);
        }
    }

    @Test
    void whenTheServerRefusesTheCommitWhileItLeavesItsGroupShouldReportThatNothingWasCommitted() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.failNext("COMMIT", leftGroup);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasCause(leftGroup)
                    .hasMessageContaining("nothing of the transaction was committed");

            assertRetriedElsewhere(context);
        }
        assertSuspected("not-in-group");
    }

    @Test
    void whenTheServerRefusesAWriteInAutoCommitWhileItLeavesItsGroupShouldReportThatNothingWasCommitted()
            throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connections.failNext(WRITE, leftGroup);

            assertThatThrownBy(() -> statement.executeUpdate(WRITE))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("nothing of the transaction was committed");
        }
        assertSuspected("not-in-group");
    }

    /** Measured on Group Replication: 37 of 96 such commits were on the other members. */
    @ParameterizedTest
    @MethodSource("rolledBackByGroup")
    void whenTheServerRollsBackBecauseItLostItsGroupShouldReportAnUnknownOutcomeAndNotRetry(SQLException error)
            throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.loseGroup();
            connections.failNext("COMMIT", error);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(CommitOutcomeUnknownException.class)
                    .hasCause(error)
                    .hasMessageContaining("Node db1 refused COMMIT and did not show");

            assertNotRetried(context);
        }
        assertSuspected("commit-refused");
    }

    @ParameterizedTest
    @MethodSource("rolledBackByGroup")
    void whenTheServerLosesItsGroupInAStatementThatCommitsShouldReportAnUnknownOutcome(SQLException error)
            throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connections.loseGroup();
            connections.failNext(WRITE, error);

            assertThatThrownBy(() -> statement.executeUpdate(WRITE)).isInstanceOf(CommitOutcomeUnknownException.class);

            assertNotRetried(context);
        }
        assertSuspected("commit-refused");
    }

    @ParameterizedTest
    @MethodSource("rolledBackByGroup")
    void whenTheServerDoesNotShowItsGroupAfterARollbackShouldReportAnUnknownOutcome(SQLException error)
            throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            SQLException denied = new SQLException("SELECT command denied", "42000", 1142);
            connections.failNext("replication_group_members", denied);
            connections.failNext("COMMIT", error);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(CommitOutcomeUnknownException.class)
                    .hasCause(error);
            assertThat(error.getSuppressed()).containsExactly(denied);
        }
        assertSuspected("commit-refused");
    }

    static List<SQLException> rolledBackByGroup() {
        return List.of(
                new SQLException("Error on observer while running replication hook 'before_commit'.", "HY000", 3100),
                new SQLException("Plugin instructed the server to rollback the current transaction.", "40000", 3101));
    }

    @Test
    void whenTheServerRefusesAStatementBecauseItLostItsGroupShouldRetryTheTransaction() throws Exception {
        SQLException beforeDml =
                new SQLException("Error on observer while running replication hook 'before_dml'.", "HY000", 3100);
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connections.loseGroup();
            connections.failNext(WRITE, beforeDml);

            assertThatThrownBy(() -> statement.executeUpdate(WRITE))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasCause(beforeDml);

            assertRetriedElsewhere(context);
        }
        assertSuspected("not-in-group");
    }

    @Test
    void whenTheServerHasNotLostItsGroupARollbackByItShouldBeAConflict() throws Exception {
        SQLException conflict =
                new SQLException("Plugin instructed the server to rollback the current transaction.", "40000", 3101);
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.failNext("COMMIT", conflict);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLTransactionRollbackException.class)
                    .hasCause(conflict);

            assertThat(context.isRolledBack()).isTrue();
            assertThat(context.hasCommitted()).isFalse();
        }
        assertThat(connections.suspected()).isEmpty();
    }

    @Test
    void whenTheNodeRefusesAStatementBeforeCommitShouldRetryTheTransaction() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connections.failNext(WRITE, notReady);

            assertThatThrownBy(() -> statement.executeUpdate(WRITE))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasCause(notReady)
                    .hasMessageContaining("nothing of the transaction was committed");

            assertRetriedElsewhere(context);
        }
        assertSuspected("not-in-group");
    }

    /** Measured on Galera: none of 120 such commits was in the database. */
    @Test
    void whenTheNodeIsNotReadyForTheCommitShouldRetryTheTransaction() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.failNext("COMMIT", notReady);

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasCause(notReady);

            assertRetriedElsewhere(context);
        }
        assertSuspected("not-in-group");
    }

    @Test
    void whenTheServerShutsDownBeforeCommitShouldRetryTheTransaction() throws Exception {
        SQLException shutdown = new SQLNonTransientConnectionException("Server shutdown in progress", "08S01", 1053);
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connections.failNext(WRITE, shutdown);
            assertThatThrownBy(() -> statement.executeUpdate(WRITE))
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasCause(shutdown);

            assertRetriedElsewhere(context);
        }
        assertSuspected("node-unfit");
    }

    @Test
    void whenTheServerShutsDownInCommitShouldReportAnUnknownOutcome() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.failNext("COMMIT", new SQLException("Server shutdown in progress", "08S01", 1053));

            assertThatThrownBy(connection::commit).isInstanceOf(CommitOutcomeUnknownException.class);

            assertNotRetried(context);
        }
    }

    @Test
    void whenTheNodeRefusesAReadShouldRetryItElsewhere() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForReads();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connections.failNext("SELECT 1", notReady);

            assertThatThrownBy(() -> statement.executeQuery("SELECT 1")).isSameAs(notReady);

            assertThat(context.lostNode()).isSameAs(connections.node());
            assertThat(context.demotedNode()).isNull();
        }
    }

    /** Its server would acknowledge what the group never gets. */
    @Test
    void whenTheNodeIsReplacedBeforeTheCommitShouldNotSendIt() throws Exception {
        try (Connection connection = connections.openForWrites();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(WRITE);
            connections.replaceNode();

            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLTransientConnectionException.class)
                    .hasMessageContaining("was lost before COMMIT: nothing of the transaction was committed");
        }
        assertThat(connections.executed()).doesNotContain("COMMIT");
    }

    @Test
    void whenTheNodeIsReplacedBeforeAStatementIsExecutedShouldRetryTheTransaction() throws Exception {
        try (RetryContext context = RetryContext.open(System::nanoTime);
                Connection connection = connections.openForWrites()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                connections.replaceNode();

                assertThatThrownBy(() -> statement.executeUpdate(WRITE))
                        .isInstanceOf(SQLTransientConnectionException.class)
                        .hasMessageContaining("nothing of the transaction was committed");
            }

            assertRetriedElsewhere(context);
        }
        assertThat(connections.executed()).doesNotContain(WRITE);
    }

    private void assertRetriedElsewhere(RetryContext context) {
        assertThat(context.demotedNode()).isSameAs(connections.node());
        assertThat(context.hasCommitted()).isFalse();
    }

    private static void assertNotRetried(RetryContext context) {
        assertThat(context.hasCommitted()).isTrue();
        assertThat(context.demotedNode()).isNull();
        assertThat(context.isRolledBack()).isFalse();
    }

    private void assertSuspected(String kind) {
        assertThat(connections.suspected()).containsExactly(connections.node());
        assertThat(connections.failures()).containsExactly(kind);
    }
}
