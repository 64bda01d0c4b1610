package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.monitor.probe.ProbeTarget;
import io.github.replicationrouting.internal.monitor.probe.StubDriver;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.spi.JdbcDialect;
import io.github.replicationrouting.spi.Member;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ServerTopologySourceTest {

    private static final AtomicInteger tests = new AtomicInteger();
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration REMOVE_AFTER = Duration.ofMinutes(1);

    private final String database = "/shop" + tests.incrementAndGet();
    private final List<NodeStatus> nodes = new ArrayList<>();

    /** What each server reports, by its id. */
    private final Map<String, List<Member>> reported = new HashMap<>();

    // As after a long uptime.
    private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    private final ServerTopologySource source = new ServerTopologySource(
            "test",
            new Topology() {
                @Override
                public TopologySnapshot snapshot() {
                    return new TopologySnapshot(nodes, null, "of no interest here");
                }

                @Override
                public void suspect(Node node, Exception cause) {
                    throw new AssertionError("a discovery reports no error", cause);
                }
            },
            ServerTopologySourceTest::probeTarget,
            spec -> probeTarget(new Node(spec)),
            new Dialects(List.of(new ReportingDialect())),
            TIMEOUT,
            REMOVE_AFTER,
            () -> now);

    @Test
    void whenAServerIsReportedShouldReturnItWithTheUrlOfTheReportingNode() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).containsExactly(NodeSpec.of("db2", url("db2:3306")));
        assertThat(log("db1:3306").ends).as("connections of the discovery").containsExactly("close 1");
        assertThat(log("db2:3306").ends).containsExactly("close 1");
    }

    @Test
    void whenThePortIsNotTheDefaultShouldIncludeItInTheName() {
        declared("db1", "id1");
        server("db1:3307", "id2");
        server("[fe80::1]:3306", "id3");
        reports("id1", new Member("id2", "db1", 3307), new Member("id3", "fe80::1", 3306));

        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("db1-3307", "fe80--1");
    }

    @Test
    void whenADeclaredServerIsReportedUnderAnotherAddressShouldNotReturnItAgain() {
        declared("db1", "id1");
        declared("db2", "id2");
        server("10.0.0.2:3306", "id2");
        reports("id1", new Member("id2", "10.0.0.2", 3306));
        reports("id2", new Member(null, "10.0.0.2", 3306));

        assertThat(source.nodes()).isEmpty();
        assertThat(log("10.0.0.2:3306").opened).as("asked for its id once").hasValue(1);
    }

    @Test
    void whenAServerIsReportedUnderTwoAddressesShouldReturnItOnce() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        server("10.0.0.2:3306", "id2");
        reports("id1", new Member(null, "db2", 3306), new Member(null, "10.0.0.2", 3306));

        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("db2");
        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("db2");
    }

    @Test
    void whenAServerIsNoLongerReportedShouldReturnItUntilTheRemovalDelay() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));
        source.nodes();
        now += REMOVE_AFTER.toNanos();
        assertThat(source.nodes()).hasSize(1);

        reports("id1");
        now += REMOVE_AFTER.toNanos();
        assertThat(source.nodes()).as("reported until a minute ago").hasSize(1);
        now++;
        assertThat(source.nodes()).isEmpty();
    }

    @Test
    void whenARemovedServerIsReportedAgainShouldReturnItAgain() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));
        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("db2");
        reportNothingUntilRemoved();

        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("db2");
    }

    @Test
    void whenARemovedServerIsReportedUnderAnotherAddressShouldReturnItUnderThatAddress() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        server("10.0.0.2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));
        assertThat(source.nodes()).hasSize(1);
        reportNothingUntilRemoved();

        reports("id1", new Member("id2", "10.0.0.2", 3306));

        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("10.0.0.2");
    }

    /** Its node answers until it is removed, although no server reports it any more. */
    @Test
    void whenARemovedServerWasStillQueriedShouldReturnItWhenReportedAgain() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));
        NodeSpec found = source.nodes().iterator().next();
        NodeStatus member = status(found, NodeState.ONLINE);
        nodes.add(member);
        reportNothingUntilRemoved();
        source.nodes();
        nodes.remove(member);

        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).containsExactly(found);
    }

    /** The application removes it while it still replicates, and it would otherwise be added again immediately. */
    @Test
    void whenADeclaredNodeIsRemovedShouldReturnItOnlyAfterItWasNotReportedForTheRemovalDelay() {
        declared("db1", "id1");
        declared("db2", "id2");
        reports("id1", new Member("id2", "db2", 3306));
        source.nodes();
        nodes.remove(1);
        for (int i = 0; i < 3; i++) {
            now += REMOVE_AFTER.toNanos();
            assertThat(source.nodes()).isEmpty();
        }

        reportNothingUntilRemoved();
        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("db2");
    }

    @Test
    void whenTheServerOfANodeIsReplacedShouldReturnTheOldServerAtItsNewAddress() {
        declared("db1", "id1");
        declared("db2", "id2");
        source.nodes();
        server("db2:3306", "id3");
        server("10.0.0.2:3306", "id2");
        reports("id1", new Member("id2", "10.0.0.2", 3306));

        assertThat(source.nodes()).extracting(NodeSpec::name).containsExactly("10.0.0.2");
    }

    /** Reports no server for longer than the removal delay. */
    private void reportNothingUntilRemoved() {
        reports("id1");
        now += REMOVE_AFTER.toNanos() + 1;
        assertThat(source.nodes()).isEmpty();
    }

    @Test
    void whenAServerDoesNotAnswerShouldReturnItOnlyAfterItsFirstAnswer() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        log("db2:3306").refusal = StubDriver.lost();
        reports("id1", new Member("id2", "db2", 3306));
        assertThat(source.nodes()).isEmpty();

        log("db2:3306").refusal = null;
        assertThat(source.nodes()).hasSize(1);
    }

    @Test
    void whenNoDialectSupportsAServerShouldNotReturnIt() {
        declared("db1", "id1");
        server("db2:3306", "id2");
        log("db2:3306").version = "PostgreSQL";
        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).isEmpty();
    }

    @Test
    void whenSomeNodesCannotBeQueriedShouldQueryTheOthers() {
        declared("odd", "id8");
        log("odd:3306").version = "PostgreSQL";
        declared("db0", "id9");
        log("db0:3306").refusal = StubDriver.lost();
        declared("db1", "id1");
        server("db2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).hasSize(1);
    }

    @Test
    void whenANodeIsDownOrAnEndpointShouldNotQueryIt() {
        declared("db1", "id1");
        nodes.add(status(spec("db2", NodeKind.SERVER), NodeState.DOWN));
        nodes.add(status(spec("reader", NodeKind.ENDPOINT), NodeState.ONLINE));

        assertThat(source.nodes()).isEmpty();
        assertThat(log("db1:3306").opened).hasValue(1);
        assertThat(log("db2:3306").opened).hasValue(0);
        assertThat(log("reader:3306").opened).hasValue(0);
    }

    @Test
    void whenAUrlHasNoAddressShouldReturnNoServer() {
        String url = "jdbc:stub:" + database;
        StubDriver.log(url).version = "id1";
        nodes.add(status(NodeSpec.of("db1", url), NodeState.ONLINE));
        server("db2:3306", "id2");
        reports("id1", new Member("id2", "db2", 3306));

        assertThat(source.nodes()).isEmpty();
    }

    private void declared(String host, String serverId) {
        server(host + ":3306", serverId);
        nodes.add(status(spec(host, NodeKind.SERVER), NodeState.ONLINE));
    }

    private NodeSpec spec(String host, NodeKind kind) {
        return new NodeSpec(host, url(host + ":3306"), DeclaredRole.REPLICA, kind, 1, null);
    }

    private void server(String address, String serverId) {
        log(address).version = serverId;
    }

    private StubDriver.Log log(String address) {
        return StubDriver.log(url(address));
    }

    private String url(String address) {
        return "jdbc:stub://" + address + database;
    }

    private void reports(String serverId, Member... members) {
        reported.put(serverId, List.of(members));
    }

    private static NodeStatus status(NodeSpec spec, NodeState state) {
        return new NodeStatus(new Node(spec), Role.REPLICA, state, false, 1, null, null, Freshness.UNKNOWN, null, null);
    }

    private static ProbeTarget probeTarget(Node node) {
        return new ProbeTarget(
                node,
                new ConnectionFactory(
                        node.spec().url(),
                        StubDriver.class.getName(),
                        new Properties(),
                        () -> Credentials.of("monitor", "marker"),
                        TIMEOUT),
                null);
    }

    /** Reads the id of a server from its version, and supports every server with an id. */
    private final class ReportingDialect extends JdbcDialect {

        @Override
        public String name() {
            return "reporting";
        }

        @Override
        public boolean supports(String productVersion) {
            return productVersion.startsWith("id");
        }

        @Override
        public String urlPrefix() {
            return "jdbc:stub:";
        }

        @Override
        public int defaultPort() {
            return 3306;
        }

        @Override
        public Observation observe(Connection connection) throws SQLException {
            return new Observation("Stub 1", id(connection), true, false, null, null);
        }

        @Override
        public List<Member> members(Connection connection, Consumer<String> missing) throws SQLException {
            return reported.getOrDefault(id(connection), List.of());
        }

        private String id(Connection connection) throws SQLException {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }
}
