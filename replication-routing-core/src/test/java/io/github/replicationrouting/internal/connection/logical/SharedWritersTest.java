package io.github.replicationrouting.internal.connection.logical;

import static io.github.replicationrouting.internal.routing.Nodes.node;
import static io.github.replicationrouting.internal.routing.Nodes.primary;
import static io.github.replicationrouting.internal.routing.Nodes.withPrimary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoReadableNodeException;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.RoutingHints;
import io.github.replicationrouting.SessionToken;
import io.github.replicationrouting.internal.connection.physical.SessionOptions;
import io.github.replicationrouting.internal.connection.pool.ConnectionDefaults;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.consistency.KnownPositions;
import io.github.replicationrouting.internal.driver.ConnectionFactory;
import io.github.replicationrouting.internal.routing.Router;
import io.github.replicationrouting.internal.routing.RouterSettings;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.internal.topology.PublishedTopology;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.ConsistencySettings;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.JdbcDialect;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logical connections where several nodes take writes, each of which may lack what was committed on another one. */
@Timeout(60)
class SharedWritersTest {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final GroupView GROUP = new GroupView("galera", "7f4e4a3e", "7", 3);

    private final Node db1 = node("db1");
    private final Node db2 = node("db2");
    private final Node db3 = node("db3");
    private final List<Node> nodes = List.of(db1, db2, db3);
    private final Map<Node, String> urls = new HashMap<>();

    /** Nodes that do not apply in time what others have committed. */
    private final Set<Node> behind = new HashSet<>();

    /** Nodes on which work has waited for what others have committed, in this order. */
    private final List<Node> waits = new CopyOnWriteArrayList<>();

    private @Nullable GroupMember member;

    private final PublishedTopology published = new PublishedTopology(shared(GROUP));
    private final Topology topology = new Topology() {
        @Override
        public TopologySnapshot snapshot() {
            return published.snapshot();
        }

        @Override
        public void suspect(Node node, Exception cause) {}

        @Override
        public TopologySnapshot awaitChange(TopologySnapshot seen, long nanos) throws InterruptedException {
            return published.awaitChange(seen, nanos);
        }
    };
    private final Consistency consistency = new Consistency(
            "test",
            ConsistencySettings.defaults(),
            topology,
            new KnownPositions(INTERVAL),
            INTERVAL,
            RouterMetrics.NONE);
    private final FallbackLimiter fallbackReads = new FallbackLimiter("test", BulkheadRegistry.ofDefaults(), 1);
    private final ConnectionDefaults defaults = new ConnectionDefaults(true, null);
    private final ConcurrentMap<Node, NodePool> pools = new ConcurrentHashMap<>();

    @BeforeEach
    void open() {
        SessionToken.clear();
        for (Node node : nodes) {
            urls.put(node, "jdbc:stub:" + node + ":" + UUID.randomUUID());
            pools.put(node, pool(node));
        }
    }

    @AfterEach
    void close() {
        published.close();
        pools.values().forEach(NodePool::close);
        SessionToken.clear();
        assertThat(nodes).allMatch(node -> node.inFlight() == 0);
    }

    // Reads that no node is known to satisfy

    @Test
    void whenNoNodeIsKnownToHaveTheOwnWritesShouldReadFromAWriterThatHasCaughtUp() throws SQLException {
        consistency.committed(db1);

        Decision decision = read(WritePolicy.AFFINITY);

        assertThat(decision.reason()).isEqualTo(DecisionReason.SESSION_PRIMARY);
        assertThat(waits).containsExactly(decision.node());
    }

    @Test
    void whenAWriterDoesNotCatchUpShouldReadFromTheNextOne() throws SQLException {
        consistency.committed(db1);
        Node first = read(WritePolicy.AFFINITY).node();
        behind.add(first);
        waits.clear();

        Decision decision = read(WritePolicy.AFFINITY);

        assertThat(decision.node()).isNotEqualTo(first);
        assertThat(waits).containsExactly(first, decision.node());
    }

