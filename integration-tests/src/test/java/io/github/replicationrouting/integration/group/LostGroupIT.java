package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterKind;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.NestedExceptionUtils;

/**
 * Many commits are in flight on a member of a replication group that loses the group. The server rolls them back with
 * the error of a refused COMMIT, although the others have received some of them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostGroupIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int THREADS = 48;
    private static final String WITHOUT_GRANTS = "ungranted";
    private static final int REFUSED = 3100;

    private final AtomicInteger ids = new AtomicInteger();
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final Map<Integer, SQLException> unknown = new ConcurrentHashMap<>();
    private final Map<Integer, Throwable> refused = new ConcurrentHashMap<>();
    private volatile boolean stopped;
    private Servers servers;

    @BeforeAll
    void start() {
        servers = Servers.on(ReplicatedCluster.of(ClusterKind.GROUP_REPLICATION).start());
        cluster()
                .primary()
                .execute(List.of(
                        // No key that would refuse a second row of one transaction.
                        "CREATE TABLE " + cluster().database()
                                + ".written (position INT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL)",
                        "CREATE USER '" + WITHOUT_GRANTS + "'@'%' IDENTIFIED BY '"
                                + cluster().password() + "'",
                        "GRANT ALL ON " + cluster().database() + ".* TO '" + WITHOUT_GRANTS + "'@'%'"));
        cluster().awaitReplicated();
    }

    @AfterAll
    void close() {
        if (servers != null) {
            servers.close();
        }
    }

    @BeforeEach
    void reset() {
        stopped = false;
        acknowledged.clear();
        unknown.clear();
        refused.clear();
    }

    @AfterEach
    void heal() {
        stopped = true;
        cluster().heal();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"with-grants", WITHOUT_GRANTS})
    void whenTheMemberIsExcludedShouldNotTakeCommitsInFlightForRefused(String account) throws Exception {
        try (TestApplication app = application(account)) {
            ClusterNode lost = writer(app);
            lost.executeLocally(List.of("SET GLOBAL group_replication_unreachable_majority_timeout = 5"));
            run(app, () -> {
                lost.cutFromGroup();
                await("each thread has met the fault").atMost(LIMIT).until(() -> unknown.size() == THREADS);
                lost.reconnectToGroup();
            });
        }

        Map<Integer, Integer> rows = rows();
        long received = unknown.keySet().stream().filter(rows::containsKey).count();
        System.out.println(account + ": " + acknowledged.size() + " acknowledged, " + unknown.size()
                + " unknown, of which " + received + " are on the others, " + refused.size() + " refused");
        assertThat(unknown.values()).extracting(SQLException::getErrorCode).contains(REFUSED);
        // After the first one, the others may be closed before they ask.
        assertThat(unknown.values())
                .filteredOn(error -> error.getErrorCode() == REFUSED)
                .anySatisfy(error -> assertThat(error.getSuppressed()).hasSize(account.equals(WITHOUT_GRANTS) ? 1 : 0));
        assertSound(rows);
    }

    /** It waits for what is in flight first, and what it refuses then is made on another member. */
    @Test
    void whenTheMemberLeavesAsOrderedShouldMakeWhatItRefusesElsewhere() throws Exception {
        try (TestApplication app = application(List.of("db1", "db2"), List.of())) {
            run(app, () -> {
                writer(app).stopGroup();
                int before = acknowledged.size();
                await("the others take the writes")
                        .atMost(LIMIT)
                        .until(() -> acknowledged.size() > before + 10 * THREADS);
            });
        }

        assertThat(refused).isEmpty();
        // The router closes the connections to a server that has left, also while it asks on one.
        assertThat(unknown).hasSizeLessThan(THREADS / 4);
        assertSound(rows());
    }

    private TestApplication application(String account) {
        List<String> properties = new ArrayList<>(List.of(
                // Else it closes the connections of a member in the minority before the server answers.
                "replication.routing.monitor.interval=30s"));
        if (account.equals(WITHOUT_GRANTS)) {
            properties.add("replication.routing.username=" + WITHOUT_GRANTS);
            properties.add("replication.routing.monitor.username=" + cluster().username());
            properties.add("replication.routing.monitor.password=" + cluster().password());
        }
        return application(List.of("db2"), properties);
    }

    private TestApplication application(List<String> nodes, List<String> properties) {
        List<String> all = new ArrayList<>(properties);
        all.add("replication.routing.hikari.maximum-pool-size=" + THREADS);
        all.add("replication.routing.writes.conflict-retries=5");
        TestApplication app =
                servers.start(Stack.GROUP_REPLICATION, nodes, JdbcApplication.class, all.toArray(String[]::new));
        await("a node takes writes").atMost(LIMIT).until(() -> app.knownPrimary() != null);
        return app;
    }

    private ClusterNode writer(TestApplication app) {
        return cluster().node(Objects.requireNonNull(app.knownPrimary()));
    }

    private interface Fault {
        void occur() throws Exception;
    }

    /** Writes on many threads, of which each ends with its first failure. */
    private void run(TestApplication app, Fault fault) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int thread = 0; thread < THREADS; thread++) {
                threads.execute(() -> {
                    while (!stopped && write(app)) {
                        Thread.onSpinWait();
                    }
                });
            }
            await().atMost(LIMIT).until(() -> acknowledged.size() > 10 * THREADS);
            fault.occur();
        } finally {
            stopped = true;
            threads.shutdown();
        }
        assertThat(threads.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        cluster().heal();
        cluster().awaitReplicated();
    }

    private boolean write(TestApplication app) {
        int id = ids.incrementAndGet();
        try {
            app.transactions().write(() -> app.jdbc().update("INSERT INTO written (id) VALUES (?)", id));
            acknowledged.add(id);
            return true;
        } catch (RuntimeException e) {
            CommitOutcomeUnknownException outcome = outcomeUnknown(e);
            if (outcome == null) {
                refused.put(id, NestedExceptionUtils.getMostSpecificCause(e));
            } else {
                unknown.put(id, (SQLException) outcome.getCause());
            }
            return false;
        }
    }

    private static @Nullable CommitOutcomeUnknownException outcomeUnknown(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CommitOutcomeUnknownException outcome) {
                return outcome;
            }
        }
        return null;
    }

    private void assertSound(Map<Integer, Integer> rows) {
        assertThat(rows.values()).as("nothing is written twice").containsOnly(1);
        assertThat(rows.keySet()).as("nothing acknowledged is lost").containsAll(acknowledged);
        for (Map.Entry<Integer, Throwable> failure : refused.entrySet()) {
            assertThat(rows).as("refused with %s", failure.getValue()).doesNotContainKey(failure.getKey());
        }
    }

    /** Returns how often a member that stayed in the group has each of the ids. */
    private Map<Integer, Integer> rows() throws SQLException {
        Map<Integer, Integer> rows = new HashMap<>();
        try (Connection connection = cluster().node("db3").adminConnection();
                Statement statement = connection.createStatement();
                ResultSet ids =
                        statement.executeQuery("SELECT id FROM " + cluster().database() + ".written")) {
            while (ids.next()) {
                rows.merge(ids.getInt(1), 1, Integer::sum);
            }
        }
        return rows;
    }

    private ReplicatedCluster cluster() {
        return servers.cluster();
    }
}
