package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.replicationrouting.internal.monitor.errors.PoolHealth;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.errors.SchemaErrors;
import io.github.replicationrouting.internal.monitor.node.NodeEvaluator;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.FakeScheduler;
import io.github.replicationrouting.internal.monitor.probe.FakeServer;
import io.github.replicationrouting.internal.monitor.probe.FakeServer.Condition;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.OnMultipleWritable;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.IncompletePromotion;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MonitorCoreTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration MAX_LAG = Duration.ofSeconds(5);

    private WriteSettings writes = WriteSettings.defaults();
    private final FailureGuard failureGuard = new FailureGuard("test");
    private final FakeScheduler scheduler = new FakeScheduler(failureGuard);
    private final Map<String, FakeServer> servers = new LinkedHashMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<String> events = new ArrayList<>();
    private final FakeServer db1 = server("db1", DeclaredRole.AUTO);
    private final FakeServer db2 = server("db2", DeclaredRole.AUTO);
    private final FakeServer db3 = server("db3", DeclaredRole.AUTO);
    private final PoolHealthRegistry poolHealth = new PoolHealthRegistry(Duration.ofMillis(500));
    private LagProbe lagProbe = LagProbe.AUTO;
    private Duration slowStart = Duration.ofSeconds(30);
    private double random = 0.5;
    private RouterMetrics metrics = RouterMetrics.NONE;
    private @Nullable MonitorCore created;
    private final List<IncompletePromotion> incomplete = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private TopologyListener listener = new TopologyListener() {
        @Override
        public void lagWarning(NodeStatus node, double rate) {
            warnings.add(node.name() + " falls behind by " + Math.round(rate * 10) / 10.0);
        }

        @Override
        public void lagRecovered(NodeStatus node) {
            warnings.add(node.name() + " recovered");
        }

        @Override
        public void nodeStateChanged(NodeStatus before, NodeStatus after) {
            events.add(after.name() + " " + before.state() + "->" + after.state());
        }

        @Override
        public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
            events.add("primary " + (before == null ? "none" : before.name()) + "->"
                    + (after == null ? "none" : after.name()));
        }

        @Override
        public void drainedNodeDown(Node node) {
            events.add(node + " down while drained");
        }

        @Override
        public void semiSynchronousChanged(Node primary, boolean waits) {
            events.add(primary + " waits: " + waits);
        }

        @Override
        public void promotionIncomplete(IncompletePromotion promotion) {
            incomplete.add(promotion);
        }

        @Override
        public void serverChanged(Node endpoint) {
            events.add(endpoint + " leads elsewhere");
        }
    };

    MonitorCoreTest() {
        db2.replicate(db1);
        db3.replicate(db1);
    }

    private FakeServer server(String name, DeclaredRole declared) {
        FakeServer server = new FakeServer(name, scheduler);
        servers.put(name, server);
        nodes.put(name, new Node(new NodeSpec(name, "jdbc:mysql://" + name, declared, NodeKind.SERVER, 1, null)));
        return server;
    }

    // --- the start

    @Test
    void whenASnapshotIsPublishedShouldPassThePreviousOneToListeners() {
        List<TopologySnapshot> published = new ArrayList<>();
        listener = new TopologyListener() {
            @Override
            public void snapshotPublished(TopologySnapshot before, TopologySnapshot now) {
                assertThat(before).isSameAs(published.isEmpty() ? before : published.get(published.size() - 1));
                assertThat(Objects.requireNonNull(created).snapshot()).isSameAs(now);
                published.add(now);
            }
        };
        start();
        advance(Duration.ofSeconds(1));

        assertThat(published).hasSizeGreaterThan(3);
        assertThat(published.get(published.size() - 1))
                .isSameAs(Objects.requireNonNull(created).snapshot());
    }

    @Test
    void whenEveryNodeHasAnsweredShouldKnowTheTopology() {
        start();
        advance(Duration.ofMillis(5));

        assertThat(known()).isTrue();
        assertThat(primary()).isEqualTo("db1");
        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db1").server()).isEqualTo("MySQL 9.7.4");
    }

    @Test
    void whenTheClusterIsIdleShouldReportZeroLagWithAboutOneProbePerInterval() {
        start();
        advance(Duration.ofSeconds(60));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(db2.probedAt).hasSizeBetween(118, 124);
        assertThat(db2.replicationQueries).isBetween(9, 14);
        assertThat(db2.connections).isEqualTo(1);
    }

    @Test
    void whenProbesAreScheduledShouldJitterTheIntervalByAFifth() {
        random = 0;
        start();
        advance(Duration.ofSeconds(10));
        int most = db1.probedAt.size();
        random = 0.999;
        advance(Duration.ofSeconds(10));
        int fewest = db1.probedAt.size() - most;

        assertThat(most).isBetween(24, 27);
        assertThat(fewest).isBetween(15, 18);
    }

    /** As while a semi-synchronous primary waits for the acknowledgement of another replica. */
    @Test
    void whenOneReplicaHasACommitInFlightShouldKeepItFreshAndTreatTheOtherAsBehind() {
        startAndSettle();
        events.clear();
        long from = scheduler.now();
        db1.committing = 1;
        db2.executed = db1.executed + 1;
        advance(Duration.ofSeconds(3));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").freshness().includes(from)).isTrue();
        assertThat(status("db3").freshness().includes(from + INTERVAL.toNanos()))
                .as("lacks what a session may have seen on db2")
                .isFalse();
        assertThat(events).isEmpty();

        db1.executed++;
        db1.committing = 0;
        db3.executed++;
        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenAReplicaHasNotCaughtUpAtTheStartShouldProbeItAgainImmediately() {
        db1.executed = 10;
        start();
        advance(Duration.ofMillis(10));
        assertThat(known()).isFalse();
        assertThat(state("db2")).isEqualTo("REPLICA UNKNOWN null");

        db2.executed = 10;
        db3.executed = 10;
        advance(Duration.ofMillis(40));

        assertThat(known()).isTrue();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenAReplicaDoesNotCatchUpShouldDelayTheStartByOneTimeoutOnly() {
        db1.executed = 10;
        db2.applying = false;
        db3.executed = 10;
        start();
        advance(Duration.ofMillis(1100));

        assertThat(known()).isTrue();
        assertThat(state("db2")).isEqualTo("REPLICA UNKNOWN null");
        assertThat(status("db2").reason()).isEqualTo("applier stopped; has not caught up yet");

        advance(MAX_LAG);
        assertThat(state("db2")).isEqualTo("REPLICA LAGGING null");
        assertThat(status("db2").reason()).startsWith("applier stopped; lag more than ");
    }

    @Test
    void whenANodeRefusesConnectionsAtTheStartShouldMarkItDownWithoutDelay() {
        db3.condition = Condition.REFUSING;
        start();
        advance(Duration.ofMillis(5));

        assertThat(known()).isTrue();
        assertThat(state("db3")).isEqualTo("UNKNOWN DOWN null");
        assertThat(status("db3").reason()).isEqualTo("connection refused");
    }

    @Test
    void whenANodeHangsAtTheStartShouldDelayTheStartByOneTimeout() {
        db3.condition = Condition.FROZEN;
        start();
        advance(Duration.ofMillis(999));
        assertThat(known()).isFalse();

        advance(Duration.ofMillis(2));
        assertThat(known()).isTrue();
        assertThat(status("db3").reason()).isEqualTo("no answer within 1s");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenNoNodeAnswersAtTheStartShouldWaitTwoTimeoutsBeforeMarkingNodesDown() {
        servers.values().forEach(server -> server.condition = Condition.SILENT);
        start();
        advance(Duration.ofMillis(1900));
        assertThat(known()).isFalse();
        assertThat(events).isEmpty();

        advance(Duration.ofMillis(200));
        assertThat(known()).isTrue();
        assertThat(state("db1")).isEqualTo("UNKNOWN DOWN null");
    }

    @Test
    void whenThePrimaryIsLostShouldReportWhichReplicasAreConnectedToIt() {
        start();
        advance(Duration.ofSeconds(1));
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(1));
        assertThat(status("db1").reason())
                .isEqualTo("connection refused; db2 and db3 are still connected to it: it is frozen, or only this"
                        + " application does not reach it");

        db2.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(1));
        assertThat(status("db1").reason())
                .isEqualTo("connection refused; db3 is still connected to it, db2 does not reach it");

        db3.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(1));
        assertThat(noPrimaryReason()).contains("db1 is down (connection refused; db2 and db3 do not reach it either)");

        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(1));
        assertThat(status("db1").reason()).isEqualTo("connection refused; db3 does not reach it either");
        assertThat(status("db2").reason()).isEqualTo("connection refused");
    }

    @Test
    void whenThereIsNoPrimaryAtTheStartShouldKeepReplicasOnlineWithUnknownLag() {
        db1.condition = Condition.REFUSING;
        db2.receiver = Receiver.CONNECTING;
        db3.receiver = Receiver.CONNECTING;
        start();
        advance(Duration.ofMillis(5));

        assertThat(known()).isTrue();
        assertThat(primary()).isNull();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE null");
        assertThat(noPrimaryReason())
                .isEqualTo("no node is writable: db1 is down (connection refused), db2 is read-only, db3 is read-only");
    }

    @Test
    void whenReplicasLoseTheirSourceWithoutAPrimaryShouldKeepThemOnline() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(2));
        db2.source = null;
        db3.source = null;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).isNull();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        db2.readOnly = false;
        advance(Duration.ofSeconds(2));
        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db3").state()).isEqualTo(NodeState.UNKNOWN);
        db3.source = db2;
        advance(Duration.ofSeconds(15));
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenTheFirstProbeOfANodeIsPendingShouldLeaveTheOthersUnknown() {
        db1.condition = Condition.FROZEN;
        start();
        advance(Duration.ofMillis(900));
        assertThat(state("db2")).isEqualTo("UNKNOWN UNKNOWN null");
        advance(Duration.ofMillis(200));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE null");
    }

    @Test
    void whenTheGrantIsMissingShouldDeriveRolesAndLagFromPositions() {
        servers.values().forEach(server -> server.granted = false);
        start();
        advance(Duration.ofMillis(50));

        assertThat(known()).isTrue();
        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        advance(Duration.ofSeconds(60));
        assertThat(db2.replicationQueries).isEqualTo(1);
    }

    @Test
    void whenTheGrantIsGivenLaterShouldDetectItOnANewConnection() {
        db2.granted = false;
        start();
        advance(Duration.ofSeconds(10));
        db2.granted = true;
        advance(Duration.ofMinutes(5));

        assertThat(db2.connections).isEqualTo(2);
        db2.applying = false;
        db1.executed = 2;
        advance(Duration.ofSeconds(10));
        assertThat(status("db2").reason()).startsWith("applier stopped; lag ");
    }

    @Test
    void whenWritesWaitForAGrantShouldDetectItSoon() {
        db1.condition = Condition.REFUSING;
        db2.source = null;
        db2.readOnly = false;
        db2.granted = false;
        db3.receiver = Receiver.CONNECTING;
        start();
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason()).contains("GRANT").contains("role=primary");

        db2.granted = true;
        advance(Duration.ofSeconds(3));

        assertThat(primary()).isEqualTo("db2");
    }

    @Test
    void whenARoundBeginsShouldProbeTheReplicasAfterThePrimary() {
        startAndSettle();
        advance(INTERVAL.multipliedBy(2));
        assertThat(lastProbed(db2).minus(lastProbed(db1))).isEqualTo(Duration.ofMillis(1));

        db1.condition = Condition.SILENT;
        Duration before = lastProbed(db1);
        advanceWhile(() -> lastProbed(db1).equals(before));
        advanceWhile(() -> lastProbed(db2).compareTo(lastProbed(db1)) < 0);
        assertThat(lastProbed(db2).minus(lastProbed(db1)))
                .as("or a moment later if that does not answer")
                .isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void whenAProbeEndsShouldCountItsOutcome() {
        Set<String> counted = new TreeSet<>();
        metrics = new RouterMetrics() {
            @Override
            public void probed(Node node, String outcome) {
                counted.add(node + " " + outcome);
            }
        };
        db2.condition = Condition.OVERLOADED;
        db3.condition = Condition.REFUSING;
        start();
        advance(Duration.ofMillis(5));

        assertThat(counted).containsExactly("db1 answered", "db2 overloaded", "db3 unreachable");
    }

    // --- lag

    @Test
    void whenAReplicaStallsShouldEvictItAboveMaxLagAndReadmitItBelowReadmitLag() {
        startAndSettle();
        db2.applying = false;
        write(Duration.ofMillis(4500), db1, db3);
        assertThat(state("db2")).startsWith("REPLICA ONLINE");

        write(Duration.ofSeconds(2), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);
        assertThat(status("db2").reason()).matches("applier stopped; lag [5-7]\\.\\ds above max-lag 5s");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        db2.applying = true;
        write(Duration.ofSeconds(4), db1, db2, db3);
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(events).containsExactly("db2 ONLINE->LAGGING", "db2 LAGGING->ONLINE");
    }

    @Test
    void whenLagStaysBetweenReadmitLagAndMaxLagShouldNotReadmitTheReplica() {
        startAndSettle();
        db2.executed = 1;
        write(Duration.ofSeconds(7), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);

        // From here on about three seconds behind.
        long behindBy = 30;
        for (int i = 0; i < 100; i++) {
            db1.executed++;
            db3.executed = db1.executed;
            db2.executed = db1.executed - behindBy;
            advance(Duration.ofMillis(100));
            assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);
        }
        assertThat(status("db2").reason()).contains("above readmit-lag 2.5s");
        assertThat(lag("db2")).isBetween(Duration.ofMillis(2900), Duration.ofMillis(4000));
    }

    @Test
    void whenAReplicaOfAnIdlePrimaryStallsShouldKeepItOnline() {
        startAndSettle();
        db2.applying = false;
        db2.receiver = Receiver.OFF;
        advance(Duration.ofMinutes(2));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenThePrimaryIsResetShouldReportUnknownLagUntilTheReplicaIsRebuilt() {
        assertLagIsUnknownUntilTheReplicaIsRebuilt(() -> db1.executed = 0);
    }

    @Test
    void whenThePrimaryIsResetBetweenTwoProbesShouldReportUnknownLagUntilTheReplicaIsRebuilt() {
        assertLagIsUnknownUntilTheReplicaIsRebuilt(() -> db1.executed = 3);
    }

    @Test
    void whenTheBinaryLogIsResetShouldReportUnknownLagUntilTheReplicaIsRebuilt() {
        replicateByBinaryLog();
        assertLagIsUnknownUntilTheReplicaIsRebuilt(() -> db1.executed = 1);
    }

    private void assertLagIsUnknownUntilTheReplicaIsRebuilt(Runnable reset) {
        servers.values().forEach(server -> server.executed = 50);
        startAndSettle();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        reset.run();
        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db2")).isEqualTo("REPLICA UNKNOWN null");
        assertThat(freshness("db2").isKnown()).isFalse();

        // The same identifiers for other transactions: the replica seems to contain them.
        for (db1.executed = 3; db1.executed < 80; db1.executed++) {
            advance(INTERVAL.multipliedBy(2));
            assertThat(state("db2")).isEqualTo("REPLICA UNKNOWN null");
            assertThat(freshness("db2").isKnown()).isFalse();
        }
        assertThat(status("db2").reason()).contains("lag unknown: it has transactions that db1 does not have");

        db2.executed = db1.executed;
        advance(Duration.ofSeconds(30));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenAReplicaIsProbedAfterThePrimaryShouldAcceptAPositionAheadOfThePrimary() {
        startAndSettle();
        for (int i = 0; i < 200; i++) {
            // A commit between every two probes.
            advance(Duration.ofMillis(7));
            servers.values().forEach(server -> server.executed++);
        }
        assertThat(events).isEmpty();
    }

    @Test
    void whenGtidsAreOffShouldMeasureLagByBinaryLogPosition() {
        replicateByBinaryLog();
        startAndSettle();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db1").position()).hasToString("binlog.000007:1");
        assertThat(status("db2").position()).isEqualTo(status("db1").position());
        assertThat(freshness("db2").isProven()).isTrue();

        db2.applying = false;
        // As a server reports it while its applier is stopped.
        db2.behind = Duration.ZERO;
        write(Duration.ofSeconds(7), db1, db3);
        assertThat(status("db2").reason()).matches("applier stopped; lag [5-8](\\.\\d)?s above max-lag 5s");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenABinaryLogPositionBelongsToAnotherSourceShouldNotUseIt() {
        replicateByBinaryLog();
        db2.log = "binlog.000001";
        db3.source = db2;
        db3.behind = Duration.ofSeconds(3);
        startAndSettle();

        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 3000");
        assertThat(status("db3").position()).isNull();
        assertThat(freshness("db3").isProven()).isFalse();
    }

    @Test
    void whenANodeIsPromotedWithoutGtidsShouldMeasureLagByTheLogOfTheNewPrimary() {
        replicateByBinaryLog();
        whenAReplicaIsPromotedShouldUseItAsPrimary();

        assertThat(status("db3").position()).hasToString(status("db2").position() + "");
        assertThat(freshness("db3").isProven()).isTrue();
    }

    private void replicateByBinaryLog() {
        servers.values().forEach(server -> {
            server.gtids = false;
            server.log = "binlog.000007";
        });
    }

    @Test
    void whenNoPositionIsAvailableShouldUseTheLagOfTheReplicationStatus() {
        servers.values().forEach(server -> server.gtids = false);
        db2.behind = Duration.ofSeconds(3);
        startAndSettle();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 3000");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        db2.behind = Duration.ofSeconds(6);
        advance(INTERVAL.multipliedBy(2));
        assertThat(status("db2").reason()).isEqualTo("lag 6s above max-lag 5s");
        int before = db3.replicationQueries;
        advance(Duration.ofSeconds(10));
        assertThat(db3.replicationQueries - before).isGreaterThanOrEqualTo(18);
    }

    @Test
    void whenTheStatusStopsReportingLagShouldLetTheLastLagGrow() {
        lagProbe = LagProbe.STATUS;
        startAndSettle();
        db2.receiver = Receiver.OFF;
        db2.behind = null;
        advance(Duration.ofSeconds(3));
        assertThat(lag("db2")).isBetween(Duration.ofMillis(2400), Duration.ofMillis(3600));
        advance(Duration.ofSeconds(4));
        assertThat(status("db2").reason()).matches("receiver stopped; lag [5-7]\\.\\ds above max-lag 5s");
    }

    @Test
    void whenThePrimaryIsDownShouldNotLetLagOfTheStatusGrow() {
        servers.values().forEach(server -> server.gtids = false);
        startAndSettle();
        db1.condition = Condition.REFUSING;
        db2.receiver = Receiver.CONNECTING;
        db2.behind = null;
        advance(Duration.ofMinutes(1));

        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
        assertThat(lag("db2")).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void whenProbesOfANodeNeverEndShouldMarkItDown() {
        startAndSettle();
        db2.condition = Condition.SILENT;
        advance(Duration.ofSeconds(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenGtidsAndTheGrantAreMissingShouldReportUnknownLagAndUseNoReplica() {
        servers.values().forEach(server -> {
            server.gtids = false;
            server.granted = false;
        });
        startAndSettle();

        assertThat(primary()).isEqualTo("db1");
        assertThat(status("db2").state()).isEqualTo(NodeState.UNKNOWN);
        assertThat(lag("db2")).isNull();
        assertThat(status("db2").reason()).contains("GRANT REPLICATION CLIENT");
    }

    @Test
    void whenTheLagProbeIsNoneShouldNotEvaluateLag() {
        lagProbe = LagProbe.NONE;
        servers.values().forEach(server -> server.gtids = false);
        startAndSettle();

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE null");
    }

    @Test
    void whenADeclaredReplicaHasNoReplicationShouldPutItOnline() {
        FakeServer reader = server("reader", DeclaredRole.REPLICA);
        reader.readOnly = true;
        reader.executed = 0;
        startAndSettle();

        assertThat(state("reader")).isEqualTo("REPLICA ONLINE null");
    }

    @Test
    void whenTheReplicationStatementHangsShouldNotMarkTheNodeDown() {
        startAndSettle();
        db2.condition = Condition.HANGING_STATUS;
        write(Duration.ofSeconds(20), db1, db3);

        assertThat(events).containsExactly("db2 ONLINE->LAGGING");
        db2.condition = Condition.HEALTHY;
        db2.executed = db1.executed;
        advance(Duration.ofSeconds(3));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    // --- freshness

    @Test
    void whenAReplicaHasCaughtUpShouldBeFreshAsOfTheLastProbeOfThePrimary() {
        startAndSettle();
        long committed = scheduler.now();
        assertThat(freshness("db2").includes(committed)).isFalse();
        assertThat(freshness("db2").age(scheduler.now()).orElseThrow())
                .isLessThanOrEqualTo(Duration.ofMillis(700).toNanos());
        advance(INTERVAL.multipliedBy(2));

        // The primary is idle: one more probe of it renews the freshness of every replica.
        assertThat(freshness("db2").includes(committed)).isTrue();
        assertThat(freshness("db1").includes(scheduler.now())).isTrue();
        assertThat(freshness("db1").age(scheduler.now())).hasValue(0);
    }

    @Test
    void whenAReplicaLacksACommitShouldNotBeFreshAsOfThatCommit() {
        startAndSettle();
        db2.applying = false;
        db1.executed++;
        db3.executed++;
        long committed = scheduler.now();
        for (int i = 0; i < 100; i++) {
            advance(Duration.ofMillis(100));
            assertThat(freshness("db2").includes(committed)).isFalse();
            assertThat(freshness("db2").isWithin(scheduler.now() - committed - 1, scheduler.now()))
                    .isFalse();
        }
        assertThat(freshness("db3").includes(committed)).isTrue();

        db2.executed = db1.executed;
        advance(INTERVAL.multipliedBy(2));
        assertThat(freshness("db2").includes(committed)).isTrue();
    }

    @Test
    void whenThePrimaryIsDownShouldLetTheFreshnessOfReplicasAge() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofMinutes(1));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(freshness("db2").age(scheduler.now()).orElseThrow())
                .isBetween(
                        Duration.ofSeconds(60).toNanos(), Duration.ofSeconds(61).toNanos());
    }

    @Test
    void whenFreshnessComesFromTheStatusShouldBeUnprovenAndASecondOlder() {
        servers.values().forEach(server -> server.gtids = false);
        db2.behind = Duration.ofSeconds(3);
        startAndSettle();

        assertThat(freshness("db2").isProven()).isFalse();
        assertThat(freshness("db2")
                        .includes(scheduler.now() - Duration.ofHours(1).toNanos()))
                .isFalse();
        assertThat(freshness("db2").age(scheduler.now()).orElseThrow())
                .isBetween(
                        Duration.ofSeconds(4).toNanos(), Duration.ofMillis(4700).toNanos());
    }

    @Test
    void whenANodeIsAnEndpointShouldReportUnknownFreshness() {
        FakeServer reader = new FakeServer("reader", scheduler);
        servers.put("reader", reader);
        nodes.put(
                "reader",
                new Node(new NodeSpec(
                        "reader", "jdbc:mysql://reader", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null)));
        reader.replicate(db1);
        startAndSettle();

        assertThat(state("reader")).isEqualTo("REPLICA ONLINE 0");
        assertThat(freshness("reader").isKnown()).isFalse();
    }

    // --- failure and readmission

    @Test
    void whenANodeFreezesShouldMarkItDownAfterTwoIntervalsAndOneTimeout() {
        random = 0.999;
        startAndSettle();
        Duration lastAnswer = db2.probedAt.get(db2.probedAt.size() - 1);
        db2.condition = Condition.FROZEN;
        advanceWhile(() -> status("db2").state() == NodeState.ONLINE);
        assertThat(scheduler.elapsed().minus(lastAnswer)).isLessThanOrEqualTo(Duration.ofMillis(2220));
        assertThat(status("db2").reason()).isEqualTo("no answer within 1s");
    }

    @Test
    void whenANodeFreezesShouldNotDelayProbesOfOtherNodes() {
        startAndSettle();
        db2.condition = Condition.FROZEN;
        int before = db1.probedAt.size();
        advance(Duration.ofSeconds(10));

        assertThat(db1.probedAt.size() - before).isBetween(19, 40);
        assertThat(db2.probedAt.size()).isLessThan(45);
    }

    @Test
    void whenThereIsNoPrimaryShouldProbeMoreOften() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advanceWhile(() -> primary() != null);
        int before = db2.probedAt.size();
        advance(Duration.ofSeconds(10));

        assertThat(db2.probedAt.size() - before).isBetween(80, 125);
    }

    @Test
    void whenThePrimaryFallsBackToAsynchronousReplicationShouldNotifyListeners() {
        db1.semiSynchronous = true;
        startAndSettle();
        assertThat(status("db1").semiSynchronous()).isTrue();
        assertThat(status("db2").semiSynchronous()).isNull();

        db1.semiSynchronous = null;
        advance(INTERVAL.multipliedBy(2));
        assertThat(status("db1").semiSynchronous()).as("not asked").isTrue();
        db1.semiSynchronous = false;
        advance(INTERVAL.multipliedBy(4));
        assertThat(status("db1").semiSynchronous()).isFalse();
        db1.semiSynchronous = true;
        advance(INTERVAL.multipliedBy(4));

        assertThat(events).containsExactly("db1 waits: false", "db1 waits: true");
    }

    /** After a switchover and back, another node becomes writable before the source of the replica is queried again. */
    @Test
    void whenTheKnownSourceOfAReplicaIsOutdatedShouldKeepThePrimary() {
        db3.replicate(db2);
        startAndSettle();
        advance(INTERVAL.multipliedBy(2));
        db3.replicate(db1);
        db2.source = null;
        db2.readOnly = false;
        advance(INTERVAL.multipliedBy(8));

        assertThat(primary()).isEqualTo("db1");
        assertThat(events).noneMatch(change -> change.startsWith("primary"));
    }

    @Test
    void whenAPromotedNodeLacksTransactionsShouldReportAnIncompletePromotion() {
        startAndSettle();
        db1.executed = 10;
        db2.executed = 7;
        advance(INTERVAL.multipliedBy(3));
        db1.condition = Condition.REFUSING;
        db2.source = null;
        db2.readOnly = false;
        advanceWhile(() -> !"db2".equals(primary()));

        assertThat(incomplete).singleElement().satisfies(promotion -> {
            assertThat(promotion.from().name()).isEqualTo("db1");
            assertThat(promotion.transactions()).hasValue(3);
        });
    }

    @Test
    void whenAnIncompletePromotionIsAcceptedShouldWriteToTheNode() {
        writes = new WriteSettings(Duration.ZERO, null, OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
        startAndSettle();
        db1.executed = 10;
        db2.executed = 7;
        advance(INTERVAL.multipliedBy(3));
        db1.condition = Condition.REFUSING;
        db2.source = null;
        db2.readOnly = false;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason()).startsWith("db2 was promoted without 3 transactions that db1 had");

        core().acceptPromotion();
        advance(Duration.ofMillis(5));

        assertThat(primary()).isEqualTo("db2");
    }

    @Test
    void whenThePrimarysEndpointLeadsToAnotherServerShouldNotifyListeners() {
        nodes.put(
                "db1",
                new Node(new NodeSpec("db1", "jdbc:mysql://db1", DeclaredRole.PRIMARY, NodeKind.ENDPOINT, 1, null)));
        startAndSettle();
        advance(INTERVAL.multipliedBy(2));
        assertThat(events).isEmpty();

        db1.id = "id-of-its-successor";
        db2.id = "id-of-a-server-that-was-rebuilt";
        advance(INTERVAL.multipliedBy(2));

        assertThat(events).containsExactly("db1 leads elsewhere");
    }

    @Test
    void whenOneProbeFailsShouldNotChangeTheState() {
        startAndSettle();
        db2.condition = Condition.REFUSING;
        advanceWhile(() -> db2.probedAt.size() < 4);
        advance(Duration.ofMillis(2));
        db2.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(5));

        assertThat(events).isEmpty();
    }

    @Test
    void whenANodeRefusesAConnectionShouldConfirmItImmediately() {
        startAndSettle();
        int before = db2.probedAt.size();
        db2.condition = Condition.REFUSING;
        advanceWhile(() -> db2.probedAt.size() == before);
        advance(Duration.ofMillis(60));

        assertThat(state("db2")).isEqualTo("REPLICA DOWN null");
    }

    @Test
    void whenANodeRecoversShouldReadmitItAfterTwoGoodProbes() {
        startAndSettle();
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(6));
        db2.condition = Condition.HEALTHY;
        int before = db2.probedAt.size();
        advanceWhile(() -> db2.probedAt.size() == before);
        advance(Duration.ofMillis(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(status("db2").reason()).isEqualTo("recovering: 1 of 2 good probes");

        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenARecoveredNodeLagsShouldReadmitItOnceItHasCaughtUp() {
        startAndSettle();
        db2.condition = Condition.REFUSING;
        write(Duration.ofSeconds(8), db1, db3);
        db2.condition = Condition.HEALTHY;
        write(Duration.ofSeconds(2), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);

        db2.executed = db1.executed;
        write(Duration.ofSeconds(2), db1, db2, db3);
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenANodeHasTooManyConnectionsShouldNotMarkItDown() {
        startAndSettle();
        db2.condition = Condition.OVERLOADED;
        advance(Duration.ofSeconds(10));

        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenProbesAreDeniedShouldKeepTheLastKnownState() {
        startAndSettle();
        events.clear();
        servers.values().forEach(server -> server.condition = Condition.DENYING);
        advance(Duration.ofMinutes(5));

        assertThat(events).isEmpty();
        assertThat(primary()).isEqualTo("db1");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").suspected()).isFalse();
        assertThat(status("db2").reason()).isEqualTo("cannot be probed (access denied), status as of the last answer");
        assertThat(db2.probedAt).as("logins, after a few answers").hasSizeLessThan(75);

        servers.values().forEach(server -> server.condition = Condition.HEALTHY);
        advance(Duration.ofSeconds(6));
        assertThat(events).isEmpty();
        assertThat(status("db2").reason()).isNull();
    }

    @Test
    void whenProbesOfAReplicaAreDeniedWhileThePrimaryCommitsShouldMarkItLagging() {
        startAndSettle();
        db2.condition = Condition.DENYING;
        write(Duration.ofSeconds(12), db1, db3);

        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);
        assertThat(status("db2").reason()).contains("above max-lag").contains("cannot be probed (access denied)");
        assertThat(events).doesNotContain("db2 ONLINE->DOWN");
    }

    @Test
    void whenProbesOfAnEvictedReplicaAreRejectedShouldNotReadmitIt() {
        startAndSettle();
        db2.applying = false;
        write(Duration.ofSeconds(8), db1, db3);
        db2.applying = true;
        db2.executed = db1.executed;
        advanceWhile(() -> status("db2").state() == NodeState.LAGGING
                && !String.valueOf(status("db2").reason()).contains("1 of 2 good probes"));
        db2.condition = Condition.OVERLOADED;
        advance(Duration.ofSeconds(30));
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);
    }

    @Test
    void whenANodeThatDeniesProbesRefusesConnectionsShouldMarkItDown() {
        startAndSettle();
        servers.values().forEach(server -> server.condition = Condition.DENYING);
        advance(Duration.ofSeconds(30));
        db2.condition = Condition.REFUSING;
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(6));

        assertThat(state("db2")).isEqualTo("REPLICA DOWN null");
        assertThat(primary()).isNull();
        assertThat(status("db3").state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenANodeIsPromotedWhileThePrimaryDeniesProbesShouldFollowThePromotion() {
        startAndSettle();
        db1.condition = Condition.DENYING;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).isEqualTo("db1");

        db2.source = null;
        db2.readOnly = false;
        db3.source = db2;
        advance(Duration.ofSeconds(2));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db2");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        advance(Duration.ofMinutes(1));
        db1.replicate(db2);
        db1.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).isEqualTo("db2");
        assertThat(state("db1")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenAPrimaryThatWasDownDeniesProbesShouldNotUseItAsPrimary() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(3));
        db1.condition = Condition.DENYING;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).isNull();
    }

    @Test
    void whenTheReplicationStatementHungShouldNotRepeatItOnEachNewConnection() {
        startAndSettle();
        int before = db2.replicationQueries;
        db2.condition = Condition.HANGING_STATUS;
        write(Duration.ofSeconds(10), db1, db3);
        assertThat(db2.replicationQueries - before).isLessThanOrEqualTo(2);
    }

    @Test
    void whenALoginIsDeniedShouldNotRetryItEveryInterval() {
        db3.condition = Condition.DENYING;
        start();
        advance(Duration.ofSeconds(20));

        assertThat(status("db3").reason()).isEqualTo("access denied");
        assertThat(db3.probedAt).hasSizeBetween(4, 5);
    }

    @Test
    void whenAServerIsInOfflineModeShouldMarkItDown() {
        startAndSettle();
        db2.offline = true;
        advance(INTERVAL.multipliedBy(2));

        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(status("db2").reason()).isEqualTo("offline_mode is on");
    }

    @Test
    void whenANodeFailsBrieflyShouldReadmitItAfterTheEvictionWindow() {
        startAndSettle();
        db2.condition = Condition.REFUSING;
        advanceWhile(() -> status("db2").state() == NodeState.ONLINE);
        Duration evicted = scheduler.elapsed();
        db2.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(3));
        assertThat(status("db2").reason()).matches("recovering: evicted (2\\.\\ds|3s) ago, readmitted after 5s");
        advanceWhile(() -> status("db2").state() != NodeState.ONLINE);
        assertThat(scheduler.elapsed().minus(evicted)).isBetween(MAX_LAG, MAX_LAG.plus(INTERVAL.multipliedBy(2)));
    }

    @Test
    void whenAllReplicasFailBrieflyShouldReadmitHalfOfThemImmediately() {
        startAndSettle();
        db2.condition = Condition.REFUSING;
        db3.condition = Condition.REFUSING;
        advanceWhile(
                () -> status("db2").state() == NodeState.ONLINE || status("db3").state() == NodeState.ONLINE);
        db2.condition = Condition.HEALTHY;
        db3.condition = Condition.HEALTHY;
        advance(INTERVAL.multipliedBy(3));
        assertThat(events).containsOnlyOnce("db2 DOWN->ONLINE").doesNotContain("db3 DOWN->ONLINE");
        advance(MAX_LAG);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenLagOscillatesAroundMaxLagShouldNotFlap() {
        startAndSettle();
        for (int i = 0; i < 20; i++) {
            write(Duration.ofSeconds(6), db1, db3);
            write(Duration.ofMillis(1500), db1, db2, db3);
        }
        assertThat(events).hasSizeLessThanOrEqualTo(3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);

        write(Duration.ofSeconds(22), db1, db2, db3);
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenManyErrorsAreReportedShouldNotProbeForEachOfThem() {
        startAndSettle();
        int before = db2.probedAt.size();
        for (int i = 0; i < 1000; i++) {
            core().suspect(node("db2"), true);
            scheduler.advance(Duration.ofNanos(50_000));
        }
        assertThat(db2.probedAt.size() - before).isBetween(1, 3);
    }

    // --- suspicion

    @Test
    void whenANodeFreezesShouldSuspectItBeforeTheTimeout() {
        random = 0.999;
        startAndSettle();
        Duration lastAnswer = db2.probedAt.get(db2.probedAt.size() - 1);
        db2.condition = Condition.FROZEN;
        advanceWhile(() -> !status("db2").suspected());

        assertThat(scheduler.elapsed().minus(lastAnswer)).isLessThanOrEqualTo(Duration.ofMillis(900));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").reason()).matches("suspected: no answer for 2[5-9]\\dms yet");
        assertThat(events).isEmpty();

        advanceWhile(() -> status("db2").state() == NodeState.ONLINE);
        assertThat(status("db2").suspected()).isFalse();
    }

    @Test
    void whenTheOnlyReplicaFreezesShouldSuspectItBeforeTheTimeout() {
        servers.remove("db3");
        nodes.remove("db3");
        whenANodeFreezesShouldSuspectItBeforeTheTimeout();
    }

    @Test
    void whenASuspectedNodeAnswersShouldEndTheSuspicion() {
        startAndSettle();
        db2.condition = Condition.FROZEN;
        advanceWhile(() -> !status("db2").suspected());
        db2.condition = Condition.HEALTHY;
        advance(INTERVAL);

        assertThat(status("db2").suspected()).isFalse();
        assertThat(status("db2").reason()).isNull();
        assertThat(events).isEmpty();
    }

    @Test
    void whenANodeRefusesAConnectionOnceShouldSuspectIt() {
        startAndSettle();
        int before = db2.probedAt.size();
        db2.condition = Condition.REFUSING;
        advanceWhile(() -> db2.probedAt.size() == before);
        advance(Duration.ofMillis(2));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").suspected()).isTrue();
        assertThat(status("db2").reason()).isEqualTo("suspected: connection refused");
    }

    @Test
    void whenTheApplicationReportsAnErrorShouldSuspectTheReplicaUntilItAnswers() {
        startAndSettle();
        core().suspect(node("db2"), true);
        advance(Duration.ZERO);
        assertThat(status("db2").suspected()).isTrue();
        assertThat(status("db2").reason()).isEqualTo("suspected: a statement failed on it");

        advance(Duration.ofMillis(2));
        assertThat(status("db2").suspected()).isFalse();
    }

    @Test
    void whenTheApplicationReportsAnErrorAgainShouldSuspectAndProbeAgain() {
        startAndSettle();
        for (int i = 0; i < 3; i++) {
            advance(INTERVAL);
            int before = db2.probedAt.size();
            core().suspect(node("db2"), true);
            advance(Duration.ZERO);
            assertThat(status("db2").suspected()).isTrue();
            assertThat(db2.probedAt.size() - before).isOne();
            advance(Duration.ofMillis(2));
            assertThat(status("db2").suspected()).isFalse();
        }
    }

    @Test
    void whenAnAnswerPrecedesTheReportedErrorShouldNotEndTheSuspicion() {
        startAndSettle();
        int before = db2.probedAt.size();
        advanceWhile(() -> db2.probedAt.size() == before);
        db2.condition = Condition.SILENT;
        advance(Duration.ofNanos(1));
        core().suspect(node("db2"), true);
        advance(Duration.ofMillis(10));
        assertThat(status("db2").suspected()).isTrue();
    }

    @Test
    void whenAReportedErrorDoesNotImplicateTheNodeShouldOnlyProbeIt() {
        startAndSettle();
        int before = db2.probedAt.size();
        core().suspect(node("db2"), false);
        advance(Duration.ofMillis(1));
        assertThat(status("db2").suspected()).isFalse();
        assertThat(db2.probedAt.size() - before).isOne();
    }

    @Test
    void whenAnErrorOfThePrimaryIsReportedShouldSuspectItByProbesOnly() {
        startAndSettle();
        core().suspect(node("db1"), true);
        advance(Duration.ZERO);
        assertThat(status("db1").suspected()).isFalse();

        db1.condition = Condition.FROZEN;
        advanceWhile(() -> !status("db1").suspected());
        assertThat(primary()).isEqualTo("db1");
    }

    @Test
    void whenANodeIsOverloadedShouldNotSuspectIt() {
        startAndSettle();
        db2.condition = Condition.OVERLOADED;
        advanceWhile(() -> scheduler.elapsed().compareTo(Duration.ofSeconds(10)) < 0
                && !status("db2").suspected());
        assertThat(status("db2").suspected()).isFalse();
    }

    @Test
    void whenTheSchemaOfAReplicaDiffersShouldSuspectItUntilExpiryOrRevocation() {
        startAndSettle();
        SchemaErrors.SchemaError error = new SchemaErrors.SchemaError(1146, "Table 'shop.stock' doesn't exist");
        core().differs(
                        node("db2"),
                        error,
                        scheduler.now() + Duration.ofSeconds(5).toNanos(),
                        true);
        advance(Duration.ofSeconds(4));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").suspected()).isTrue();
        assertThat(status("db2").reason())
                .isEqualTo("suspected: it alone answers statements with error 1146, as where its schema differs");

        advance(Duration.ofSeconds(2));
        assertThat(status("db2").suspected()).isFalse();

        core().differs(
                        node("db2"),
                        error,
                        scheduler.now() + Duration.ofMinutes(1).toNanos(),
                        false);
        advance(Duration.ofSeconds(1));
        assertThat(status("db2").suspected()).isTrue();
        core().isNoDifference(node("db2"), error);
        advance(Duration.ZERO);
        assertThat(status("db2").suspected()).isFalse();
    }

    @Test
    void whenAReplicaHasTwoSchemaErrorsShouldSuspectItUntilBothHaveExpired() {
        startAndSettle();
        SchemaErrors.SchemaError table = new SchemaErrors.SchemaError(1146, "Table 'shop.stock' doesn't exist");
        SchemaErrors.SchemaError column = new SchemaErrors.SchemaError(1054, "Unknown column 'item' in 'SELECT'");
        core().differs(
                        node("db2"),
                        table,
                        scheduler.now() + Duration.ofMinutes(1).toNanos(),
                        true);
        core().differs(
                        node("db2"),
                        column,
                        scheduler.now() + Duration.ofSeconds(5).toNanos(),
                        true);
        advance(Duration.ofSeconds(1));
        assertThat(status("db2").reason()).contains("error 1054");
        advance(Duration.ofSeconds(5));
        assertThat(status("db2").suspected()).isTrue();
        assertThat(status("db2").reason()).contains("error 1146");

        advance(Duration.ofMinutes(1));
        assertThat(status("db2").suspected()).isFalse();
    }

    @Test
    void whenAnotherNodeReportsTheErrorWithAnotherTextShouldEndTheSuspicion() {
        startAndSettle();
        core().differs(
                        node("db2"),
                        new SchemaErrors.SchemaError(1054, "Unknown column 'item' in 'SELECT'"),
                        scheduler.now() + Duration.ofMinutes(1).toNanos(),
                        true);
        advance(Duration.ofSeconds(1));
        assertThat(status("db2").suspected()).isTrue();

        core().isNoDifference(
                        node("db2"), new SchemaErrors.SchemaError(1054, "Unknown column 'item' in 'where clause'"));
        advance(Duration.ZERO);
        assertThat(status("db2").suspected()).isFalse();
    }

    @Test
    void whenTheSchemaOfThePrimaryDiffersShouldNotSuspectIt() {
        startAndSettle();
        core().differs(
                        node("db1"),
                        new SchemaErrors.SchemaError(1146, "x"),
                        scheduler.now() + Duration.ofMinutes(1).toNanos(),
                        true);
        advance(Duration.ofSeconds(1));
        assertThat(status("db1").suspected()).isFalse();
    }

    // --- the health of pools

    @Test
    void whenAPoolFailsToOpenConnectionsShouldSuspectTheReplicaUntilATrialSucceeds() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db2"));
        attempts(pool, new SQLException("Access denied", "28000", 1045));
        advance(Duration.ZERO);
        assertThat(pool.state()).isEqualTo(PoolHealth.State.FAILING);
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").suspected()).isTrue();
        assertThat(status("db2").reason()).isEqualTo("suspected: its pool fails to open connections");

        advance(Duration.ofMillis(5600));
        assertThat(pool.state()).isEqualTo(PoolHealth.State.ON_TRIAL);
        assertThat(status("db2").suspected()).isFalse();
        assertThat(status("db2").share()).isEqualTo(NodeEvaluator.MIN_SHARE);

        pool.attempted(null);
        advance(Duration.ZERO);
        assertThat(pool.state()).isEqualTo(PoolHealth.State.HEALTHY);
        assertThat(status("db2").share()).isEqualTo(1);
        assertThat(events).isEmpty();
    }

    @Test
    void whenAPoolOpensOneOfFourConnectionsShouldSuspectTheReplica() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db2"));
        for (int i = 0; i < 8; i++) {
            pool.attempted(i % 4 == 0 ? null : new SQLException("Connection refused", "08000", 0));
        }
        advance(Duration.ZERO);
        assertThat(status("db2").reason()).isEqualTo("suspected: its pool fails to open connections");
    }

    @Test
    void whenATrialOfAPoolFailsShouldSuspectTheReplicaAgain() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db2"));
        attempts(pool, new SQLException("Connection refused", "08000", 0));
        advance(Duration.ofMillis(5600));
        pool.attempted(new SQLException("Connection refused", "08000", 0));
        advance(Duration.ZERO);
        assertThat(status("db2").suspected()).isTrue();
    }

    @Test
    void whenNoConnectionIsAttemptedInATrialShouldEndIt() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db2"));
        attempts(pool, new SQLException("Connection refused", "08000", 0));
        advance(Duration.ofMillis(11_500));
        assertThat(pool.state()).isEqualTo(PoolHealth.State.HEALTHY);
        assertThat(status("db2").share()).isEqualTo(1);
    }

    @Test
    void whenPoolsFailShouldNeitherStartATrialOfADownNodeNorSuspectThePrimary() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db2"));
        attempts(pool, new SQLException("Connection refused", "08000", 0));
        attempts(poolHealth.of(node("db1")), new SQLException("Connection refused", "08000", 0));
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(1));
        assertThat(status("db1").suspected()).isFalse();
        assertThat(primary()).isEqualTo("db1");

        advance(Duration.ofSeconds(20));
        assertThat(pool.state()).isEqualTo(PoolHealth.State.FAILING);
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
    }

    @Test
    void whenAServerIsOverloadedShouldKeepThePoolHealthy() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db2"));
        attempts(pool, new SQLException("Too many connections", "08004", 1040));
        assertThat(pool.state()).isEqualTo(PoolHealth.State.HEALTHY);
    }

    @Test
    void whenANodeIsRemovedShouldDiscardTheHealthOfItsPool() {
        startAndSettle();
        PoolHealth pool = poolHealth.of(node("db3"));
        assertThat(poolHealth.of(node("db3"))).isSameAs(pool);
        core().remove(node("db3"));
        advance(Duration.ZERO);
        assertThat(poolHealth.of(node("db3"))).isNotSameAs(pool);
    }

    private static void attempts(PoolHealth pool, SQLException failure) {
        for (int i = 0; i < 10; i++) {
            pool.attempted(failure);
        }
    }

    // --- pauses of this process

    @Test
    void whenNoNodeAnswersShouldSuspectNoneBeforeMarkingAllDown() {
        startAndSettle();
        servers.values().forEach(server -> server.condition = Condition.FROZEN);
        advance(Duration.ofMillis(1900));
        assertThat(core().snapshot().nodes()).noneMatch(NodeStatus::suspected);

        advance(Duration.ofMillis(1800));
        assertThat(core().snapshot().nodes()).allMatch(node -> node.state() == NodeState.DOWN);
    }

    @Test
    void whenSomeNodesAnswerAfterNoneDidShouldMarkOnlyTheOthersDown() {
        startAndSettle();
        servers.values().forEach(server -> server.condition = Condition.FROZEN);
        advance(Duration.ofMillis(1700));
        db1.condition = Condition.HEALTHY;
        db3.condition = Condition.HEALTHY;
        advance(Duration.ofMillis(600));

        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(events).containsExactly("db2 ONLINE->DOWN");
    }

    @Test
    void whenThisProcessPausesShouldNeitherEvictNorSuspectANode() {
        List<String> suspected = new ArrayList<>();
        startAndSettle();
        for (int millis = 0; millis < 700; millis += 7) {
            advance(Duration.ofMillis(millis));
            scheduler.pause(Duration.ofSeconds(5));
            for (int i = 0; i < 100; i++) {
                advance(Duration.ofMillis(10));
                core().snapshot().nodes().stream()
                        .filter(NodeStatus::suspected)
                        .forEach(node -> suspected.add(node.name()));
            }
        }
        assertThat(events).isEmpty();
        assertThat(suspected).isEmpty();
    }

    @Test
    void whenThisProcessPausesShouldStillDetectAFrozenNode() {
        startAndSettle();
        db2.condition = Condition.FROZEN;
        advance(Duration.ofMillis(600));
        scheduler.pause(Duration.ofSeconds(30));
        advance(Duration.ofMillis(2300));

        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(events).containsExactly("db2 ONLINE->DOWN");
    }

    // --- lag warnings

    @Test
    void whenAReplicaFallsBehindShouldWarnOnceBeforeEvictionAndReportItsRecoveryOnce() {
        startAndSettle();
        write(Duration.ofSeconds(5), db1, db2, db3);
        db2.applying = false;
        write(Duration.ofMillis(2300), db1, db3);
        assertThat(warnings).isEmpty();
        write(Duration.ofSeconds(1), db1, db3);
        assertThat(warnings).hasSize(1).allMatch(warning -> warning.startsWith("db2 falls behind by "));
        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);

        write(Duration.ofSeconds(20), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);
        assertThat(warnings).hasSize(1);
        write(Duration.ofSeconds(1), db1, db2, db3);
        assertThat(warnings).hasSize(2).last().isEqualTo("db2 recovered");
    }

    // --- shares

    @Test
    void whenANodeIsOnlineFromTheStartShouldHaveAFullShare() {
        startAndSettle();
        assertThat(core().snapshot().nodes()).allMatch(node -> node.share() == 1);
    }

    @Test
    void whenAReplicaNearsMaxLagShouldReduceItsShare() {
        startAndSettle();
        db2.applying = false;
        write(Duration.ofMillis(2300), db1, db3);
        assertThat(status("db2").share()).isEqualTo(1);
        double last = 1;
        for (int i = 0; i < 3; i++) {
            write(Duration.ofMillis(800), db1, db3);
            assertThat(status("db2").share()).isBetween(NodeEvaluator.MIN_SHARE, last - 0.1);
            last = status("db2").share();
        }
        assertThat(status("db2").reason()).matches("applier stopped; lag 4\\.\\ds above readmit-lag 2.5s");
        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
        assertThat(status("db3").share()).isEqualTo(1);
    }

    @Test
    void whenANodeIsReadmittedShouldRampUpItsShare() {
        startAndSettle();
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(6));
        db2.condition = Condition.HEALTHY;
        advanceWhile(() -> status("db2").state() == NodeState.DOWN);
        assertThat(status("db2").share()).isEqualTo(NodeEvaluator.MIN_SHARE);

        advance(Duration.ofSeconds(15));
        assertThat(status("db2").share()).isBetween(0.45, 0.55);
        advance(Duration.ofSeconds(16));
        assertThat(status("db2").share()).isEqualTo(1);
        assertThat(status("db3").share()).isEqualTo(1);
    }

    @Test
    void whenSlowStartIsOffShouldReadmitANodeWithAFullShare() {
        slowStart = Duration.ZERO;
        startAndSettle();
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(6));
        db2.condition = Condition.HEALTHY;
        advanceWhile(() -> status("db2").state() == NodeState.DOWN);
        assertThat(status("db2").share()).isEqualTo(1);
    }

    @Test
    void whenANodeIsAddedShouldStartWithTheMinimumShare() {
        startAndSettle();
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        core().add(node("db4"), db4);
        advance(Duration.ZERO);
        advanceWhile(() -> status("db4").state() != NodeState.ONLINE);
        assertThat(status("db4").share()).isEqualTo(NodeEvaluator.MIN_SHARE);
    }

    // --- draining

    @Test
    void whenADrainingNodeHasNothingInFlightShouldMarkItDrained() {
        startAndSettle();
        node("db2").acquire();
        assertThat(drain("db2", true)).isTrue();
        assertThat(state("db2")).isEqualTo("REPLICA DRAINING 0");
        advance(Duration.ofSeconds(60));
        assertThat(state("db2")).isEqualTo("REPLICA DRAINING 0");
        assertThat(status("db2").reason()).isEqualTo("draining on request, 1 in flight");

        node("db2").release();
        advance(Duration.ofMillis(100));
        assertThat(state("db2")).isEqualTo("REPLICA DRAINED 0");
        assertThat(status("db2").reason()).isEqualTo("drained on request");
        assertThat(events).containsExactly("db2 ONLINE->DRAINING", "db2 DRAINING->DRAINED");
    }

    @Test
    void whenADrainedNodeFailsOrLagsShouldKeepItDrainedAndProbeIt() {
        startAndSettle();
        drain("db2", true);
        events.clear();
        db2.condition = Condition.REFUSING;
        int before = db2.probedAt.size();
        advance(Duration.ofSeconds(10));
        assertThat(state("db2")).isEqualTo("REPLICA DRAINED 0");
        assertThat(events)
                .as("threads that still wait for it are to be released")
                .contains("db2 down while drained")
                .hasSize(2);
        assertThat(status("db2").reason()).isEqualTo("drained on request; connection refused");
        assertThat(db2.probedAt.size() - before).isGreaterThan(15);

        db2.condition = Condition.HEALTHY;
        write(Duration.ofSeconds(8), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.DRAINED);
        assertThat(lag("db2")).isGreaterThan(MAX_LAG);
        assertThat(status("db2").reason()).startsWith("drained on request; lag ");
    }

    @Test
    void whenAHealthyNodeIsUndrainedShouldPutItOnlineImmediatelyAndRampUp() {
        startAndSettle();
        drain("db2", true);
        advance(Duration.ofSeconds(10));
        drain("db2", false);
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(status("db2").share()).isEqualTo(NodeEvaluator.MIN_SHARE);
        assertThat(events).containsExactly("db2 ONLINE->DRAINING", "db2 DRAINING->DRAINED", "db2 DRAINED->ONLINE");
    }

    @Test
    void whenANodeThatIsDownIsUndrainedShouldMarkItDown() {
        startAndSettle();
        drain("db2", true);
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        drain("db2", false);
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
    }

    @Test
    void whenADrainIsRepeatedOrAnOnlineNodeIsUndrainedShouldChangeNothing() {
        startAndSettle();
        drain("db2", false);
        drain("db3", true);
        drain("db3", true);
        advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("db3 ONLINE->DRAINING", "db3 DRAINING->DRAINED");
    }

    @Test
    void whenThePrimaryIsToBeDrainedShouldRefuse() {
        startAndSettle();
        assertThat(drain("db1", true)).isFalse();
        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
    }

    @Test
    void whenADrainedNodeIsPromotedShouldUseItAsPrimary() {
        startAndSettle();
        drain("db2", true);
        advance(Duration.ofSeconds(1));
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(2));
        db2.source = null;
        db2.readOnly = false;
        advance(Duration.ofSeconds(1));

        assertThat(primary()).isEqualTo("db2");
        assertThat(state("db2")).isEqualTo("PRIMARY ONLINE 0");
    }

    // --- the primary

    @Test
    void whenThePrimaryIsDownShouldKeepReplicasOnlineAtTheirLastLag() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        db2.receiver = Receiver.CONNECTING;
        db3.receiver = Receiver.CONNECTING;
        advance(Duration.ofMinutes(10));

        assertThat(primary()).isNull();
        assertThat(state("db1")).isEqualTo("UNKNOWN DOWN null");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(events).containsExactly("db1 ONLINE->DOWN", "primary db1->none");
    }

    @Test
    void whenThePrimaryIsDownShouldNotLetLagGrow() {
        startAndSettle();
        write(Duration.ofSeconds(3), db1, db3);
        db1.condition = Condition.REFUSING;
        advance(Duration.ofMinutes(1));

        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
        assertThat(lag("db2")).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void whenAReplicaIsPromotedShouldUseItAsPrimary() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(2));
        db2.source = null;
        db2.readOnly = false;
        db3.source = db2;
        advance(Duration.ofMillis(600));

        assertThat(primary()).isEqualTo("db2");
        assertThat(state("db2")).isEqualTo("PRIMARY ONLINE 0");
        write(Duration.ofSeconds(10), db2, db3);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenTheOldPrimaryRecoversWritableShouldFenceIt() {
        whenAReplicaIsPromotedShouldUseItAsPrimary();
        db1.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(2));

        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
        assertThat(status("db1").role()).isEqualTo(Role.UNKNOWN);
        assertThat(status("db1").reason()).isEqualTo("writable beside the primary db2");

        db1.replicate(db2);
        advance(Duration.ofSeconds(2));
        assertThat(state("db1")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenThePrimaryIsSwitchedOverShouldUseTheNewPrimary() {
        startAndSettle();
        db1.readOnly = true;
        advance(Duration.ofSeconds(1));
        assertThat(primary()).isNull();
        db2.source = null;
        db2.readOnly = false;
        db1.replicate(db2);
        db3.source = db2;
        advance(Duration.ofSeconds(2));

        assertThat(primary()).isEqualTo("db2");
        assertThat(state("db1")).isEqualTo("REPLICA ONLINE 0");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenTwoNodesAreWritableWithoutEvidenceShouldFenceBoth() {
        db2.source = null;
        db2.readOnly = false;
        db3.source = null;
        startAndSettle();

        assertThat(primary()).isNull();
        assertThat(noPrimaryReason()).contains("db1").contains("db2").contains("role");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
        assertThat(status("db2").state()).isEqualTo(NodeState.FENCED);
    }

    @Test
    void whenThePrimaryRecoversShouldUseItAfterItsFirstAnswer() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(2));
        db1.condition = Condition.HEALTHY;
        advance(Duration.ofMillis(520));

        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
    }

    // --- election by positive evidence

    @Test
    void whenThePrimaryRestartsShouldNotElectReplicasThatWereAlwaysWritable() {
        db2.readOnly = false;
        db3.readOnly = false;
        startAndSettle();
        crash(db1);
        advance(Duration.ofSeconds(20));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason())
                .startsWith("the primary db1 is down (connection refused; db2 and db3 do not reach it either), and no"
                        + " promotion has been seen since: db2 is writable, but has a source configured (db1, receiver"
                        + " connecting) and was not seen to be promoted");

        db1.restart();
        connectReplicasTo(db1);
        advance(Duration.ofMillis(121));

        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
        assertThat(primaryChanges()).containsExactly("primary db1->none", "primary none->db1");
    }

    @Test
    void whenThePrimaryIsDownShouldNotElectTheFencedOldPrimary() {
        whenAReplicaIsPromotedShouldUseItAsPrimary();
        restartOldPrimaryBesideItsSuccessor();
        db2.condition = Condition.REFUSING;
        db3.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(10));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason())
                .contains("the primary db2 is down (connection refused")
                .contains(
                        "db1 is writable, but was already writable beside db2: to promote it, set read_only on and, a second later, off");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);

        db2.restart();
        db3.receiver = Receiver.ON;
        advance(Duration.ofMillis(121));

        assertThat(primary()).isEqualTo("db2");
        assertThat(primaryChanges()).containsExactly("primary db2->none", "primary none->db2");
    }

    @Test
    void whenThePrimaryIsReadOnlyBrieflyShouldNotElectTheFencedOldPrimary() {
        whenAReplicaIsPromotedShouldUseItAsPrimary();
        restartOldPrimaryBesideItsSuccessor();
        db2.readOnly = true;
        advance(Duration.ofSeconds(10));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason()).startsWith("the primary db2 is read-only, and no promotion has been seen since");

        db2.readOnly = false;
        advance(Duration.ofMillis(121));

        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
    }

    @Test
    void whenTheFencedOldPrimaryRestartsWhileThePrimaryIsDownShouldNotElectIt() {
        whenAReplicaIsPromotedShouldUseItAsPrimary();
        restartOldPrimaryBesideItsSuccessor();
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(2));
        db1.restart();
        advance(Duration.ofSeconds(10));

        assertThat(primary()).isNull();
    }

    @Test
    void whenAReplicaWasNotRepointedShouldNotElectTheOldPrimaryAgain() {
        startAndSettle();
        crash(db1);
        advance(Duration.ofSeconds(2));
        promote(db2);
        advance(Duration.ofSeconds(1));
        assertThat(primary()).isEqualTo("db2");
        events.clear();

        db1.restart();
        db3.receiver = Receiver.ON;
        advance(Duration.ofSeconds(10));
        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
        assertThat(primaryChanges()).isEmpty();

        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        assertThat(primary()).isNull();
    }

    @Test
    void whenThePrimaryIsLostShouldElectAFencedNodeOnlyOnceItBecomesWritableAgain() {
        startAndSettle();
        promote(db2);
        advance(INTERVAL.multipliedBy(12));
        assertThat(primary()).isEqualTo("db1");
        assertThat(status("db2").state()).isEqualTo(NodeState.FENCED);
        crash(db1);
        advance(Duration.ofSeconds(20));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason())
                .contains(
                        "db2 is writable, but was already writable beside db1: to promote it, set read_only on and, a second later, off");

        db2.readOnly = true;
        advance(Duration.ofSeconds(1));
        db2.readOnly = false;
        advance(Duration.ofMillis(121));

        assertThat(primary()).isEqualTo("db2");
    }

    @Test
    void whenANodeBecomesWritableBesideThePrimaryShouldFenceItImmediately() {
        startAndSettle();
        promote(db2);
        advance(INTERVAL.multipliedBy(2));

        assertThat(status("db2").state()).isEqualTo(NodeState.FENCED);
    }

    @Test
    void whenAReplicaFollowsANodeThatWasNeverUpShouldKeepThePrimary() {
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.condition = Condition.REFUSING;
        db3.source = db4;
        startAndSettle();
        write(Duration.ofSeconds(20), db1, db2);

        assertThat(primary()).isEqualTo("db1");
        assertThat(primaryChanges()).isEmpty();
    }

    @Test
    void whenAReplicaOfANodeThatWasNeverUpIsAheadOfThePrimaryShouldHaveNoPrimary() {
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.condition = Condition.REFUSING;
        db3.source = db4;
        startAndSettle();
        db3.executed = 20;
        advance(INTERVAL.multipliedBy(3));

        assertThat(primary()).isNull();
        assertThat(noPrimaryReason())
                .startsWith("db1 (at ")
                .contains(") is writable, but db3 (at ", ") has replicated transactions that it lacks");
    }

    @Test
    void whenAReplicaRestartsWritableAfterTheLossShouldNotElectIt() {
        startAndSettle();
        crash(db1);
        advance(Duration.ofSeconds(2));
        db2.restart();
        db2.readOnly = false;
        advance(Duration.ofSeconds(20));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason()).contains("db2 is writable, but has a source configured (db1");

        db2.restart();
        db2.source = null;
        advance(Duration.ofSeconds(20));
        assertThat(primary()).isNull();
        assertThat(noPrimaryReason()).contains("db2 is writable, but was already writable beside db1");
    }

    @Test
    void whenTheSourceOfAWritableReplicaIsRemovedAfterTheLossShouldElectIt() {
        db2.readOnly = false;
        startAndSettle();
        crash(db1);
        advance(Duration.ofSeconds(2));
        assertThat(primary()).isNull();

        db2.source = null;
        advance(Duration.ofMillis(121));

        assertThat(primary()).isEqualTo("db2");
        assertThat(primaryChanges()).containsExactly("primary db1->none", "primary none->db2");
    }

    @Test
    void whenTheSourceOfAWritableReplicaWasRemovedBeforeTheLossShouldNotElectIt() {
        db2.readOnly = false;
        startAndSettle();
        db2.source = null;
        write(Duration.ofMillis(1_200), db1, db3);
        crash(db1);
        advance(Duration.ofSeconds(20));

        assertThat(primary()).isNull();
    }

    @Test
    void whenMostReplicasAreRepointedToANodeShouldElectIt() {
        db2.readOnly = false;
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        startAndSettle();
        crash(db1);
        db4.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(2));
        db2.receiver = Receiver.OFF;
        repoint(db3, db2);
        advance(Duration.ofSeconds(1));
        assertThat(primary()).as("one of three").isNull();

        repoint(db4, db2);
        advance(Duration.ofMillis(121));

        assertThat(primary()).isEqualTo("db2");
    }

    /** Without a primary every probe queries the sources, not only every tenth, even if one node alone is writable. */
    @Test
    void whenMostReplicasAreRepointedToTheOnlyWritableNodeShouldElectItImmediately() {
        db2.readOnly = false;
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        startAndSettle();
        db2.source = null;
        advance(Duration.ofSeconds(10));
        db1.readOnly = true;
        advance(Duration.ofSeconds(2));
        assertThat(primary()).isNull();

        for (FakeServer replica : List.of(db1, db3, db4)) {
            repoint(replica, db2);
        }
        advance(Duration.ofMillis(121));

        assertThat(primary()).isEqualTo("db2");
    }

    @Test
    void whenAnEmptyServerReplacesThePrimaryShouldNotElectIt() {
        servers.values().forEach(server -> server.executed = 10);
        startAndSettle();
        crash(db1);
        advance(Duration.ofSeconds(2));
        db1.restart();
        db1.id = "id-of-a-server-that-was-rebuilt";
        db1.executed = 0;
        advance(Duration.ofSeconds(2));

        assertThat(primary()).isNull();
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
    }

    @Test
    void whenASuccessorLacksTransactionsOfAnotherNodeShouldWithholdItUntilItHasThem() {
        writes = new WriteSettings(Duration.ZERO, null, OnMultipleWritable.REJECT, OnIncompletePromotion.REJECT);
        startAndSettle();
        crash(db1);
        db3.executed = 3;
        advance(Duration.ofSeconds(2));
        promote(db2);
        advance(Duration.ofSeconds(1));
        assertThat(primary()).isNull();
        assertThat(incomplete).singleElement().satisfies(promotion -> assertThat(promotion.transactions())
                .hasValue(2));

        db2.executed = 3;
        advance(Duration.ofMillis(250));

        assertThat(primary()).isEqualTo("db2");
        assertThat(incomplete).hasSize(1);
    }

    /** The replicas are probed together with the primary, and have received what it has committed since its answer. */
    @Test
    void whenReplicasAreAheadOfABusyPrimaryAtTheStartShouldStillUseThePrimary() {
        db1.executed = 10;
        db2.executed = 11;
        db3.executed = 11;
        start();
        advance(Duration.ofMillis(5));
        assertThat(primary() != null || !known()).as(noPrimaryReason()).isTrue();

        db1.executed = 11;
        advance(Duration.ofMillis(200));

        assertThat(primary()).isEqualTo("db1");
        assertThat(known()).isTrue();
    }

    private void crash(FakeServer server) {
        server.condition = Condition.REFUSING;
        servers.values().stream()
                .filter(replica -> replica.source == server)
                .forEach(replica -> replica.receiver = Receiver.CONNECTING);
    }

    private void connectReplicasTo(FakeServer source) {
        servers.values().stream()
                .filter(replica -> replica.source == source)
                .forEach(replica -> replica.receiver = Receiver.ON);
    }

    private static void promote(FakeServer server) {
        server.source = null;
        server.readOnly = false;
    }

    private static void repoint(FakeServer replica, FakeServer source) {
        replica.source = source;
        replica.receiver = Receiver.ON;
    }

    /** Restarts the old primary as it was, writable and without a source. */
    private void restartOldPrimaryBesideItsSuccessor() {
        db1.restart();
        advance(Duration.ofSeconds(2));
        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db1").state()).isEqualTo(NodeState.FENCED);
        events.clear();
    }

    private List<String> primaryChanges() {
        return events.stream().filter(change -> change.startsWith("primary")).toList();
    }

    // --- added and removed nodes

    @Test
    void whenANodeIsAddedShouldUseItAfterTwoGoodProbes() {
        startAndSettle();
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        core().add(node("db4"), db4);
        advance(Duration.ZERO);
        assertThat(state("db4")).isEqualTo("UNKNOWN UNKNOWN null");
        assertThat(status("db4").reason()).isEqualTo("not probed yet");

        advance(Duration.ofMillis(10));
        assertThat(state("db4")).isEqualTo("REPLICA UNKNOWN 0");
        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db4")).isEqualTo("REPLICA ONLINE 0");
        assertThat(events).containsExactly("db4 UNKNOWN->ONLINE");
    }

    @Test
    void whenAnAddedNodeLagsShouldUseItOnceItHasCaughtUp() {
        startAndSettle();
        write(Duration.ofSeconds(1), db1, db2, db3);
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        db4.executed = 1;
        core().add(node("db4"), db4);
        write(Duration.ofSeconds(20), db1, db2, db3);
        assertThat(status("db4").state()).isEqualTo(NodeState.LAGGING);

        db4.executed = db1.executed;
        write(Duration.ofSeconds(2), db1, db2, db3, db4);
        assertThat(state("db4")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenAnAddedNodeDoesNotAnswerShouldNotDelayOtherNodes() {
        startAndSettle();
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.condition = Condition.SILENT;
        core().add(node("db4"), db4);
        db2.condition = Condition.REFUSING;
        advance(Duration.ofMillis(700));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(status("db4").state()).isEqualTo(NodeState.UNKNOWN);

        advance(Duration.ofSeconds(1));
        assertThat(status("db4").state()).isEqualTo(NodeState.DOWN);
    }

    @Test
    void whenANodeIsRemovedShouldStopMonitoringIt() {
        startAndSettle();
        core().remove(node("db2"));
        advance(Duration.ofSeconds(1));
        int before = db2.probedAt.size();
        advance(Duration.ofSeconds(2));

        assertThat(core().snapshot().nodes()).extracting(NodeStatus::name).containsExactly("db1", "db3");
        assertThat(db2.closed).isTrue();
        assertThat(db2.probedAt).hasSize(before);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
        assertThat(events).isEmpty();
    }

    @Test
    void whenThePrimaryIsRemovedShouldHaveNoPrimary() {
        startAndSettle();
        core().remove(node("db1"));
        advance(Duration.ofSeconds(2));

        assertThat(primary()).isNull();
        assertThat(events).containsExactly("primary db1->none");
        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenANodeIsAddedUnderTheNameOfARemovedOneShouldMonitorIt() {
        startAndSettle();
        core().remove(node("db2"));
        FakeServer replacement = server("db2", DeclaredRole.AUTO);
        replacement.replicate(db1);
        core().add(node("db2"), replacement);
        advance(Duration.ofSeconds(2));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(core().snapshot().nodes()).hasSize(3);
    }

    @Test
    void whenANodeNameIsTakenOrUnknownShouldThrow() {
        startAndSettle();
        Node unknown = new Node(NodeSpec.of("db4", "jdbc:mysql://db4"));
        assertThatThrownBy(() -> core().add(node("db2"), db2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is already a node named db2");
        assertThatThrownBy(() -> core().remove(unknown))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no node named db4");
    }

    // --- failures and closing

    @Test
    void whenAListenerThrowsShouldContinueMonitoring() {
        listener = new TopologyListener() {
            @Override
            public void nodeStateChanged(NodeStatus before, NodeStatus after) {
                throw new AssertionError("a listener that is broken");
            }
        };
        startAndSettle();
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(2));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
    }

    @Test
    void whenAProberThrowsShouldMarkTheNodeDownAndContinueMonitoring() {
        startAndSettle();
        db2.condition = Condition.BROKEN;
        advance(Duration.ofSeconds(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        db2.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(5));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void whenClosedShouldProbeNoNode() {
        startAndSettle();
        core().close();
        int before = db1.probedAt.size();
        core().suspect(node("db1"), true);
        advance(Duration.ofSeconds(10));

        assertThat(db1.probedAt).hasSize(before);
        assertThat(servers.values()).allMatch(server -> server.closed);
    }

    @Test
    void whenClosedShouldReleaseThreadsThatWaitForTheNextSnapshot() throws Exception {
        startAndSettle();
        TopologySnapshot last = core().snapshot();
        CompletableFuture<TopologySnapshot> next = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                next.complete(core().published().awaitChange(last, TimeUnit.HOURS.toNanos(1)));
            } catch (InterruptedException e) {
                next.completeExceptionally(e);
            }
        });
        waiting.setDaemon(true);
        waiting.start();

        core().close();

        assertThat(next.get(30, TimeUnit.SECONDS)).isSameAs(last);
    }

    // --- copies, errant transactions and leftover channels

    private static final String UUID2 = "22222222-71ca-11e1-9e33-c80aa9429562";
    private static final String UUID3 = "33333333-71ca-11e1-9e33-c80aa9429562";
    private static final String UUID1 = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private void declare(String name, DeclaredRole role, NodeKind kind) {
        nodes.put(name, new Node(new NodeSpec(name, "jdbc:mysql://" + name, role, kind, 1, null)));
    }

    /** db1 is rebuilt from a volume snapshot of the primary db2, auto.cnf included, as a read-only replica. */
    @Test
    void whenACopyHasTheServerUuidOfThePrimaryShouldKeepThePrimary() {
        db2.source = null;
        db2.readOnly = false;
        db2.id = UUID2;
        db1.id = UUID1;
        db1.replicate(db2);
        db3.replicate(db2);
        startAndSettle();
        assertThat(primary()).isEqualTo("db2");
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(5));
        db1.restart();
        db1.id = UUID2;
        db1.receiver = Receiver.OFF;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db2");
    }

    @Test
    void whenACopyHasTheServerUuidOfThePrimaryAtTheStartShouldNotElectTheCopy() {
        db2.source = null;
        db2.readOnly = false;
        db2.id = UUID2;
        db2.executed = 50;
        db2.extra = UUID2 + ":1-500";
        db1.id = UUID2;
        db1.source = null;
        db1.executed = 50;
        db1.extra = UUID2 + ":1-100";
        db3.replicate(db2);
        db3.executed = 50;
        db3.extra = UUID2 + ":1-500";
        startAndSettle();
        assertThat(primary()).as(noPrimaryReason()).isNotEqualTo("db1");
    }

    /** MariaDB pod with the same server_id on a new volume; MySQL: volume restored with auto.cnf. */
    @Test
    void whenThePrimaryRestartsWithoutItsDataShouldNotElectIt() {
        db1.executed = 100;
        db2.executed = 100;
        db3.executed = 100;
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        db2.receiver = Receiver.OFF;
        db3.receiver = Receiver.OFF;
        db2.errorCode = 13114;
        db3.errorCode = 13114;
        db1.restart();
        db1.executed = 0;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isNull();
    }

    /** MySQL pod on a new volume: a new UUID, the replicas connect to it without an error. */
    @Test
    void whenAnEmptyServerWithConnectedReplicasReplacesThePrimaryShouldNotElectIt() {
        db1.executed = 100;
        db2.executed = 100;
        db3.executed = 100;
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        db1.restart();
        db1.id = UUID3;
        db1.executed = 0;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isNull();
    }

    @Test
    void whenAnEmptyServerHasConnectedReplicasAtTheStartShouldNotElectIt() {
        db1.id = UUID3;
        db1.executed = 0;
        db2.executed = 100;
        db3.executed = 100;
        startAndSettle();
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isNull();
    }

    @Test
    void whenThePrimaryIsDownShouldNotElectAFormerPrimaryWithUnknownReplication() {
        db1.id = UUID1;
        db2.id = UUID2;
        db2.extra = UUID2 + ":1-100";
        db2.readOnly = false;
        db2.condition = Condition.HANGING_STATUS;
        db1.condition = Condition.REFUSING;
        start();
        advance(Duration.ofSeconds(3));
        assertThat(primary()).isNull();
    }

    /** db2 has an old errant transaction; its replication is stopped for a backup. */
    @Test
    void whenAWritableReplicaWithAnErrantTransactionStopsReplicatingShouldKeepThePrimary() {
        db2.id = UUID2;
        db2.extra = UUID2 + ":1";
        db2.readOnly = false;
        startAndSettle();
        advance(Duration.ofSeconds(60));
        assertThat(primary()).isEqualTo("db1");
        db2.receiver = Receiver.OFF;
        db2.applying = false;
        advance(Duration.ofSeconds(20));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    @Test
    void whenAWritableReplicaHasAnotherErrantTransactionShouldChangeNothing() {
        db2.id = UUID2;
        db2.extra = UUID2 + ":1";
        db2.readOnly = false;
        startAndSettle();
        advance(Duration.ofSeconds(60));
        assertThat(primary()).isEqualTo("db1");
        events.clear();
        db2.extra = UUID2 + ":1-2";
        advance(Duration.ofSeconds(20));
        assertThat(events).isEmpty();
    }

    /** db2 is promoted without RESET REPLICA ALL; db1 is repointed immediately and fails later; then db2 restarts. */
    @Test
    void whenAPrimaryWithALeftoverChannelRestartsShouldElectItWithoutItsPredecessor() {
        startAndSettle();
        db1.readOnly = true;
        advance(Duration.ofSeconds(1));
        db2.receiver = Receiver.OFF;
        db2.applying = false;
        db2.readOnly = false;
        db1.replicate(db2);
        db3.source = db2;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).isEqualTo("db2");
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).isEqualTo("db2");
        db2.condition = Condition.REFUSING;
        db3.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(5));
        db2.restart();
        db3.receiver = Receiver.ON;
        advance(Duration.ofMinutes(2));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db2");
    }

    /** A writer VIP moves to a server that was promoted without RESET REPLICA ALL. */
    @Test
    void whenAWriterEndpointMovesToAServerWithALeftoverChannelShouldElectIt() {
        declare("db1", DeclaredRole.PRIMARY, NodeKind.ENDPOINT);
        declare("db2", DeclaredRole.REPLICA, NodeKind.SERVER);
        declare("db3", DeclaredRole.REPLICA, NodeKind.SERVER);
        startAndSettle();
        assertThat(primary()).isEqualTo("db1");
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        FakeServer old = new FakeServer("old", scheduler);
        db1.id = UUID2;
        db1.source = old;
        db1.receiver = Receiver.OFF;
        db1.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    /** The old primary is read-only, and pools have taken the slot of the monitor's connection. */
    @Test
    void whenTheOldPrimaryIsOverloadedShouldStillElectItsSuccessor() {
        startAndSettle();
        db1.readOnly = true;
        advance(Duration.ofSeconds(1));
        db1.condition = Condition.OVERLOADED;
        db2.source = null;
        db2.readOnly = false;
        db3.source = db2;
        advance(Duration.ofMinutes(5));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db2");
    }

    /** db3 is a clone of db2 with its errant transaction, and its receiver is stopped. Roles are declared. */
    @Test
    void whenReplicasShareAnErrantTransactionShouldKeepTheDeclaredPrimary() {
        declare("db1", DeclaredRole.PRIMARY, NodeKind.SERVER);
        declare("db2", DeclaredRole.REPLICA, NodeKind.SERVER);
        declare("db3", DeclaredRole.REPLICA, NodeKind.SERVER);
        db2.id = UUID2;
        db2.extra = UUID2 + ":1";
        db3.extra = UUID2 + ":1";
        db3.receiver = Receiver.OFF;
        startAndSettle();
        advance(Duration.ofMinutes(1));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    @Test
    void whenAnIntermediateSourceHasAnErrantTransactionWithoutTheGrantShouldKeepThePrimary() {
        db2.id = UUID2;
        db2.extra = UUID2 + ":1";
        db3.replicate(db2);
        db3.extra = UUID2 + ":1";
        db1.granted = false;
        db2.granted = false;
        db3.granted = false;
        startAndSettle();
        advance(Duration.ofMinutes(1));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    @Test
    void whenAReplicaIsDownShouldElectADeclaredPrimaryWithAnExternalSource() {
        declare("db1", DeclaredRole.PRIMARY, NodeKind.SERVER);
        db1.source = new FakeServer("outside", scheduler);
        db1.receiver = Receiver.OFF;
        db3.condition = Condition.REFUSING;
        start();
        advance(Duration.ofMinutes(1));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    /** MySQL and MariaDB report floor(now) - floor(start), up to a second more than the real uptime. */
    @Test
    void whenTheUptimeAfterARestartIsASecondTooLongShouldNotTreatItAsAPromotion() {
        startAndSettle();
        advance(Duration.ofSeconds(10));
        db1.condition = Condition.REFUSING;
        db2.condition = Condition.REFUSING;
        advance(Duration.ofMillis(100));
        db2.restart();
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(4));
        db2.condition = Condition.HEALTHY;
        db2.uptimeError = 1;
        db2.readOnly = false;
        db2.receiver = Receiver.CONNECTING;
        db3.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isNull();
    }

    @Test
    void whenAWritableReplicaHasAnErrantTransactionWithoutTheGrantShouldKeepTheDeclaredPrimary() {
        declare("db1", DeclaredRole.PRIMARY, NodeKind.SERVER);
        db1.granted = false;
        db2.granted = false;
        db3.granted = false;
        db2.readOnly = false;
        db3.readOnly = false;
        db2.id = UUID2;
        startAndSettle();
        advance(Duration.ofMinutes(1));
        assertThat(primary()).isEqualTo("db1");
        db2.extra = UUID2 + ":1";
        advance(Duration.ofMinutes(1));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    @Test
    void whenAWritableReplicaIsAddedShouldKeepThePrimary() {
        startAndSettle();
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        db4.readOnly = false;
        db4.id = UUID2;
        db4.extra = UUID2 + ":1";
        events.clear();
        core().add(node("db4"), db4);
        advance(Duration.ofSeconds(20));
        assertThat(events).noneMatch(change -> change.startsWith("primary"));
    }

    /** The failed primary is replaced by a new node with another name, already promoted. */
    @Test
    void whenANewPrimaryIsAddedInPlaceOfARemovedOneShouldElectIt() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(5));
        core().remove(node("db1"));
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.id = UUID2;
        core().add(node("db4"), db4);
        db2.source = db4;
        db3.source = db4;
        advance(Duration.ofSeconds(20));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db4");
    }

    @Test
    void whenANewPrimaryIsAddedBeforeTheReplicasAreRepointedShouldElectIt() {
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(5));
        core().remove(node("db1"));
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.id = UUID2;
        core().add(node("db4"), db4);
        advance(Duration.ofSeconds(20));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db4");
    }

    /** The promotion of db2 is superseded by that of db1; db2 is an old primary that was frozen and answers again. */
    @Test
    void whenThePrimaryIsLostAfterAContestShouldNotElectAFencedOldPrimary() {
        db1.id = UUID1;
        db2.id = UUID2;
        startAndSettle();
        db1.readOnly = true;
        advance(Duration.ofSeconds(1));
        db2.source = null;
        db2.readOnly = false;
        db1.replicate(db2);
        db3.source = db2;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isEqualTo("db2");
        db2.condition = Condition.FROZEN;
        advance(Duration.ofSeconds(5));
        db1.source = null;
        db1.readOnly = false;
        db3.source = db1;
        advance(Duration.ofSeconds(5));
        assertThat(primary()).isEqualTo("db1");
        db2.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.FENCED);
        // db4 is added: a writable server with an errant transaction
        FakeServer db4 = server("db4", DeclaredRole.AUTO);
        db4.replicate(db1);
        db4.readOnly = false;
        db4.id = UUID3;
        db4.extra = UUID3 + ":1";
        db4.receiver = Receiver.OFF;
        core().add(node("db4"), db4);
        advance(Duration.ofSeconds(1));
        assertThat(primary()).as("contested").isNull();
        db4.readOnly = true;
        db1.executed = 30;
        db1.condition = Condition.REFUSING;
        db3.receiver = Receiver.CONNECTING;
        db4.receiver = Receiver.CONNECTING;
        advance(Duration.ofSeconds(10));
        assertThat(primary()).as(noPrimaryReason()).isNull();
    }

    /** While two nodes contest, all are probed once per interval, or every 100 ms in the first minute. */
    @Test
    void whenThePrimaryIsContestedShouldLimitTheProbeRate() {
        db2.id = UUID2;
        db2.extra = UUID2 + ":1";
        db2.readOnly = false;
        db2.receiver = Receiver.OFF;
        startAndSettle();
        advance(Duration.ofMinutes(2));
        int before = db1.probedAt.size();
        String reason = noPrimaryReason();
        for (int i = 0; i < 10_000; i++) {
            advance(Duration.ofMillis(1));
            assertThat(noPrimaryReason()).isEqualTo(reason);
        }
        assertThat(db1.probedAt.size() - before).isLessThan(40);
    }

    /** The writer VIP moves to a server whose leftover channel leads to the old primary, a node that is down. */
    @Test
    void whenAWriterEndpointMovesToAServerWithALeftoverChannelToANodeShouldElectIt() {
        declare("db1", DeclaredRole.PRIMARY, NodeKind.ENDPOINT);
        declare("db2", DeclaredRole.REPLICA, NodeKind.SERVER);
        declare("db3", DeclaredRole.REPLICA, NodeKind.SERVER);
        db1.id = UUID1;
        db2.id = UUID1;
        startAndSettle();
        assertThat(primary()).isEqualTo("db1");
        db1.condition = Condition.REFUSING;
        db2.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        db1.id = UUID2;
        db1.source = db2;
        db1.receiver = Receiver.OFF;
        db1.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    /** As above, with a node that has been down since the start. */
    @Test
    void whenAWriterEndpointMovesWhileAnotherNodeWasNeverUpShouldElectIt() {
        declare("db1", DeclaredRole.PRIMARY, NodeKind.ENDPOINT);
        db3.condition = Condition.REFUSING;
        startAndSettle();
        assertThat(primary()).isEqualTo("db1");
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(10));
        db1.id = UUID2;
        db1.source = new FakeServer("old", scheduler);
        db1.receiver = Receiver.OFF;
        db1.condition = Condition.HEALTHY;
        advance(Duration.ofSeconds(30));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db1");
    }

    /** Dual-DC: the promoted node receives from the other data centre, as the old primary did. */
    @Test
    void whenAPromotedNodeHasAnExternalSourceShouldElectIt() {
        FakeServer outside = new FakeServer("dc2", scheduler);
        outside.id = UUID3;
        startAndSettle();
        db1.condition = Condition.REFUSING;
        advance(Duration.ofSeconds(5));
        db2.source = outside;
        db2.readOnly = false;
        db3.source = db2;
        advance(Duration.ofMinutes(1));
        assertThat(primary()).as(noPrimaryReason()).isEqualTo("db2");
    }

    // --- helpers

    private static Duration lastProbed(FakeServer server) {
        return server.probedAt.get(server.probedAt.size() - 1);
    }

    private void start() {
        created = new MonitorCore(
                "test",
                List.copyOf(nodes.values()),
                node -> Objects.requireNonNull(servers.get(node.name())),
                poolHealth,
                new MonitorSettings(
                        INTERVAL, Duration.ofSeconds(1), 2, lagProbe, MAX_LAG, MAX_LAG.dividedBy(2), slowStart),
                scheduler,
                () -> random,
                List.of(listener),
                metrics,
                TopologyKind.PRIMARY_REPLICA,
                writes,
                failureGuard);
        created.start();
    }

    private void startAndSettle() {
        start();
        advance(Duration.ofMillis(1200));
        assertThat(known()).isTrue();
        events.clear();
    }

    private void advance(Duration by) {
        scheduler.advance(by);
    }

    private void advanceWhile(BooleanSupplier condition) {
        Duration deadline = scheduler.elapsed().plusSeconds(60);
        while (condition.getAsBoolean()) {
            assertThat(scheduler.elapsed()).isLessThan(deadline);
            scheduler.advance(Duration.ofMillis(1));
        }
    }

    /** The first server commits every 100 ms, and the others keep up. */
    private void write(Duration length, FakeServer... servers) {
        for (long millis = 0; millis < length.toMillis(); millis += 100) {
            for (FakeServer server : servers) {
                server.executed = servers[0].executed + (server == servers[0] ? 1 : 0);
            }
            scheduler.advance(Duration.ofMillis(100));
        }
    }

    private MonitorCore core() {
        return Objects.requireNonNull(created);
    }

    private Node node(String name) {
        return Objects.requireNonNull(nodes.get(name));
    }

    private boolean drain(String name, boolean drain) {
        CompletableFuture<Boolean> done = core().drain(node(name), drain);
        advance(Duration.ZERO);
        assertThat(done).isDone();
        return done.join();
    }

    private boolean known() {
        return core().known().getCount() == 0;
    }

    private @Nullable String primary() {
        NodeStatus primary = core().snapshot().primary();
        return primary == null ? null : primary.name();
    }

    private @Nullable String noPrimaryReason() {
        return core().snapshot().noPrimaryReason();
    }

    private NodeStatus status(String name) {
        return Objects.requireNonNull(core().snapshot().node(name));
    }

    private @Nullable Duration lag(String name) {
        return status(name).lag();
    }

    private Freshness freshness(String name) {
        return status(name).freshness();
    }

    private String state(String name) {
        NodeStatus status = status(name);
        Duration lag = status.lag();
        return status.role() + " " + status.state() + " " + (lag == null ? null : lag.toMillis());
    }
}
