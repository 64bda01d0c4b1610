package io.github.replicationrouting.integration.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.replicationrouting.PooledNode;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.RoutingDataSource;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.topology.NodeStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another node becomes the primary while all threads hold connections to the old one. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class RoleChangeIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestApplication app;

    RoleChangeIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                TestApplication.PATIENT,
                "replication.routing.hikari.connection-timeout=30000");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenTheRoleChangesNoPooledConnectionShouldRemain() throws Exception {
        PooledNode old = pool("db1");
        PooledNode promoted = pool("db2");
        Set<Long> before = sessions(old.pool());
        before.addAll(sessions(promoted.pool()));

        app.cluster().promote(app.cluster().node("db2"));
        awaitPrimary("db2");

        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(sessions(old.pool())).doesNotContainAnyElementsOf(before);
            assertThat(sessions(promoted.pool())).doesNotContainAnyElementsOf(before);
        });
        assertThat(app.transactions().write(app::node)).isEqualTo("db2");
    }

    /** The server rolls it back, and no later call may appear to commit it. */
    @Test
    void whenACommitIsRefusedTheTransactionShouldBeRetriedOnTheNewPrimary() {
        String author = UUID.randomUUID().toString();
        List<String> nodes = new ArrayList<>();

        app.transactions().write(() -> {
            app.insertAuthor(author);
            nodes.add(app.node());
            app.cluster().promote(app.cluster().node("db2"));
            return nodes;
        });

        assertThat(nodes).containsExactly("db1", "db2");
        assertThat(app.countAuthorsOnPrimary(author)).isOne();
    }

    @Test
    void whenAConnectionIsHeldOverARoleChangeItShouldWriteToTheNewPrimary() throws SQLException {
        String author = UUID.randomUUID().toString();
        try (Connection held = app.bean(RoutingDataSource.class).getConnection()) {
            insert(held, author);
            app.cluster().promote(app.cluster().node("db2"));
            awaitPrimary("db2");
            insert(held, author);
        }
        assertThat(app.transactions().<Integer>write(() -> app.countAuthors(author)))
                .isEqualTo(2);
    }

    private static void insert(Connection connection, String author) throws SQLException {
        try (var statement = connection.prepareStatement("INSERT INTO author (name) VALUES (?)")) {
            statement.setString(1, author);
            statement.executeUpdate();
        }
    }

    private void awaitPrimary(String name) {
        await().atMost(LIMIT).untilAsserted(() -> {
            NodeStatus primary = app.bean(ReplicationRouting.class).snapshot().primary();
            assertThat(primary).isNotNull().returns(name, NodeStatus::name);
        });
    }

    private PooledNode pool(String node) {
        return app.bean(ReplicationRouting.class).pools().stream()
                .filter(pool -> pool.node().name().equals(node))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the ids of the pooled connections that are available now: those of one node do not occur on another. */
    private static Set<Long> sessions(HikariDataSource pool) throws SQLException {
        Set<Long> sessions = new HashSet<>();
        Connection[] borrowed = new Connection[pool.getMaximumPoolSize()];
        try {
            for (int i = 0; i < borrowed.length; i++) {
                borrowed[i] = pool.getConnection();
                sessions.add(identity(borrowed[i]));
            }
        } finally {
            for (Connection connection : borrowed) {
                if (connection != null) {
                    connection.close();
                }
            }
        }
        return sessions;
    }

    private static long identity(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT @@server_id * 1000000 + CONNECTION_ID()")) {
            row.next();
            return row.getLong(1);
        }
    }
}
