package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.JpaApplication;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;

/** An application on one member of a group, while another member changes the same rows first. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GroupConflictTests {

    private static final String RETRIES = "replication.routing.writes.conflict-retries=5";

    final AtomicInteger attempts = new AtomicInteger();
    private final ClusterKind kind;
    private final Stack stack;
    private Servers servers;

    /** @param stack has the driver */
    GroupConflictTests(ClusterKind kind, Stack stack) {
        this.kind = kind;
        this.stack = stack;
    }

    @BeforeAll
    void start() {
        servers = Servers.on(ReplicatedCluster.of(kind).start());
    }

    @AfterAll
    void close() {
        if (servers != null) {
            servers.close();
        }
    }

    @BeforeEach
    void createTheTable() {
        attempts.set(0);
        on("db1", "CREATE TABLE IF NOT EXISTS %s.contended (id INT PRIMARY KEY, n INT NOT NULL)");
        on("db1", "REPLACE INTO %s.contended VALUES (1, 0), (2, 0), (3, 0)");
        cluster().awaitReplicated();
    }

    @ParameterizedTest
    @ValueSource(classes = {JdbcApplication.class, JpaApplication.class})
    void whenAnotherMasterWasFirstTheCommitShouldFailAsAConflict(Class<?> configuration) {
        try (TestApplication app = application(configuration)) {
            assertThatThrownBy(() -> app.transactions().write(() -> {
                        increment(app, 1);
                        increment(app, 2);
                        on("db2", "UPDATE %s.contended SET n = n + 100 WHERE id = 1");
                        return null;
                    }))
                    .isInstanceOf(ConcurrencyFailureException.class);

            assertThat(values(app)).containsExactly(100, 0, 0);
            assertThat(conflicts(app)).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {JdbcApplication.class, JpaApplication.class})
    void whenRetriesAreConfiguredTheWholeTransactionShouldBeRetried(Class<?> configuration) {
        try (TestApplication app = application(configuration, RETRIES)) {
            app.transactions().write(() -> {
                increment(app, 1);
                increment(app, 2);
                if (attempts.incrementAndGet() == 1) {
                    on("db2", "UPDATE %s.contended SET n = n + 100 WHERE id = 1");
                }
                return null;
            });

            assertThat(attempts).hasValueGreaterThanOrEqualTo(2);
            assertThat(values(app)).containsExactly(101, 1, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {JdbcApplication.class, JpaApplication.class})
    void whenAStatementIsRolledBackAndThatIsSwallowedShouldRefuseWhatFollowsAndTheCommit(Class<?> configuration) {
        try (TestApplication app = application(configuration)) {
            assertThatThrownBy(() -> app.transactions().write(() -> {
                        increment(app, 1);
                        on("db2", "UPDATE %s.contended SET n = n + 100 WHERE id = 1");
                        // Even an unrelated one, as soon as the other's change has arrived.
                        await().pollInSameThread()
                                .atMost(Duration.ofSeconds(60))
                                .until(() -> isRolledBackAt(() -> value(app, 3)));
                        assertThatThrownBy(() -> increment(app, 3))
                                .isInstanceOf(ConcurrencyFailureException.class)
                                .hasMessageContaining("at an earlier statement");
                        attempts.incrementAndGet();
                        return null;
                    }))
                    .isInstanceOf(ConcurrencyFailureException.class)
                    .hasMessageContaining("at an earlier statement");

            assertThat(attempts).hasValue(1);
            assertThat(values(app)).containsExactly(100, 0, 0);
        }
    }

    private static boolean isRolledBackAt(Runnable statement) {
        try {
            statement.run();
            return false;
        } catch (ConcurrencyFailureException e) {
            return true;
        } catch (DataAccessException e) {
            throw new AssertionError("Not a conflict", e);
        }
    }

    Servers servers() {
        return servers;
    }

    ReplicatedCluster cluster() {
        return servers.cluster();
    }

    TestApplication application(Class<?> configuration, String... properties) {
        return servers.start(stack, List.of("db1"), configuration, properties);
    }

    void on(String node, String sql) {
        cluster().node(node).execute(List.of(sql.formatted(cluster().database())));
    }

    static void increment(TestApplication app, int id) {
        app.jdbc().update("UPDATE contended SET n = n + 1 WHERE id = ?", id);
    }

    static Integer value(TestApplication app, int id) {
        return app.jdbc().queryForObject("SELECT n FROM contended WHERE id = ?", Integer.class, id);
    }

    /** Waits for the other's change, which is applied after it was acknowledged. */
    List<Integer> values(TestApplication app) {
        cluster().awaitReplicated();
        return app.transactions()
                .newWrite(() -> app.jdbc().queryForList("SELECT n FROM contended ORDER BY id", Integer.class));
    }

    private static long conflicts(TestApplication app) {
        return app.bean(ReplicationRouting.class)
                .pools()
                .iterator()
                .next()
                .node()
                .conflicts();
    }
}
