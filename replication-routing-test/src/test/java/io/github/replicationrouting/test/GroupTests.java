package io.github.replicationrouting.test;

import io.github.replicationrouting.test.internal.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * A group of its own for the tests of a class, healed after each.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GroupTests {

    final ClusterKind kind;

    ReplicatedCluster cluster;

    ClusterNode db1;

    ClusterNode db2;

    ClusterNode db3;

    GroupTests(ClusterKind kind) {
        this.kind = kind;
    }

    @BeforeAll
    void start() {
        cluster = ReplicatedCluster.of(kind).start();
        db1 = cluster.node("db1");
        db2 = cluster.node("db2");
        db3 = cluster.node("db3");
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
            Containers.assertNothingRemains();
        }
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

    boolean monitorSeesGroup(ClusterNode node) {
        String url = node.jdbcUrl().replace("/" + cluster.database(), "/");
        try (Connection connection =
                        DriverManager.getConnection(url, cluster.monitorUsername(), cluster.monitorPassword());
                Statement statement = connection.createStatement()) {
            statement.execute(stateQuery());
            return true;
        } catch (SQLException ex) {
            return false;
        }
    }

    static void awaitState(ClusterNode node, String text) {
        Await.until(Duration.ofSeconds(30), node + " is " + text, node::describe, () -> node.describe()
                .contains(text));
    }

    /** Returns whether a member that has no majority does not acknowledge a write. */
    static boolean rejectsOrHangs(ClusterNode node) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, 1_000);
            statement.execute("INSERT INTO item VALUES (99)");
            return false;
        } catch (SQLException ex) {
            return true;
        }
    }

    /** Returns the query by which the router asks for the state of a member. */
    abstract String stateQuery();

    /** Waits until the group, without those members that it has lost, lets one of the others write. */
    ClusterNode awaitWriter() {
        Await.until(Duration.ofSeconds(30), "a member writes", cluster::describe, () -> writes(cluster.primary()));
        return cluster.primary();
    }

    private boolean writes(ClusterNode node) {
        if (!node.answers()) {
            return false;
        }
        node.execute(List.of("CREATE DATABASE IF NOT EXISTS `%s`".formatted(cluster.database())));
        return true;
    }

    static void insert(ClusterNode node, int id) throws SQLException {
        execute(node, "INSERT INTO item VALUES (" + id + ")");
    }

    static void execute(ClusterNode node, String sql) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long rows(ClusterNode node) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM item")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
