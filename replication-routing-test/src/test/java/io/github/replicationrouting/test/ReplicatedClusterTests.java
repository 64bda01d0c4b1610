package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.test.internal.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The behaviour of every kind of cluster.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReplicatedClusterTests {

    private final ReplicatedCluster.Builder builder;

    private ReplicatedCluster cluster;

    private ClusterNode db1;

    private ClusterNode db2;

    private ClusterNode db3;

    ReplicatedClusterTests(ReplicatedCluster.Builder builder) {
        this.builder = builder;
    }

    @BeforeAll
    void start() {
        cluster = builder.start();
        db1 = cluster.node("db1");
        db2 = cluster.node("db2");
        db3 = cluster.node("db3");
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
            assertNothingRemains();
        }
    }

    abstract void assertNothingRemains();

    ReplicatedCluster cluster() {
        return cluster;
    }

    @BeforeEach
    void makeTable() throws SQLException {
        cluster.recreateDatabase();
        execute(db1, "CREATE TABLE item (id INT PRIMARY KEY)");
        cluster.awaitReplicated();
    }

    @AfterEach
    void heal() {
        cluster.heal();
    }

    @Test
    void whenARowIsInsertedAllReplicasShouldReceiveIt() throws SQLException {
        insert(db1, 1);
        cluster.awaitRowCount("item", 1);
        assertThat(rows(db3)).isEqualTo(1);
        assertThat(cluster.primary()).isSameAs(db1);
        assertThat(cluster.replicas()).containsExactly(db2, db3);
        assertThat(db1.role()).isEqualTo(NodeRole.PRIMARY);
        assertThat(db2.role()).isEqualTo(NodeRole.REPLICA);
        db2.awaitPosition(db1.position());
        assertThat(db2.contains(db1.position())).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void whenEitherDriverConnectsItShouldReachTheNode(JdbcDriver driver) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(db2.jdbcUrl(driver), cluster.username(), cluster.password())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void whenANodeIsReadOnlyTheApplicationShouldNotWrite() {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> insert(db2, 1))
                .satisfies(ex -> assertThat(ex.getErrorCode()).isEqualTo(1290));
    }

    @Test
    void whenMonitoringIsNotGrantedTheMonitorShouldNotSeeReplication() throws SQLException {
        assertThat(monitorSeesReplication()).isFalse();
        cluster.grantMonitoring();
        assertThat(monitorSeesReplication()).isTrue();
        cluster.heal();
        assertThat(monitorSeesReplication()).isTrue();
        cluster.nodes().forEach(ClusterNode::revokeMonitoring);
        assertThat(monitorSeesReplication()).isFalse();
    }

    @Test
    void whenStatementsAreExecutedQuestionsShouldCountTheApplicationsOnly() throws SQLException {
        try (Connection connection = db1.connect();
                Statement statement = connection.createStatement()) {
            long before = db1.questions();
            assertThat(db1.questions()).isEqualTo(before);
            statement.execute("SELECT 1");
            statement.execute("SELECT 2");
            cluster.awaitReplicated();
            assertThat(db1.questions()).isEqualTo(before + 2);
        }
    }

    /** A session keeps the server's id of its beginning, and a rebuild changes that id temporarily. */
    @Test
    void whenANodeIsRebuiltConnectionsShouldBeRefused() throws Exception {
        String id = serverId(db2);
        try (Connection session = db2.connect()) {
            db2.readOnly(false);
            insert(db2, 1);
            CompletableFuture<Void> rebuild = CompletableFuture.runAsync(() -> cluster.rejoin(db2));
            Set<String> seen = new HashSet<>();
            while (!rebuild.isDone()) {
                try {
                    seen.add(serverId(db2));
                } catch (SQLException refused) {
                    assertThat(refused.getSQLState()).startsWith("08");
                }
            }
            rebuild.join();
            assertThat(seen).isSubsetOf(id);
            assertThat(session.isValid(5)).isFalse();
        }
        assertThat(serverId(db2)).isEqualTo(id);
        assertThat(db2.role()).isEqualTo(NodeRole.REPLICA);
    }

    private static String serverId(ClusterNode node) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT @@server_id")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void whenAKilledReplicaStartsItShouldCatchUp() throws SQLException {
        int port = db2.port();
        try (Connection connection = db2.connect()) {
            db2.kill();
            assertThat(db2.isRunning()).isFalse();
            assertThat(connection.isValid(5)).isFalse();
        }
        assertThatExceptionOfType(SQLException.class).isThrownBy(db2::connect);
        insert(db1, 1);
        db2.start();
        assertThat(db2.port()).isEqualTo(port);
        db2.awaitRowCount("item", 1);
        assertThat(rows(db2)).isEqualTo(1);
        assertThat(db2.role()).isEqualTo(NodeRole.REPLICA);
    }

    @Test
    void whenAKilledPrimaryStartsReplicationShouldResume() throws SQLException {
        insert(db1, 1);
        db1.kill();
        assertThatExceptionOfType(SQLException.class).isThrownBy(db1::connect);
        db1.start();
        assertThat(rows(db1)).isEqualTo(1);
        insert(db1, 2);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenANodeIsFrozenItShouldAnswerAfterItsThawOnly() throws SQLException {
        try (Connection connection = db2.connect()) {
            db2.freeze();
            assertThat(connection.isValid(1)).isFalse();
        }
        db2.thaw();
        assertThat(rows(db2)).isZero();
    }

    @Test
    void whenANodeIsPartitionedItShouldReplicateWithoutAnswering() throws SQLException {
        try (Connection connection = db2.connect()) {
            connection.setNetworkTimeout(Runnable::run, 500);
            db2.partition();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> connection.createStatement().execute("SELECT 1"));
        }
        insert(db1, 1);
        db2.awaitRowCount("item", 1);
        db2.restoreNetwork();
        assertThat(rows(db2)).isEqualTo(1);
    }

    @Test
    void whenThePartitionEndsWhatWasSentShouldArrive() throws Exception {
        try (Connection connection = db2.connect();
                Statement statement = connection.createStatement()) {
            db2.partition();
            var answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return statement.execute("SELECT 1");
                } catch (SQLException ex) {
                    throw new IllegalStateException(ex);
                }
            });
            assertThat(answer).isNotDone();
            db2.restoreNetwork();
            assertThat(answer).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(true);
        }
    }

    @Test
    void whenTheApplierStopsOneReplicaShouldFallBehind() throws SQLException {
        db2.stopApplier();
        insert(db1, 1);
        db3.awaitRowCount("item", 1);
        assertThat(rows(db2)).isZero();
        db2.startApplier();
        db2.awaitRowCount("item", 1);
    }

    @Test
    void whenTheReceiverStopsOneReplicaShouldFallBehind() throws SQLException {
        db2.stopReceiver();
        insert(db1, 1);
        db3.awaitRowCount("item", 1);
        assertThat(db2.contains(db1.position())).isFalse();
        db2.startReceiver();
        db2.awaitPosition(db1.position());
    }

    @Test
    void whenTheReceiverStopsItShouldDoSoBetweenTransactions() throws Exception {
        var over = new AtomicBoolean();
        var writer = CompletableFuture.runAsync(() -> insertInLargeTransactions(over));
        try {
            for (int i = 0; i < 30; i++) {
                db2.stopReceiver();
                long begin = System.nanoTime();
                db2.stopApplier();
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
                db2.startReceiver();
                db2.startApplier();
            }
        } finally {
            over.set(true);
            writer.join();
        }
        cluster.awaitReplicated();
        assertThat(rows(db2)).isEqualTo(rows(db1));
    }

    private void insertInLargeTransactions(AtomicBoolean over) {
        try (Connection connection = db1.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int id = 0; !over.get(); id++) {
                statement.execute("INSERT INTO item VALUES (" + id + ")");
                if (id % 100 == 0) {
                    connection.commit();
                }
            }
            connection.commit();
        } catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void whenReplicationIsDelayedTheReplicaShouldBeLateByTheDelay() throws SQLException {
        db2.delayReplication(Duration.ofSeconds(2));
        long begin = System.nanoTime();
        insert(db1, 1);
        db2.awaitRowCount("item", 1);
        // The server rounds to its own seconds.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void whenADelayHasFractionsOfASecondItShouldBeRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> db2.delayReplication(Duration.ofMillis(1500)));
    }

    @Test
    void whenThePrimaryAnswersThePromotedReplicaShouldTakeOver() throws SQLException {
        insert(db1, 1);
        cluster.promote(db2);
        assertThat(cluster.primary()).isSameAs(db2);
        db1.awaitRole(NodeRole.REPLICA);
        insert(db2, 2);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenAReplicaIsConsolidatedItShouldHaveWhatOnlyAnotherHadReceived() throws SQLException {
        db2.stopReceiver();
        insert(db1, 1);
        db3.awaitRowCount("item", 1);
        assertThatThrownBy(() -> cluster.consolidate(db2)).hasMessageContaining("lost primary");
        db1.kill();
        cluster.consolidate(db2);
        assertThat(rows(db2)).isEqualTo(1);
        cluster.promote(db2);
        insert(db2, 2);
        db3.awaitRowCount("item", 2);
    }

    @Test
    void whenThePrimaryIsDeadThePromotedReplicaShouldTakeOver() throws SQLException {
        insert(db1, 1);
        cluster.awaitReplicated();
        db1.kill();
        cluster.promote(db3);
        insert(db3, 2);
        db2.awaitRowCount("item", 2);
        db1.start();
        assertThat(db1.role()).as("the old primary knows nothing").isEqualTo(NodeRole.PRIMARY);
        cluster.rejoin(db1);
        db1.awaitRowCount("item", 2);
    }

    @Test
    void whenAPromotionIsMadeInStepsHealShouldUndoIt() throws SQLException {
        insert(db1, 1);
        cluster.awaitReplicated();
        db2.removeSource();
        assertThat(db2.role()).as("it is not writable for that").isEqualTo(NodeRole.REPLICA);
        db2.readOnly(false);
        db3.readOnly(false);
        db3.replicateFrom(db2);
        assertThat(db3.role()).as("it is not read-only for that").isEqualTo(NodeRole.PRIMARY);
        cluster.notePrimary(db2);
        insert(db2, 2);
        db3.awaitRowCount("item", 2);
        cluster.heal();
        assertThat(cluster.primary()).isSameAs(db1);
        assertThat(rows(db1)).isEqualTo(2);
    }

    @Test
    void whenAnOldPrimaryRejoinsItsOwnTransactionsShouldBeDiscarded() throws SQLException {
        db2.stopReceiver();
        db3.stopReceiver();
        insert(db1, 1);
        db1.kill();
        cluster.promote(db2);
        insert(db2, 2);
        insert(db2, 3);
        db1.start();
        assertThat(rows(db1)).isEqualTo(1);
        cluster.rejoin(db1);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenThereAreManyFaultsHealShouldEndThemAll() throws SQLException {
        db1.kill();
        cluster.promote(db2);
        db1.start();
        insert(db1, 1);
        insert(db2, 1);
        db2.partition();
        db3.delayReplication(Duration.ofSeconds(60));
        db3.stopReceiver();
        db1.freeze();
        cluster.heal();
        assertThat(cluster.primary()).isSameAs(db1);
        insert(db1, 2);
        cluster.awaitRowCount("item", 2);
        assertThat(rows(db2)).isEqualTo(2);
    }

    @Test
    void whenAnApplierIsBrokenHealShouldRepairIt() throws SQLException {
        db2.executeLocally(List.of("INSERT INTO `%s`.item VALUES (1)".formatted(cluster.database())));
        insert(db1, 1);
        db3.awaitRowCount("item", 1);
        cluster.heal();
        insert(db1, 2);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenAReplicaHasItsOwnTransactionsHealShouldRepairIt() throws SQLException {
        db2.stopReceiver();
        db3.stopReceiver();
        insert(db1, 1);
        db1.kill();
        cluster.promote(db2);
        insert(db2, 2);
        insert(db2, 3);
        // As an administrator would do without knowledge of the lost tail.
        db1.start();
        db1.follow(db2);
        cluster.heal();
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenAConditionIsNotMetTheErrorShouldNameTheState() {
        db3.freeze();
        db2.stopApplier();
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Await.until(Duration.ofMillis(100), "never", cluster::describe, () -> false))
                .withMessageContainingAll("never", "db1: PRIMARY", "applier off", "db3: frozen");
    }

    private boolean monitorSeesReplication() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        monitorUrl(), cluster.monitorUsername(), cluster.monitorPassword());
                Statement statement = connection.createStatement()) {
            statement.execute("SHOW REPLICA STATUS");
            return true;
        } catch (SQLException ex) {
            assertThat(ex.getErrorCode()).isEqualTo(1227);
            return false;
        }
    }

    // Without the database, to which the monitor has no access.
    private String monitorUrl() {
        return db2.jdbcUrl().replace("/" + cluster.database(), "/");
    }

    private static void insert(ClusterNode node, int id) throws SQLException {
        execute(node, "INSERT INTO item VALUES (" + id + ")");
    }

    private static void execute(ClusterNode node, String sql) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long rows(ClusterNode node) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM item")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
