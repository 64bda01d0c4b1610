package io.github.replicationrouting.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The behaviour of every group.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GroupClusterTests {

    private final ClusterKind kind;

    ReplicatedCluster cluster;

    ClusterNode db1;

    ClusterNode db2;

    ClusterNode db3;

    GroupClusterTests(ClusterKind kind) {
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

    @Test
    void whenAMemberIsKilledItShouldJoinAtItsStart() throws SQLException {
        db2.kill();
        assertThatExceptionOfType(SQLException.class).isThrownBy(db2::connect);
        awaitWriter();
        insert(db1, 1);
        db2.start();
        db2.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenAMemberIsCutOffItShouldFallIntoTheMinority() throws SQLException {
        db3.cutFromGroup();
        awaitWriter();
        insert(db1, 1);
        db2.awaitRowCount("item", 1);
        assertThat(db3.contains(db1.position())).isFalse();
        awaitState(db3, "not serving");
        assertThat(rejectsOrHangs(db3)).isTrue();
        db3.reconnectToGroup();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenAMemberIsFrozenItShouldBeReplacedAndReturn() throws SQLException {
        db3.freeze();
        awaitWriter();
        awaitState(db1, "of 2, ");
        insert(db1, 1);
        db3.thaw();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenTheWholeGroupRestartsItShouldKeepItsData() throws SQLException {
        insert(db1, 1);
        cluster.awaitReplicated();
        db1.kill();
        ClusterNode writer = awaitWriter();
        insert(writer, 2);
        writer.awaitRowCount("item", 2);
        cluster.restartGroup();
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenEveryServerIsDeadHealShouldRestartTheGroup() throws SQLException {
        insert(db1, 1);
        cluster.nodes().forEach(ClusterNode::kill);
        cluster.heal();
        cluster.awaitRowCount("item", 1);
        assertThat(cluster.primary()).isSameAs(db1);
    }

    @Test
    void whenAMemberStartsWithoutDataItShouldGetAll() throws SQLException {
        insert(db1, 1);
        assertThat(monitorSeesGroup(db3)).isEqualTo(kind == ClusterKind.GALERA);
        cluster.grantMonitoring();
        db3.startWithoutData();
        db3.awaitRowCount("item", 1);
        cluster.awaitRoles();
        assertThat(monitorSeesGroup(db3)).isTrue();
        cluster.nodes().forEach(ClusterNode::revokeMonitoring);
    }

    @Test
    void whenAMemberIsShutDownItShouldLeaveAtOnce() throws SQLException {
        db2.shutDown();
        assertThat(db2.isRunning()).isFalse();
        awaitState(db1, "of 2, ");
        insert(db1, 1);
        db2.start();
        db2.awaitRowCount("item", 1);
        cluster.awaitRoles();
    }

    @Test
    void whenThereAreManyFaultsHealShouldEndThemAll() throws SQLException {
        insert(db1, 1);
        db1.kill();
        db2.freeze();
        db2.cutFromGroup();
        db3.partition();
        cluster.heal();
        insert(db1, 2);
        cluster.awaitRowCount("item", 2);
    }

    @Test
    void whenAKindHasNoReplicasTheirFaultsShouldBeRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> db2.stopReceiver())
                .withMessageContainingAll("db2", kind.name());
        assertThatIllegalStateException()
                .isThrownBy(() -> cluster.consolidate(db2))
                .withMessageContaining(kind.name());
    }

    @Test
    void whenThereWasNoFaultHealShouldTakeNoTime() {
        long begin = System.nanoTime();
        cluster.heal();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    }

    private boolean monitorSeesGroup(ClusterNode node) {
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
    private static boolean rejectsOrHangs(ClusterNode node) throws SQLException {
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
