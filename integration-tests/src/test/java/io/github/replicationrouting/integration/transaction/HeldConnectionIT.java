package io.github.replicationrouting.integration.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A read-only connection that its user keeps open: its node is chosen anew whenever that is safe. */
@OnStacks({Stack.MYSQL, Stack.MARIADB, Stack.MARIADB_WITH_CONNECTOR_J})
class HeldConnectionIT {

    private static final String COUNT = "SELECT COUNT(*) FROM author WHERE name = ?";

    private final TestApplication app;
    private final String author = UUID.randomUUID().toString();

    HeldConnectionIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.consistency.mode=session",
                "replication.routing.reads.max-lag=2s");
    }

    @BeforeEach
    void newSession() {
        SessionToken.clear();
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
        app.awaitNothingHeld();
    }

    @Test
    void whenAutoCommitIsOnAnOwnWriteShouldBeRead() throws SQLException {
        try (Connection kept = openReadOnly()) {
            assertThat(node(kept)).isIn(app.replicas());
            writeWithStoppedAppliers();
            assertThat(count(kept)).isOne();
        }
    }

    @Test
    void whenATransactionHasCommittedTheNextShouldReadAnOwnWrite() throws SQLException {
        try (Connection kept = openReadOnly()) {
            kept.setAutoCommit(false);
            assertThat(node(kept)).isIn(app.replicas());
            kept.commit();
            writeWithStoppedAppliers();
            assertThat(count(kept)).isOne();
            kept.rollback();
        }
    }

    @Test
    void whenStatementsWereCreatedBeforeAnOwnWriteTheyShouldReadIt() throws SQLException {
        try (Connection kept = openReadOnly();
                PreparedStatement prepared = kept.prepareStatement(COUNT);
                Statement plain = kept.createStatement()) {
            prepared.setString(1, author);
            assertThat(number(prepared.executeQuery())).isZero();
            assertThat(app.name(number(plain.executeQuery("SELECT @@server_id"))))
                    .isIn(app.replicas());
            writeWithStoppedAppliers();

            assertThat(number(prepared.executeQuery())).isOne();
            assertThat(number(plain.executeQuery(COUNT.replace("?", "'" + author + "'"))))
                    .isOne();
        }
    }

    @Test
    void whenAStatementWasPreparedBeforeAnOwnWriteItsFirstExecutionShouldReadIt() throws SQLException {
        try (Connection kept = openReadOnly();
                PreparedStatement prepared = kept.prepareStatement(COUNT)) {
            prepared.setString(1, author);
            writeWithStoppedAppliers();

            assertThat(number(prepared.executeQuery())).isOne();
        }
    }

    @Test
    void whenAResultIsOpenItShouldBeReadToItsEnd() throws SQLException {
        try (Connection kept = openReadOnly();
                Statement reading = kept.createStatement();
                ResultSet rows = reading.executeQuery("SELECT 1 UNION SELECT 2 UNION SELECT 3")) {
            assertThat(rows.next()).isTrue();
            writeWithStoppedAppliers();
            assertThat(count(kept)).isOne();
            assertThat(rows.next()).isTrue();
            assertThat(rows.next()).isTrue();
        }
    }

    @Test
    void whenReplicasRecoverTheConnectionShouldReturnToOne() throws SQLException {
        try (Connection kept = openReadOnly()) {
            writeWithStoppedAppliers();
            assertThat(count(kept)).isOne();
            app.cluster().heal();
            app.cluster().awaitReplicated();
            app.awaitAllEligible();
            app.awaitProbes(2);
            assertThat(node(kept)).isIn(app.replicas());
        }
    }

    @Test
    void whenItsReplicaIsDrainedTheConnectionShouldLeaveIt() throws SQLException {
        try (Connection kept = openReadOnly()) {
            String first = node(kept);
            app.bean(ReplicationRouting.class).drain(first);
            try {
                assertThat(node(kept)).isNotEqualTo(first);
                app.awaitState(first, NodeState.DRAINED);
            } finally {
                app.bean(ReplicationRouting.class).undrain(first);
            }
        }
    }

    @Test
    void whenItsReplicaLagsTheConnectionShouldLeaveIt() throws SQLException {
        try (Connection kept = openReadOnly()) {
            kept.setAutoCommit(false);
            String first = node(kept);
            kept.commit();
            app.cluster().node(first).stopApplier();
            app.cluster()
                    .primary()
                    .execute(List.of("INSERT INTO %s.author (name) VALUES ('%s')"
                            .formatted(app.cluster().database(), author)));
            app.awaitState(first, NodeState.LAGGING);

            assertThat(node(kept)).isNotEqualTo(first);
            kept.commit();
        }
    }

    @Test
    void whenIsolationIsReadCommittedTheCommitOfANestedTransactionShouldBeRead() {
        int[] before = new int[1];
        int after = app.transactions().readOnlyReadCommitted(() -> {
            assertThat(app.node()).isIn(app.replicas());
            before[0] = app.countAuthors(author);
            app.cluster().replicas().forEach(ClusterNode::stopApplier);
            app.transactions().newWrite(() -> {
                app.insertAuthor(author);
                return author;
            });
            return app.countAuthors(author);
        });
        assertThat(before[0]).isZero();
        assertThat(after).isOne();
    }

    @Test
    void whenIsolationIsRepeatableReadTheSnapshotShouldBeKept() {
        int after = app.transactions().readOnly(() -> {
            assertThat(app.countAuthors(author)).isZero();
            app.transactions().newWrite(() -> {
                app.insertAuthor(author);
                return author;
            });
            return app.countAuthors(author);
        });
        assertThat(after).isZero();
    }

    private Connection openReadOnly() throws SQLException {
        Connection connection = app.bean(DataSource.class).getConnection();
        connection.setReadOnly(true);
        return connection;
    }

    private void writeWithStoppedAppliers() {
        app.cluster().replicas().forEach(ClusterNode::stopApplier);
        app.insertAuthor(author);
    }

    private String node(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return app.name(number(statement.executeQuery("SELECT @@server_id")));
        }
    }

    private long count(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
            statement.setString(1, author);
            return number(statement.executeQuery());
        }
    }

    private static long number(ResultSet result) throws SQLException {
        try (result) {
            assertThat(result.next()).isTrue();
            return result.getLong(1);
        }
    }
}
