package io.github.replicationrouting.integration.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.JpaApplication;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;

/** An application on one member of a group, while another member changes the same rows first. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GroupConflictTests {

    private static final String RETRIES = "replication.routing.writes.conflict-retries=5";

    private static final List<String> MEMBERS = List.of("db1", "db2", "db3");
    private static final int HOT_ROWS = 10;
    private static final int THREADS = 4;
    private static final int WRITES = 150;

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

    /** Several masters conflict over hot rows, unless each row is written on one of them. */
    @Test
    void whenRowsAreHotShouldConflictOnlyWhereSeveralMastersWriteTheSameRow() throws Exception {
        Map<String, Integer> lost = new LinkedHashMap<>();
        for (String policy : List.of("single", "affinity", "least-in-flight", "round-robin")) {
            try (TestApplication app = onAllMembers("replication.routing.writes.policy=" + policy)) {
                lost.put(policy, lostOnHotRows(app));
            }
        }
        try (TestApplication app = onAllMembers(
                "replication.routing.writes.policy=round-robin", "replication.routing.writes.conflict-retries=30")) {
            lost.put("round-robin with retries", lostOnHotRows(app));
        }

        System.out.println(kind + ", " + HOT_ROWS + " hot rows, lost of " + THREADS * WRITES + ": " + lost);
        assertThat(lost.get("round-robin")).isPositive();
        assertThat(lost.get("single")).isLessThanOrEqualTo(THREADS * WRITES / 100);
        assertThat(lost.get("affinity")).isLessThanOrEqualTo(THREADS * WRITES / 100);
        assertThat(lost.get("round-robin with retries")).isZero();
    }

    /** Returns how many transactions lost a conflict; the others must all have been committed, once. */
    private int lostOnHotRows(TestApplication app) throws Exception {
        on("db1", "CREATE TABLE IF NOT EXISTS %s.hot (id INT PRIMARY KEY, n INT NOT NULL)");
        on("db1", "DELETE FROM %s.hot");
        for (int row = 0; row < HOT_ROWS; row++) {
            on("db1", "INSERT INTO %s.hot VALUES (" + row + ", 0)");
        }
        cluster().awaitReplicated();
        AtomicInteger lost = new AtomicInteger();
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            for (int thread = 0; thread < THREADS; thread++) {
                threads.add(CompletableFuture.runAsync(() -> writeHotRows(app, lost), executor));
            }
            for (CompletableFuture<Void> thread : threads) {
                thread.get(5, TimeUnit.MINUTES);
            }
        } finally {
            executor.shutdownNow();
        }
        for (String node : MEMBERS) {
            assertThat(valuesOn(node, "hot").stream()
                            .mapToInt(Integer::intValue)
                            .sum())
                    .as("writes on " + node)
                    .isEqualTo(THREADS * WRITES - lost.get());
        }
        return lost.get();
    }

    private static void writeHotRows(TestApplication app, AtomicInteger lost) {
        for (int i = 0; i < WRITES; i++) {
            int row = ThreadLocalRandom.current().nextInt(HOT_ROWS);
            try {
                RoutingHints.withAffinity(row, () -> app.transactions()
                        .write(() -> app.jdbc().update("UPDATE hot SET n = n + 1 WHERE id = ?", row)));
            } catch (ConcurrencyFailureException e) {
                lost.incrementAndGet();
            }
        }
    }

    TestApplication onAllMembers(String... properties) {
        String[] all = Arrays.copyOf(properties, properties.length + 2);
        all[properties.length] = "replication.routing.topology=multi-primary";
        all[properties.length + 1] = TestApplication.PATIENT;
        return servers.start(stack, MEMBERS, JdbcApplication.class, all);
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

    /** Returns what another member has once it has executed everything. */
    List<Integer> valuesOn(String node, String table) {
        cluster().awaitReplicated();
        try (Connection connection = cluster().node(node).adminConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT n FROM " + cluster().database() + "." + table + " ORDER BY id")) {
            List<Integer> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getInt(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
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
