package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The answer to a commit is lost, and the server commits only afterwards. A session that then reads finds the commit,
 * although the replicas do not have it; otherwise the application would repeat the write.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class UnknownOutcomeTests {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final JdbcDriver driver;
    private final AtomicInteger lastId = new AtomicInteger();
    private ReplicatedCluster cluster;
    private SessionRouting routing;

    UnknownOutcomeTests(JdbcDriver driver) {
        this.driver = driver;
    }

    @BeforeAll
    void start(ReplicatedCluster given) {
        cluster = given;
        cluster.primary().execute(List.of("CREATE TABLE " + cluster.database() + ".booking (id INT PRIMARY KEY)"));
        cluster.awaitReplicated();
        routing = SessionRouting.over(
                cluster, driver, "socketTimeout=3000", Duration.ofMillis(100), ConsistencySettings.defaults(), 4);
    }

    @AfterAll
    void stop() {
        cluster.heal();
        routing.close();
    }

    @BeforeEach
    void begin() {
        cluster.heal();
        routing.awaitAllOnline();
        SessionToken.clear();
    }

    /** Writes and lets the commit wait in the server, by a lock that is taken just before it. */
    private interface Write {
        void of(int id, Lock lock) throws SQLException;
    }

    private interface Lock {
        void take() throws SQLException;
    }

    @Test
    void whenTheCommitOfATransactionIsLostItShouldBeRead() throws Exception {
        assertFound(this::inTransaction);
    }

    @Test
    void whenTheAnswerToAnAutoCommitStatementIsLostItShouldBeRead() throws Exception {
        assertFound(this::inAutoCommit);
    }

    @Test
    void whenTheAnswerToAnAutoCommitBatchIsLostItShouldBeRead() throws Exception {
        assertFound((id, lock) -> {
            lock.take();
            routing.jdbc().batchUpdate("INSERT INTO booking VALUES (?)", List.<Object[]>of(new Object[] {id}));
        });
    }

    @Test
    void whenTheAnswerToSetAutoCommitIsLostItShouldBeRead() throws Exception {
        assertFound((id, lock) -> {
            try (Connection connection = routing.routing().dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeUpdate("INSERT INTO booking VALUES (" + id + ")");
                lock.take();
                connection.setAutoCommit(true);
            }
        });
    }

    @Test
    void whenTheTokenIsPassedOnTheLostCommitShouldBeRead() throws Exception {
        int id = lose(this::inTransaction);
        String message = SessionToken.current().toString();
        SessionToken.clear();

        SessionToken.parse(message).join();

        assertThat(count(id)).isOne();
    }

    @Test
    void whenThereIsNoPrimaryNoReplicaShouldServe() throws Exception {
        int id = lose(this::inAutoCommit);
        cluster.primary().kill();
        await().atMost(LIMIT).until(() -> routing.routing().snapshot().primary() == null);

        assertThatThrownBy(() -> count(id)).satisfies(failure -> assertThat(causes(failure))
                .hasAtLeastOneElementOfType(NoReadableNodeException.class));
    }

    private void inTransaction(int id, Lock lock) {
        routing.readWrite().executeWithoutResult(status -> {
            routing.jdbc().update("INSERT INTO booking VALUES (?)", id);
            try {
                lock.take();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void inAutoCommit(int id, Lock lock) throws SQLException {
        lock.take();
        routing.jdbc().update("INSERT INTO booking VALUES (?)", id);
    }

    private void assertFound(Write write) throws Exception {
        int id = lose(write);

        assertThat(count(id)).isOne();
    }

    /** The commit waits in the server until the client has given up and the replicas appear fresh. */
    private int lose(Write write) throws Exception {
        int id = lastId.incrementAndGet();
        // Servers check once a second whether a client that waits for a lock is still connected.
        cluster.primary().hideClosing(true);
        try (Connection admin = cluster.primary().adminConnection();
                Statement server = admin.createStatement()) {
            assertThatThrownBy(() -> write.of(id, () -> server.execute("FLUSH TABLES WITH READ LOCK")))
                    .satisfies(failure -> assertThat(causes(failure))
                            .hasAtLeastOneElementOfType(CommitOutcomeUnknownException.class));
            long lostAt = System.nanoTime();
            await("the replicas have all that was committed when the answer was lost")
                    .atMost(LIMIT)
                    .until(() -> routing.routing().snapshot().nodes().stream()
                            .allMatch(node -> node.freshness().includes(lostAt)));
            cluster.replicas().forEach(ClusterNode::stopApplier);
            server.execute("UNLOCK TABLES");
            await("the server has committed").atMost(LIMIT).until(() -> {
                try (ResultSet rows = server.executeQuery(
                        "SELECT COUNT(*) FROM " + cluster.database() + ".booking WHERE id = " + id)) {
                    return rows.next() && rows.getInt(1) == 1;
                }
            });
        } finally {
            cluster.primary().hideClosing(false);
        }
        return id;
    }

    /** The query by which the application decides whether to repeat the write. */
    private int count(int id) {
        return routing.readOnly().execute(status -> routing.jdbc()
                .queryForObject("SELECT COUNT(*) FROM booking WHERE id = ?", Integer.class, id));
    }

    private static List<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).toList();
    }
}
