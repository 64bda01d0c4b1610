package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.settings.ConsistencyMode;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Every way to commit leaves a token, and a read that follows finds the commit. The applier of the replicas is stopped
 * where a replica could otherwise be fresh by chance.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OwnWritesTests {

    private final JdbcDriver driver;
    private final boolean reported;
    private final AtomicInteger lastId = new AtomicInteger();
    private ReplicatedCluster cluster;
    private SessionRouting routing;

    /** @param reported whether the driver passes on the session reports of the server */
    OwnWritesTests(JdbcDriver driver, boolean reported) {
        this.driver = driver;
        this.reported = reported;
    }

    @BeforeAll
    void start(ReplicatedCluster given) {
        cluster = given;
        cluster.primary()
                .execute(
                        List.of("CREATE TABLE " + cluster.database() + ".item (id INT PRIMARY KEY, name VARCHAR(20))"));
        cluster.awaitReplicated();
        routing = SessionRouting.over(
                cluster,
                driver,
                driver == JdbcDriver.CONNECTOR_J ? "allowMultiQueries=true&rewriteBatchedStatements=true" : "",
                Duration.ofMillis(100),
                ConsistencySettings.defaults(),
                2);
    }

    @AfterAll
    void stop() {
        if (routing != null) {
            routing.close();
        }
    }

    @BeforeEach
    void begin() {
        cluster.heal();
        routing.awaitAllOnline();
        SessionToken.clear();
        routing.counts().reset();
    }

    private int newId() {
        return lastId.incrementAndGet();
    }

    private int count(int id) {
        return count(routing, id);
    }

    private static int count(SessionRouting through, int id) {
        return through.readOnly().execute(status -> through.jdbc()
                .queryForObject("SELECT COUNT(*) FROM item WHERE id = ?", Integer.class, id));
    }

    /** Reads the rows of the last write while no replica can have them. */
    private void assertSeenWithStoppedAppliers(ThrowingWrite write) throws SQLException {
        String position = cluster.kind().name().toLowerCase(java.util.Locale.ROOT) + " ";
        assertSeenWithStoppedAppliers(reported ? position : "at ", write);
    }

    /** @param token receives the session's token at that time */
    private void assertSeenWithStoppedAppliers(String token, ThrowingWrite write) throws SQLException {
        cluster.replicas().forEach(ClusterNode::stopApplier);
        int id = newId();
        write.of(id);
        assertThat(token()).contains(token);
        assertThat(count(id)).isEqualTo(1);
    }

    private interface ThrowingWrite {
        void of(int id) throws SQLException;
    }

    private static String token() {
        String token = SessionToken.current().toString();
        return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    }

    @Test
    void whenATransactionCommitsItShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id ->
                routing.readWrite().execute(status -> routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id)));
    }

    @Test
    void whenAnAutoCommitStatementWritesItShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id -> routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id));
    }

    @Test
    void whenABatchCommitsItShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id -> routing.jdbc()
                .batchUpdate("INSERT INTO item VALUES (?, 'a')", List.of(new Object[] {id}, new Object[] {newId()})));
    }

    @Test
    void whenAServerPreparedStatementCommitsItShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id -> {
            try (Connection connection = routing.routing().dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?, 'a')")) {
                insert.setInt(1, id);
                insert.execute();
            }
        });
    }

    @Test
    void whenSetAutoCommitCommitsItShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id -> {
            try (Connection connection = routing.routing().dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO item VALUES (" + id + ", 'a')");
                connection.setAutoCommit(true);
            }
        });
    }

    @Test
    void whenDdlCommitsImplicitlyItShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id -> routing.readWrite().executeWithoutResult(status -> {
            routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);
            routing.jdbc().execute("CREATE TABLE made_" + id + " (id INT PRIMARY KEY)");
        }));
    }

    @Test
    void whenARollbackFollowsDdlItsCommitShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers(id -> routing.readWrite().executeWithoutResult(status -> {
            routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);
            routing.jdbc().execute("CREATE TABLE made_" + id + " (id INT PRIMARY KEY)");
            status.setRollbackOnly();
        }));
    }

    @Test
    void whenDdlFailsItsImplicitCommitShouldBeRead() throws SQLException {
        assertSeenWithStoppedAppliers("at ", id -> routing.readWrite().executeWithoutResult(status -> {
            routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> routing.jdbc().execute("CREATE TABLE item (id INT PRIMARY KEY)"));
            status.setRollbackOnly();
        }));
    }

    @Test
    void whenAProcedureFailsAfterItsCommitItShouldBeRead() throws SQLException {
        String procedure = "fails_" + newId();
        cluster.primary()
                .execute(List.of("CREATE PROCEDURE " + cluster.database() + "." + procedure + "(IN n INT) BEGIN"
                        + " INSERT INTO " + cluster.database() + ".item VALUES (n, 'a');"
                        + " SIGNAL SQLSTATE '45000'; END"));
        cluster.awaitReplicated();
        assertSeenWithStoppedAppliers("at ", id -> assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> routing.jdbc().update("CALL " + procedure + "(?)", id)));
    }

    /** Commits through a connection whose session reports the router cannot read: the time of the commit counts. */
    final void assertTimeCountsWith(String parameter) throws SQLException {
        try (SessionRouting opaque = SessionRouting.over(
                cluster, driver, parameter, Duration.ofMillis(100), ConsistencySettings.defaults(), 2)) {
            cluster.replicas().forEach(ClusterNode::stopApplier);
            int id = newId();
            opaque.readWrite().executeWithoutResult(status -> {
                opaque.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);
                opaque.jdbc().execute("CREATE TABLE made_" + id + " (id INT PRIMARY KEY)");
                status.setRollbackOnly();
            });

            assertThat(token()).contains("at ");
            assertThat(count(opaque, id)).isEqualTo(1);
        }
    }

    @Test
    void whenSelectsRunInAutoCommitTheyShouldLeaveNoToken() {
        int rounds = 50;
        for (int i = 0; i < rounds; i++) {
            routing.jdbc().queryForObject("SELECT COUNT(*) FROM item", Integer.class);
            if (reported) {
                assertThat(SessionToken.current().isEmpty()).isTrue();
            }
            count(0);
            SessionToken.clear();
        }
        System.out.println(cluster.kind() + " through " + driver + ", after a SELECT: " + routing.counts());
        if (reported) {
            assertThat(routing.counts().readsOnReplicas()).isEqualTo(rounds);
        }
    }

    @Test
    void whenSeveralStatementsAreSentInOneCallTheirCommitsShouldBeRead() throws SQLException {
        if (driver == JdbcDriver.CONNECTOR_J) {
            assertSeenWithStoppedAppliers(id -> routing.jdbc()
                    .execute("INSERT INTO item VALUES (" + id + ", 'a'); INSERT INTO item VALUES (" + newId()
                            + ", 'b')"));
        }
    }

    @Test
    void whenTheConnectionIsHeldAnotherShouldReadItsCommit() throws SQLException {
        cluster.replicas().forEach(ClusterNode::stopApplier);
        int id = newId();
        try (Connection held = routing.routing().dataSource().getConnection();
                Statement statement = held.createStatement()) {
            statement.execute("INSERT INTO item VALUES (" + id + ", 'a')");
            assertThat(count(id)).isEqualTo(1);
        }
    }

    /** The transaction reads on a replica and keeps its connection. */
    @Test
    void whenAReadingConnectionIsHeldItShouldFollowItsSession() throws SQLException {
        int id = newId();
        try (Connection held = routing.routing().dataSource().getConnection()) {
            held.setReadOnly(true);
            JdbcTemplate reading = new JdbcTemplate(new SingleConnectionDataSource(held, true));
            String sql = "SELECT COUNT(*) FROM item WHERE id = ?";
            assertThat(reading.queryForObject(sql, Integer.class, id)).isZero();
            assertThat(routing.counts().readsOnReplicas()).isPositive();
            cluster.replicas().forEach(ClusterNode::stopApplier);

            routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);

            assertThat(reading.queryForObject(sql, Integer.class, id)).isOne();
        }
    }

    @Test
    void whenASessionHasOnlyReadItShouldNotWaitForAPrimary() {
        count(0);
        assertThat(SessionToken.current().isEmpty()).isFalse();
        cluster.nodes().forEach(ClusterNode::kill);
        await("no node serves").atMost(Duration.ofSeconds(60)).until(() -> routing.routing().snapshot().nodes().stream()
                .allMatch(node -> node.state() == NodeState.DOWN));

        assertThatThrownBy(() -> count(0)).rootCause().satisfies(refusal -> {
            assertThat(refusal).isInstanceOf(NoReadableNodeException.class);
            assertThat(refusal).hasMessageContaining("Reads are unavailable");
            assertThat(refusal).hasMessageNotContaining("Waited");
        });
    }

    @Test
    void whenATransactionIsRolledBackItShouldLeaveNoToken() {
        routing.readWrite().executeWithoutResult(status -> {
            routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", newId());
            status.setRollbackOnly();
        });

        assertThat(SessionToken.current().isEmpty()).isTrue();
    }

    @Test
    void whenASessionWroteAnotherSessionShouldNotWait() throws Exception {
        cluster.replicas().forEach(ClusterNode::stopApplier);
        routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", newId());
        routing.counts().reset();

        Thread other = new Thread(() -> count(0));
        other.start();
        other.join();

        assertThat(routing.counts().reads("replica-selected")).isEqualTo(1);
    }

    @Test
    void whenThePinnedWriterCommitsAllSessionsShouldReadIt() throws Exception {
        cluster.replicas().forEach(ClusterNode::stopApplier);
        int id = newId();
        try (Connection migration = routing.routing().writerDataSource().getConnection();
                Statement statement = migration.createStatement()) {
            statement.execute("INSERT INTO item VALUES (" + id + ", 'a')");
        }
        int[] seen = {-1};

        Thread other = new Thread(() -> seen[0] = count(id));
        other.start();
        other.join();

        assertThat(seen[0]).isEqualTo(1);
    }

    @Test
    void whenATokenIsPassedToAnotherThreadItShouldReadTheCommit() throws Exception {
        cluster.replicas().forEach(ClusterNode::stopApplier);
        int id = newId();
        routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);
        String message = SessionToken.current().toString();
        int[] seen = {-1};

        Thread consumer = new Thread(() -> {
            SessionToken.parse(message).join();
            seen[0] = count(id);
        });
        consumer.start();
        consumer.join();

        assertThat(message).matches("[A-Za-z0-9_-]+");
        assertThat(seen[0]).isEqualTo(1);
    }

    @Test
    void whenAReadAsksForAnyReplicaTheSessionsTokenShouldNotChange() {
        SessionToken.clear();

        RoutingHints.onReplica(Duration.ofSeconds(60), () -> count(0));
        assertThat(SessionToken.current().isEmpty()).isTrue();

        count(0);
        assertThat(SessionToken.current().isEmpty()).isFalse();
    }

    /** Waits up to 5 s, because an applier on a busy machine may exceed the default wait of 100 ms. */
    @Test
    void whenAReplicaHasTheWriteTheReadShouldUseIt() {
        // So many that a single late probe does not matter.
        int rounds = 2_000;
        ConsistencySettings patient =
                new ConsistencySettings(ConsistencyMode.SESSION, Duration.ofSeconds(5), Duration.ofSeconds(5));
        try (SessionRouting waiting = SessionRouting.over(cluster, driver, "", Duration.ofMillis(100), patient, 2)) {
            waiting.awaitAllOnline();
            for (int i = 0; i < rounds; i++) {
                int id = newId();
                waiting.readWrite().execute(status -> waiting.jdbc().update("INSERT INTO item VALUES (?, 'a')", id));
                assertThat(count(waiting, id)).isEqualTo(1);
            }
            System.out.println(cluster.kind() + " through " + driver + ": " + waiting.counts());
            if (reported) {
                assertThat(waiting.counts().readsOnReplicas()).isGreaterThanOrEqualTo(rounds * 95L / 100);
            }
        }
    }

    /** Probes are so rare that no delay of this machine gives the session a chance to choose anew. */
    @Test
    void whenASessionReadsWithoutAPauseItShouldLeaveItsReplicaAndNotGoBack() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            while (!over.get()) {
                routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", newId());
            }
        });
        try (SessionRouting reading =
                SessionRouting.over(cluster, driver, "", Duration.ofSeconds(5), ConsistencySettings.defaults(), 2)) {
            Long primary = reading.readWrite().execute(status -> serverId(reading));
            SessionToken.clear();
            writer.start();
            Set<Long> replicas = new HashSet<>();
            long seen = 0;
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (replicas.size() < 2 && System.nanoTime() < end) {
                long[] read = reading.readOnly().execute(status -> new long[] {
                    serverId(reading), reading.jdbc().queryForObject("SELECT COUNT(*) FROM item", Long.class)
                });
                if (read[0] != primary) {
                    replicas.add(read[0]);
                }
                assertThat(read[1]).isGreaterThanOrEqualTo(seen);
                seen = read[1];
            }
            assertThat(replicas).hasSize(2);
            assertThat(reading.counts().reads()).as("of the session alone").isGreaterThan(10);
        } finally {
            over.set(true);
            writer.join();
        }
    }

    private static Long serverId(SessionRouting through) {
        return through.jdbc().queryForObject("SELECT @@server_id", Long.class);
    }

    @Test
    void whenReplicasCatchUpASessionShouldLeaveThePrimary() {
        cluster.replicas().forEach(ClusterNode::stopApplier);
        int id = newId();
        routing.jdbc().update("INSERT INTO item VALUES (?, 'a')", id);
        assertThat(count(id)).isEqualTo(1);
        assertThat(routing.counts().reads("session-primary")).isEqualTo(1);
        cluster.replicas().forEach(ClusterNode::startApplier);

        // Reads without a pause, so that no probe of the primary completes between two of them.
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (routing.counts().readsOnReplicas() == 0 && System.nanoTime() < end) {
            count(id);
        }
        assertThat(routing.counts().readsOnReplicas()).isPositive();
    }
}
