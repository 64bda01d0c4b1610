package io.github.replicationrouting.integration.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.JdbcDriver;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A primary behind a balancer that moves to another server while connections to the former are open. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class PrimaryEndpointIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WRITER = "writer";

    private final ReplicatedCluster cluster;
    private final HaProxy proxy;
    private final TestRouter router;

    PrimaryEndpointIT(Stack stack) throws Exception {
        cluster = stack.builder().start();
        cluster.primary().execute(List.of("CREATE TABLE " + cluster.database() + ".written (n INT)"));
        cluster.awaitReplicated();
        proxy = HaProxy.over(List.of(cluster.node("db1")));
        NodeSpec db1 = NodeSpec.of("db1", cluster.node("db1").jdbcUrl(JdbcDriver.CONNECTOR_J));
        NodeSpec writer = Objects.requireNonNull(db1.elsewhere(WRITER, "127.0.0.1", proxy.port()));
        router = TestRouter.over(cluster)
                .declared(List.of(
                        new NodeSpec(WRITER, writer.url(), DeclaredRole.PRIMARY, NodeKind.ENDPOINT, 1, null),
                        replica("db2"),
                        replica("db3")))
                .start();
        router.awaitOnline(WRITER);
    }

    private NodeSpec replica(String name) {
        String url = cluster.node(name).jdbcUrl(JdbcDriver.CONNECTOR_J);
        return new NodeSpec(name, url, DeclaredRole.REPLICA, NodeKind.SERVER, 1, null);
    }

    @AfterEach
    void close() throws Exception {
        router.close();
        proxy.close();
        cluster.close();
    }

    @Test
    void whenTheServerBehindTheEndpointIsReplacedAllWritesShouldFollow() throws Exception {
        ClusterNode promoted = cluster.node("db2");
        assertThat(write()).isEqualTo(serverId("db1"));

        cluster.promote(promoted);
        proxy.routeTo(List.of(promoted));

        assertThat(firstWriteOn("db2")).isTrue();
        assertAllWritesGoTo("db2");
    }

    /** The former server was not demoted: the connections that the balancer keeps would still accept writes. */
    @Test
    void whenTheFormerServerStaysWritableItsConnectionsShouldBeEvicted() throws Exception {
        assertThat(write()).isEqualTo(serverId("db1"));
        ClusterNode next = cluster.node("db2");
        next.stopReceiver();
        next.readOnly(false);

        proxy.routeTo(List.of(next));

        await("writes reach the other server").atMost(LIMIT).until(() -> write() == serverId("db2"));
        assertAllWritesGoTo("db2");
    }

    private boolean firstWriteOn(String name) {
        await("a write on " + name).atMost(LIMIT).ignoreExceptions().until(() -> write() == serverId(name));
        return true;
    }

    private void assertAllWritesGoTo(String name) throws SQLException {
        List<Long> servers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            servers.add(write());
        }
        assertThat(servers).containsOnly(serverId(name));
    }

    /** Writes in a separate transaction; returns the server that executed it, by its own name. */
    private long write() throws SQLException {
        try (Connection connection = router.routing().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO written VALUES (1)");
                try (ResultSet id = statement.executeQuery("SELECT @@server_id")) {
                    assertThat(id.next()).isTrue();
                    long server = id.getLong(1);
                    connection.commit();
                    return server;
                }
            }
        }
    }

    private long serverId(String name) throws SQLException {
        try (Connection connection = cluster.node(name).adminConnection();
                Statement statement = connection.createStatement();
                ResultSet id = statement.executeQuery("SELECT @@server_id")) {
            assertThat(id.next()).isTrue();
            return id.getLong(1);
        }
    }
}
