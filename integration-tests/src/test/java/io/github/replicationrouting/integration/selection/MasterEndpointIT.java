package io.github.replicationrouting.integration.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.CommitOutcomeUnknownException;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A balancer in front of a group, as its only node: each connection leads to another member, and the balancer knows no
 * more of a member than whether it answers.
 */
@OnStacks({Stack.GALERA, Stack.GROUP_REPLICATION})
class MasterEndpointIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String CLUSTER = "cluster";
    private static final int SESSIONS = 4;
    private static final int PAIRS = 200;

    private final Stack stack;
    private final ReplicatedCluster cluster;
    private final HaProxy proxy;
    private final TestRouter router;
    private final Collection<Session> sessions = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);

    private volatile boolean closed;

    MasterEndpointIT(Stack stack) throws Exception {
        this.stack = stack;
        cluster = stack.builder().start();
        cluster.primary()
                .execute(List.of(
                        "CREATE TABLE " + cluster.database() + ".written (id INT PRIMARY KEY, n INT NOT NULL)"));
        for (int id = 0; id < SESSIONS; id++) {
            cluster.primary().execute(List.of("INSERT INTO " + cluster.database() + ".written VALUES (" + id + ", 0)"));
        }
        cluster.awaitReplicated();
        proxy = HaProxy.checking(cluster.nodes());
        NodeSpec member = NodeSpec.of(CLUSTER, cluster.node("db1").jdbcUrl(stack.driver()));
        NodeSpec balancer = Objects.requireNonNull(member.elsewhere(CLUSTER, "127.0.0.1", proxy.port()));
        router = TestRouter.over(cluster)
                .severalMasters()
                .declared(List.of(
                        new NodeSpec(CLUSTER, balancer.url(), DeclaredRole.PRIMARY, NodeKind.ENDPOINT, 1, null)))
                .start();
        router.awaitOnline(CLUSTER);
    }

    @AfterEach
    void close() throws Exception {
        end();
        router.close();
        proxy.close();
        cluster.close();
    }

    @Test
    void whenReadsReachAnotherMemberThanWritesShouldSeeThem() throws Exception {
        run();
        awaitPairs(PAIRS);
        end();

        assertThat(sessions).allSatisfy(session -> {
            assertThat(session.failures).isEmpty();
            assertThat(session.stale).hasValue(0);
        });
        assertThat(serversOf()).as("members that served").hasSizeGreaterThan(1);
        assertSound();
    }

    @Test
    void whenAMemberIsLostShouldContinueOnTheOthers() throws Exception {
        run();
        awaitPairs(20);
        cluster.node("db2").kill();
        awaitPairs(PAIRS);

        assertSurvived();
    }

    /** The balancer continues to lead to it. */
    @Test
    void whenAMemberIsInTheMinorityShouldContinueOnTheOthers() throws Exception {
        run();
        awaitPairs(20);
        ClusterNode lost = cluster.node("db2");
        if (stack == Stack.GROUP_REPLICATION) {
            // Else a COMMIT that it has received waits until it is back.
            lost.executeLocally(List.of("SET GLOBAL group_replication_unreachable_majority_timeout = 5"));
        }
        lost.cutFromGroup();
        awaitPairs(PAIRS);
        assertThat(router.state(CLUSTER)).isEqualTo(NodeState.ONLINE);
        lost.reconnectToGroup();

        assertSurvived();
    }

    /** The balancer closes the connections to it, and leads to it again before it knows that it was excluded. */
    @Test
    void whenAMemberIsFrozenShouldContinueOnTheOthers() throws Exception {
        run();
        awaitPairs(20);
        ClusterNode frozen = cluster.node("db2");
        frozen.freeze();
        awaitPairs(PAIRS);
        frozen.thaw();
        awaitPairs(PAIRS);

        assertSurvived();
    }

    /** What the others write is not applied there meanwhile. */
    @Test
    void whenAMemberIsBackedUpShouldWaitForOwnWritesThere() throws Exception {
        run();
        awaitPairs(20);
        backUp(cluster.node("db2"));
        awaitPairs(PAIRS);
        end();

        assertThat(sessions).allSatisfy(session -> {
            assertThat(session.failures).isEmpty();
            assertThat(session.stale).hasValue(0);
        });
        assertSound();
    }

    private void backUp(ClusterNode member) throws SQLException {
        if (stack == Stack.GALERA) {
            member.desync(true);
        }
        try (Connection connection = member.adminConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("FLUSH TABLES WITH READ LOCK");
            statement.execute("DO SLEEP(3)");
            statement.execute("UNLOCK TABLES");
        }
        if (stack == Stack.GALERA) {
            member.desync(false);
        }
    }

    private void assertSurvived() throws Exception {
        end();
        cluster.heal();
        assertThat(sessions).allSatisfy(session -> {
            assertThat(session.stale).hasValue(0);
            // Those of the connections that led to the lost member.
            assertThat(session.failures).hasSizeLessThanOrEqualTo(2 * TestRouter.POOL);
        });
        assertSound();
    }

    private void run() {
        for (int id = 0; id < SESSIONS; id++) {
            Session session = new Session(id);
            sessions.add(session);
            threads.execute(session);
        }
    }

    private void end() throws InterruptedException {
        closed = true;
        threads.shutdown();
        assertThat(threads.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    private void awaitPairs(int more) {
        List<Integer> begun =
                sessions.stream().map(session -> session.pairs.get() + more).toList();
        await().atMost(LIMIT.multipliedBy(2)).until(() -> {
            int i = 0;
            for (Session session : sessions) {
                if (session.pairs.get() < begun.get(i++)) {
                    return false;
                }
            }
            return true;
        });
    }

    private Set<Long> serversOf() {
        Set<Long> all = ConcurrentHashMap.newKeySet();
        sessions.forEach(session -> all.addAll(session.servers));
        return all;
    }

    /** Every member has each acknowledged write, and no more than those whose outcome was unknown. */
    private void assertSound() throws SQLException {
        cluster.awaitReplicated();
        for (ClusterNode node : cluster.nodes()) {
            for (Session session : sessions) {
                assertThat(valueOn(node, session.id))
                        .as("row %s on %s, failures %s", session.id, node, session.failures)
                        .isBetween(session.acknowledged.get(), session.acknowledged.get() + session.unknown.get());
            }
        }
    }

    private int valueOn(ClusterNode node, int id) throws SQLException {
        try (Connection connection = node.adminConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT n FROM " + cluster.database() + ".written WHERE id = " + id)) {
            assertThat(row.next()).isTrue();
            return row.getInt(1);
        }
    }

    /** Writes a row of its own, and reads it over another connection, which mostly leads to another member. */
    private final class Session implements Runnable {

        private final int id;
        private final AtomicInteger acknowledged = new AtomicInteger();
        private final AtomicInteger unknown = new AtomicInteger();
        private final AtomicInteger stale = new AtomicInteger();
        private final AtomicInteger pairs = new AtomicInteger();
        private final Set<Long> servers = ConcurrentHashMap.newKeySet();
        private final Collection<String> failures = new ConcurrentLinkedQueue<>();

        private Session(int id) {
            this.id = id;
        }

        @Override
        public void run() {
            SessionToken.clear();
            while (!closed) {
                if (writeAndRead()) {
                    pairs.incrementAndGet();
                }
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
            SessionToken.clear();
        }

        private boolean writeAndRead() {
            try (Connection connection = router.routing().dataSource().getConnection()) {
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("UPDATE written SET n = n + 1 WHERE id = " + id);
                    servers.add(number(statement, "SELECT @@server_id"));
                }
                connection.commit();
                acknowledged.incrementAndGet();
                // The pool would give the same connection to the same thread.
                return read();
            } catch (SQLException e) {
                if (e instanceof CommitOutcomeUnknownException) {
                    unknown.incrementAndGet();
                }
                failures.add(e.toString());
                return false;
            }
        }

        private boolean read() {
            try (Connection connection = router.routing().dataSource().getConnection()) {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement()) {
                    if (number(statement, "SELECT n FROM written WHERE id = " + id) < acknowledged.get()) {
                        stale.incrementAndGet();
                    }
                    servers.add(number(statement, "SELECT @@server_id"));
                }
                connection.commit();
                return true;
            } catch (SQLException e) {
                failures.add(e.toString());
                return false;
            }
        }

        private static long number(Statement statement, String sql) throws SQLException {
            try (ResultSet row = statement.executeQuery(sql)) {
                assertThat(row.next()).isTrue();
                return row.getLong(1);
            }
        }
    }
}
