package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.ReplicationDialect;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A member of a group, seen through its dialect as the monitor's account sees it. */
final class ObservedMember {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final ReplicatedCluster cluster;
    private final ClusterNode node;
    private final ReplicationDialect dialect;

    ObservedMember(ReplicatedCluster cluster, String node, String dialect) {
        this.cluster = cluster;
        this.node = cluster.node(node);
        this.dialect = Dialects.standard().named(dialect);
    }

    ClusterNode node() {
        return node;
    }

    ReplicationDialect dialect() {
        return dialect;
    }

    Observation observe() throws SQLException {
        try (Connection connection = connectAsMonitor()) {
            return dialect.observeGroup(connection, dialect.observe(connection));
        }
    }

    private Connection connectAsMonitor() throws SQLException {
        String url = dialect.name().equals("mysql")
                ? "jdbc:mysql://%s:%d/?allowPublicKeyRetrieval=true&sslMode=DISABLED&connectTimeout=2000&socketTimeout=2000"
                : "jdbc:mariadb://%s:%d/?connectTimeout=2000&socketTimeout=2000";
        return DriverManager.getConnection(
                url.formatted(node.host(), node.port()), cluster.monitorUsername(), cluster.monitorPassword());
    }

    GroupMembership membership() throws SQLException {
        return Objects.requireNonNull(observe().group(), () -> node + " shows no group");
    }

    /** Returns what it reports as soon as that is what the test expects; it may refuse connections until then. */
    GroupMembership await(Predicate<GroupMembership> expected) {
        return Awaitility.await()
                .atMost(SOON)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(this::find, found -> found != null && expected.test(found));
    }

    /** Null while it does not answer. */
    private @Nullable GroupMembership find() {
        Observation seen;
        try {
            seen = observe();
        } catch (SQLException e) {
            return null;
        }
        assertThat(seen.group()).as("a member never looks like a plain server").isNotNull();
        return seen.group();
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static long read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT MAX(v) FROM counter")) {
            row.next();
            return row.getLong(1);
        }
    }
}