    @Test
    void whenNoWriterCatchesUpShouldRefuseTheReadRatherThanServeItStale() {
        consistency.committed(db1);
        behind.addAll(nodes);

        assertThatThrownBy(() -> read(WritePolicy.ROUND_ROBIN))
                .isInstanceOf(NoReadableNodeException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).anySatisfy(lacking -> assertThat(lacking)
                        .hasMessageContaining("did not show within 1000 ms")
                        .hasMessageContaining("applier")));
        assertThat(waits).containsExactlyInAnyOrderElementsOf(nodes);
    }

    @Test
    void whenThePrimaryIsRequestedShouldAlwaysWaitForWhatOthersHaveCommitted() throws SQLException {
        publish(status(db1, true), status(db2, true), status(db3, true));

        Decision decision = RoutingHints.onPrimary(() -> unchecked(() -> read(WritePolicy.AFFINITY)));

        assertThat(decision.reason()).isEqualTo(DecisionReason.HINT_PRIMARY);
        assertThat(waits).containsExactly(decision.node());
    }

    @Test
    void whenANodeIsKnownToHaveTheOwnWritesShouldReadThereWithoutWaiting() throws SQLException {
        consistency.committed(db1);
        publish(status(db1, false), status(db2, true), status(db3, false));

        assertThat(read(WritePolicy.ROUND_ROBIN).node()).isEqualTo(db2);
        assertThat(waits).isEmpty();
    }

    @Test
    void whenThereIsNoGroupShouldServeTheReadAsNoServerCanBeAsked() throws SQLException {
        published.publish(shared(null));
        consistency.committed(db1);
        behind.addAll(nodes);

        assertThat(read(WritePolicy.AFFINITY).reason()).isEqualTo(DecisionReason.SESSION_PRIMARY);
        assertThat(waits).hasSize(1);
    }

    @Test
    void whenAConnectionIsKeptShouldWaitAgainBeforeItsNextRead() throws SQLException {
        consistency.committed(db1);
        try (Connection connection = connection(WritePolicy.AFFINITY)) {
            connection.setReadOnly(true);
            Node node = query(connection).node();
            assertThat(waits).containsExactly(node);
            consistency.committed(db1);

            assertThat(query(connection).node()).isEqualTo(node);
            assertThat(waits).containsExactly(node, node);

            behind.add(node);
            consistency.committed(db1);
            assertThat(query(connection).node()).isNotEqualTo(node);
        }
    }

    @Test
    void whenReadsFallBackToSeveralNodesShouldNotLimitThem() throws Exception {
        List<NodeStatus> lagging = nodes.stream()
                .map(node -> status(node, NodeState.LAGGING, Freshness.UNKNOWN))
                .toList();
        published.publish(new TopologySnapshot(lagging, null, lagging, null, GROUP));
        try (Connection first = connection(WritePolicy.AFFINITY);
                Connection second = connection(WritePolicy.AFFINITY)) {
            first.setReadOnly(true);
            second.setReadOnly(true);
            Decision decision = query(first);
            assertThat(decision.reason()).isEqualTo(DecisionReason.NO_ELIGIBLE_REPLICA);

            assertThat(CompletableFuture.supplyAsync(() -> unchecked(() -> query(second)))
                            .get())
                    .isEqualTo(decision);
        }
    }

    // Writes

    @Test
    void whenAWriteIsTheFirstOfItsSessionShouldNotWait() throws SQLException {
        assertThat(write(WritePolicy.ROUND_ROBIN).reason()).isEqualTo(DecisionReason.OUTSIDE_TRANSACTION);

        assertThat(waits).isEmpty();
    }

    @Test
    void whenTheKeysNodeIsNotKnownToHaveTheOwnWritesShouldWaitThere() throws SQLException {
        consistency.committed(db1);

        Node node = write(WritePolicy.AFFINITY).node();

        assertThat(waits).containsExactly(node);
    }

    @Test
    void whenTheKeysNodeDoesNotCatchUpShouldRefuseTheWrite() throws SQLException {
        Node node = write(WritePolicy.AFFINITY).node();
        behind.add(node);
        consistency.committed(db1);

        assertThatThrownBy(() -> write(WritePolicy.AFFINITY))
                .isInstanceOf(NoWritableNodeException.class)
                .hasMessageContaining("node " + node + " takes writes, but did not show within 1000 ms");
        assertThat(ConnectorJStub.executed(url(node))).hasSize(1);
    }

    @Test
    void whenAWriterDoesNotCatchUpShouldWriteToTheNextOne() throws SQLException {
        behind.add(db1);
        behind.add(db2);
        consistency.committed(db1);

        assertThat(write(WritePolicy.ROUND_ROBIN).node()).isEqualTo(db3);
    }

    @Test
    void whenAWriterCannotBeReachedShouldWriteToAnotherImmediately() throws SQLException {
        ConnectorJStub.refuse(url(db1));
        ConnectorJStub.refuse(url(db2));

        assertThat(write(WritePolicy.ROUND_ROBIN).node()).isEqualTo(db3);
    }

    @Test
    void whenTheKeysNodeCannotBeReachedShouldNotWriteElsewhere() throws SQLException {
        Node node = write(WritePolicy.AFFINITY).node();
        pools.put(node, reopened(node));
        ConnectorJStub.refuse(url(node));

        assertThatThrownBy(() -> write(WritePolicy.AFFINITY))
                .isInstanceOf(SQLException.class)
                .hasRootCauseMessage("connection refused");
    }

    // Kept connections

    @Test
    void whenAKeyOfAnotherNodeIsInForceShouldMoveOutsideOfATransactionOnly() throws SQLException {
        try (Connection connection = connection(WritePolicy.AFFINITY)) {
            Node first = update(connection).node();
            String other = keyOfAnotherNodeThan(first);

            assertThat(RoutingHints.withAffinity(other, () -> unchecked(() -> update(connection)))
                            .node())
                    .isNotEqualTo(first);

            connection.setAutoCommit(false);
            Node inTransaction = update(connection).node();
            String third = keyOfAnotherNodeThan(inTransaction);
            assertThat(RoutingHints.withAffinity(third, () -> unchecked(() -> update(connection)))
                            .node())
                    .isEqualTo(inTransaction);
            connection.commit();
            assertThat(RoutingHints.withAffinity(third, () -> unchecked(() -> update(connection)))
                            .node())
                    .isNotEqualTo(inTransaction);
            connection.commit();
        }
    }

    @Test
    void whenNoKeyIsInForceShouldStayWhereTheConnectionIs() throws SQLException {
        String key = keyOfAnotherNodeThan(write(WritePolicy.AFFINITY).node());
        try (Connection connection = connection(WritePolicy.AFFINITY)) {
            Node node = RoutingHints.withAffinity(key, () -> unchecked(() -> update(connection)))
                    .node();

            assertThat(update(connection).node()).isEqualTo(node);
        }
    }

    @Test
    void whenTheSessionHasWrittenElsewhereShouldWaitOnAKeptConnection() throws SQLException {
        try (Connection connection = connection(WritePolicy.ROUND_ROBIN)) {
            Node node = update(connection).node();
            waits.clear();
            consistency.committed(db1);

            assertThat(update(connection).node()).isEqualTo(node);
            assertThat(waits).containsExactly(node);
        }
    }

    /** Its transactions see what the session has committed elsewhere, so that what they commit is on top of it. */
    @Test
    void whenTheSessionHasWrittenOnSeveralNodesShouldReadFromTheLastWithoutWaiting() throws SQLException {
        member = new GroupMember("Synced", "7", 0, null);
        published.publish(shared(GROUP));
        Node first = write(WritePolicy.AFFINITY).node();
        String other = keyOfAnotherNodeThan(first);
        Node last = RoutingHints.withAffinity(other, () -> unchecked(() -> write(WritePolicy.AFFINITY)))
                .node();
        waits.clear();

        assertThat(read(WritePolicy.AFFINITY).node()).isEqualTo(last);
        assertThat(waits).isEmpty();
        assertThat(write(WritePolicy.AFFINITY).node()).isEqualTo(first);
        assertThat(waits).containsExactly(first);
    }

    @Test
    void whenAnotherTransactionCommitsInsideShouldNotTakeTheOuterNodeToHaveIt() throws SQLException {
        member = new GroupMember("Synced", "7", 0, null);
        published.publish(shared(GROUP));
        String other = keyOfAnotherNodeThan(write(WritePolicy.AFFINITY).node());
        SessionToken.clear();
        try (Connection outer = connection(WritePolicy.AFFINITY)) {
            outer.setAutoCommit(false);
            update(outer);
            RoutingHints.withAffinity(other, () -> unchecked(() -> write(WritePolicy.AFFINITY)));
            outer.commit();
        }
        waits.clear();

        Decision decision = read(WritePolicy.AFFINITY);

        assertThat(waits).containsExactly(decision.node());
    }

    @Test
    void whenAWriterIsLeftOutShouldMoveToAnother() throws SQLException {
        try (Connection connection = connection(WritePolicy.ROUND_ROBIN)) {
            Node node = update(connection).node();
            publishWithout(node);

            assertThat(update(connection).node()).isNotEqualTo(node);
        }
    }

    /** No wait shows what a commit in doubt may still do, and the statement cannot move. */
    @Test
    void whenACommitIsInDoubtShouldExecuteAStatementWhereItWasRouted() throws SQLException {
        try (Connection connection = connection(WritePolicy.ROUND_ROBIN);
                Statement statement = connection.createStatement()) {
            Node routed = decisionOf(connection).node();
            consistency.commitOutcomeUnknown();

            statement.executeUpdate("INSERT INTO t VALUES (1)");

            assertThat(decisionOf(connection).node()).isEqualTo(routed);
        }
    }

    /** As a drain does between the creation of a statement and its execution. */
    @Test
    void whenTheKeyMovesBeforeItsStatementIsExecutedShouldExecuteItWhereItWasRouted() throws SQLException {
        RoutingHints.withAffinity(
                "key",
                () -> unchecked(() -> {
                    try (Connection connection = connection(WritePolicy.AFFINITY);
                            Statement statement = connection.createStatement()) {
                        Node routed = decisionOf(connection).node();
                        publishWithout(routed);

                        statement.executeUpdate("INSERT INTO t VALUES (1)");
                        assertThat(decisionOf(connection).node()).isEqualTo(routed);
                        assertThatThrownBy(() -> statement.executeUpdate("INSERT INTO t VALUES (1)"))
                                .hasMessageContaining("Create it in the transaction that executes it");
                        return decisionOf(connection);
                    }
                }));
    }

    private void publishWithout(Node node) {
        List<NodeStatus> statuses =
                nodes.stream().map(each -> status(each, true)).toList();
        List<NodeStatus> others =
                statuses.stream().filter(status -> status.node() != node).toList();
        published.publish(new TopologySnapshot(statuses, null, others, null, GROUP));
    }

    // One node for all writes

    @Test
    void whenOneNodeTakesAllWritesShouldReadThereWithoutWaitingForOthers() throws SQLException {
        published.publish(withPrimary(primary(db1), status(db2, false)));
        consistency.committed(db1);
        behind.add(db1);

        assertThat(read(WritePolicy.SINGLE))
                .returns(db1, Decision::node)
                .returns(DecisionReason.SESSION_PRIMARY, Decision::reason);
        assertThat(write(WritePolicy.SINGLE).node()).isEqualTo(db1);
        assertThat(waits).isEmpty();
    }

    @Test
    void whenAnotherMemberTakesAllWritesShouldWaitThereForTheOwnWrites() throws SQLException {
        publishWriter(db2);
        consistency.committed(db1);

        assertThat(write(WritePolicy.SINGLE).node()).isEqualTo(db2);
        assertThat(waits).containsExactly(db2);
    }

    @Test
    void whenTheNewWriterHasTheOwnWritesShouldNotWaitAgain() throws SQLException {
        publishWriter(db2);
        consistency.committed(db1);

        write(WritePolicy.SINGLE);
        write(WritePolicy.SINGLE);
        write(WritePolicy.SINGLE);

        assertThat(waits).containsExactly(db2);
    }

    @Test
    void whenAnotherMemberTakesAllWritesShouldReadTheOwnWritesThere() throws SQLException {
        publishWriter(db2);
        consistency.committed(db1);
        Decision decision = RoutingHints.onPrimary(() -> unchecked(() -> read(WritePolicy.SINGLE)));

        assertThat(decision.node()).isEqualTo(db2);
        assertThat(waits).containsExactly(db2);
    }

    @Test
    void whenTheNewWriterDoesNotCatchUpShouldRefuseRatherThanServeStale() {
        publishWriter(db2);
        consistency.committed(db1);
        behind.add(db2);

        assertThatThrownBy(() -> write(WritePolicy.SINGLE)).isInstanceOf(NoWritableNodeException.class);
        assertThatThrownBy(() -> RoutingHints.onPrimary(() -> unchecked(() -> read(WritePolicy.SINGLE))))
                .hasRootCauseInstanceOf(NoReadableNodeException.class);
    }

    @Test
    void whenTheSessionHasOnlyReadElsewhereShouldWriteWithoutWaiting() throws SQLException {
        publishWriter(db2);
        consistency.readOn(db1);

        assertThat(write(WritePolicy.SINGLE).node()).isEqualTo(db2);
        assertThat(waits).isEmpty();
    }

    /** Its next connection may lead to another member. */
    @Test
    void whenABalancerLeadsToTheMembersShouldWaitOnEachConnectionForTheOwnWrites() throws SQLException {
        Node balancer = new Node(
                new NodeSpec("cluster", "jdbc:mysql://cluster/shop", DeclaredRole.PRIMARY, NodeKind.ENDPOINT, 1, null));
        urls.put(balancer, "jdbc:stub:cluster:" + UUID.randomUUID());
        pools.put(balancer, pool(balancer));
        NodeStatus all = primary(balancer);
        published.publish(new TopologySnapshot(List.of(all), all, List.of(all), null, GROUP));

        write(WritePolicy.SINGLE);
        waits.clear();
        read(WritePolicy.SINGLE);

        assertThat(waits).containsExactly(balancer);
    }

    private void publishWriter(Node writer) {
        List<NodeStatus> all = nodes.stream()
                .map(node -> node == writer ? primary(node) : status(node, false))
                .toList();
        NodeStatus taking = all.get(nodes.indexOf(writer));
        published.publish(new TopologySnapshot(all, taking, List.of(taking), null, GROUP));
    }

    private String keyOfAnotherNodeThan(Node node) throws SQLException {
        for (int key = 0; ; key++) {
            String text = Integer.toString(key);
            Node own = RoutingHints.withAffinity(text, () -> unchecked(() -> write(WritePolicy.AFFINITY)))
                    .node();
            if (own != node) {
                return text;
            }
        }
    }

    private Decision read(WritePolicy policy) throws SQLException {
        try (Connection connection = connection(policy)) {
            connection.setReadOnly(true);
            return query(connection);
        }
    }

    private Decision write(WritePolicy policy) throws SQLException {
        try (Connection connection = connection(policy)) {
            return update(connection);
        }
    }

    private static Decision query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeQuery("SELECT 1");
        }
        return decisionOf(connection);
    }

    private static Decision update(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO t VALUES (1)");
        }
        return decisionOf(connection);
    }

    private static Decision decisionOf(Connection connection) throws SQLException {
        return Objects.requireNonNull(connection.unwrap(RoutedConnection.class).lastDecision());
    }

    private interface Work {
        Decision run() throws SQLException;
    }

    private static Decision unchecked(Work work) {
        try {
            return work.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connection(WritePolicy policy) {
        Router router = new Router(
                topology,
                new RouterSettings(
                        new RoundRobinSelector(),
                        OutsideTransaction.PRIMARY,
                        WhenNoneEligible.PRIMARY,
                        Duration.ofSeconds(5),
                        null,
                        Duration.ofMillis(100),
                        INTERVAL,
                        policy));
        LeaseManager leases = new LeaseManager(
                "test",
                pools,
                topology,
                defaults,
                new PrimaryWait(topology, Duration.ZERO, 1, RouterMetrics.NONE),
                RouterMetrics.NONE,
                fallbackReads,
                consistency);
        return leases.open(router);
    }

    private void publish(NodeStatus... statuses) {
        published.publish(new TopologySnapshot(List.of(statuses), null, List.of(statuses), null, GROUP));
    }

    private TopologySnapshot shared(@Nullable GroupView group) {
        List<NodeStatus> statuses =
                nodes.stream().map(each -> status(each, false)).toList();
        return new TopologySnapshot(statuses, null, statuses, null, group);
    }

    /** @param fresh whether it is known to have all that was committed by now */
    private NodeStatus status(Node node, boolean fresh) {
        return status(node, NodeState.ONLINE, fresh ? Freshness.provenAsOf(System.nanoTime()) : Freshness.UNKNOWN);
    }

    private NodeStatus status(Node node, NodeState state, Freshness freshness) {
        return new NodeStatus(
                node,
                Role.PRIMARY,
                state,
                false,
                1,
                null,
                Duration.ofMillis(4),
                freshness,
                null,
                "MariaDB 11.8.9",
                null,
                member);
    }

    private String url(Node node) {
        return Objects.requireNonNull(urls.get(node));
    }

    private NodePool reopened(Node node) {
        Objects.requireNonNull(pools.get(node)).close();
        return pool(node);
    }

    private NodePool pool(Node node) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(2);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(500);
        GroupDialect dialect = new GroupDialect(node);
        return new NodePool(
                "test",
                node,
                config,
                new ConnectionFactory(
                        url(node),
                        ConnectorJStub.class.getName(),
                        new Properties(),
                        () -> Credentials.of("u", "p"),
                        Duration.ofSeconds(1)),
                connection -> dialect,
                defaults,
                failure -> {},
                task -> new Thread(task).start(),
                SessionOptions.NONE,
                false);
    }

    /** A server that can be waited on for what the others have committed, and reports no commits. */
    private final class GroupDialect extends JdbcDialect {

        private final Node node;

        GroupDialect(Node node) {
            this.node = node;
        }

        @Override
        public String name() {
            return "test";
        }

        @Override
        public boolean supports(String productVersion) {
            return true;
        }

        @Override
        public Observation observe(Connection connection) {
            return new Observation("MariaDB 11.8.9", "1", false, false, null, null);
        }

        @Override
        public @Nullable Position written(Connection connection) {
            return null;
        }

        @Override
        public boolean awaitCommitting(Connection connection, Duration timeout) {
            waits.add(node);
            return !behind.contains(node);
        }
    }
}
