package io.github.replicationrouting.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.dialect.ReplicationChannel.Receiver;
import io.github.replicationrouting.monitor.FakeServer.Mood;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MonitorCoreTest {

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration MAX_LAG = Duration.ofSeconds(5);

    private final Supervisor supervisor = new Supervisor("test");
    private final FakeTimeline timeline = new FakeTimeline(supervisor);
    private final Map<String, FakeServer> servers = new LinkedHashMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<String> news = new ArrayList<>();
    private final FakeServer db1 = server("db1", DeclaredRole.AUTO);
    private final FakeServer db2 = server("db2", DeclaredRole.AUTO);
    private final FakeServer db3 = server("db3", DeclaredRole.AUTO);
    private LagProbe lagProbe = LagProbe.AUTO;
    private double random = 0.5;
    private @Nullable MonitorCore created;
    private TopologyListener listener = new TopologyListener() {
        @Override
        public void nodeStateChanged(NodeStatus before, NodeStatus after) {
            news.add(after.name() + " " + before.state() + "->" + after.state());
        }

        @Override
        public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
            news.add("primary " + (before == null ? "none" : before.name()) + "->"
                    + (after == null ? "none" : after.name()));
        }
    };

    MonitorCoreTest() {
        db2.replicate(db1);
        db3.replicate(db1);
    }

    private FakeServer server(String name, DeclaredRole declared) {
        FakeServer server = new FakeServer(name, timeline);
        servers.put(name, server);
        nodes.put(name, new Node(new NodeSpec(name, "jdbc:mysql://" + name, declared, NodeKind.SERVER, 1, null)));
        return server;
    }

    // --- the start

    @Test
    void allIsKnownAfterTheFirstAnswers() {
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
    void anIdleClusterStaysAtLagZeroWithOneStatementPerIntervalAndAFewMore() {
        start();
        advance(Duration.ofSeconds(60));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(db2.asked).hasSizeBetween(118, 124);
        assertThat(db2.askedForReplication).isBetween(9, 14);
        assertThat(db2.connections).isEqualTo(1);
    }

    @Test
    void intervalsAreJitteredByAFifth() {
        random = 0;
        start();
        advance(Duration.ofSeconds(10));
        int most = db1.asked.size();
        random = 0.999;
        advance(Duration.ofSeconds(10));
        int fewest = db1.asked.size() - most;

        assertThat(most).isBetween(24, 27);
        assertThat(fewest).isBetween(15, 18);
    }

    @Test
    void aReplicaThatIsNotYetThereIsAskedAgainAtOnce() {
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
    void aReplicaThatDoesNotCatchUpHoldsUpTheStartForOneTimeoutOnly() {
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
    void aRefusingNodeIsDownAtOnceAndHoldsUpNobody() {
        db3.mood = Mood.REFUSING;
        start();
        advance(Duration.ofMillis(5));

        assertThat(known()).isTrue();
        assertThat(state("db3")).isEqualTo("UNKNOWN DOWN null");
        assertThat(status("db3").reason()).isEqualTo("connection refused");
    }

    @Test
    void aHangingNodeHoldsUpTheStartForOneTimeout() {
        db3.mood = Mood.FROZEN;
        start();
        advance(Duration.ofMillis(999));
        assertThat(known()).isFalse();

        advance(Duration.ofMillis(2));
        assertThat(known()).isTrue();
        assertThat(status("db3").reason()).isEqualTo("no answer within 1s");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void noNodeIsBlamedWhileNoneHasAnsweredAtAll() {
        servers.values().forEach(server -> server.mood = Mood.SILENT);
        start();
        advance(Duration.ofMillis(1900));
        assertThat(known()).isFalse();
        assertThat(news).isEmpty();

        advance(Duration.ofMillis(200));
        assertThat(known()).isTrue();
        assertThat(state("db1")).isEqualTo("UNKNOWN DOWN null");
    }

    @Test
    void withoutAPrimaryReplicasServeWithLagUnknown() {
        db1.mood = Mood.REFUSING;
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
    void nothingIsDecidedBeforeEveryNodeWasLookedAt() {
        db1.mood = Mood.FROZEN;
        start();
        advance(Duration.ofMillis(900));
        assertThat(state("db2")).isEqualTo("UNKNOWN UNKNOWN null");
        advance(Duration.ofMillis(200));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE null");
    }

    @Test
    void withoutTheGrantRolesAndLagComeFromPositions() {
        servers.values().forEach(server -> server.granted = false);
        start();
        advance(Duration.ofMillis(50));

        assertThat(known()).isTrue();
        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        advance(Duration.ofSeconds(60));
        assertThat(db2.askedForReplication).isEqualTo(1);
    }

    @Test
    void aGrantGivenLaterIsSeenThroughANewConnection() {
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

    // --- lag

    @Test
    void aStalledReplicaIsEvictedAboveTheLimitAndComesBackBelowTheOther() {
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
        assertThat(news).containsExactly("db2 ONLINE->LAGGING", "db2 LAGGING->ONLINE");
    }

    @Test
    void betweenTheLimitsAReplicaStaysWhatItIs() {
        startAndSettle();
        db2.executed = 1;
        write(Duration.ofSeconds(7), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);

        // From now on always about three seconds behind.
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
    void aStalledReplicaOfAnIdlePrimaryIsNotLagging() {
        startAndSettle();
        db2.applying = false;
        db2.receiver = Receiver.OFF;
        advance(Duration.ofMinutes(2));

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void aPrimaryThatWasResetMakesLagUnknownUntilItIsReachedAgain() {
        db1.executed = 50;
        db2.executed = 50;
        db3.executed = 50;
        lagProbe = LagProbe.POSITION;
        startAndSettle();
        db1.executed = 0;
        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db2")).isEqualTo("REPLICA UNKNOWN null");

        db1.executed = 3;
        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void withoutGtidsTheStatusTellsTheLag() {
        servers.values().forEach(server -> server.gtids = false);
        db2.behind = Duration.ofSeconds(3);
        startAndSettle();
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 3000");
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        db2.behind = Duration.ofSeconds(6);
        advance(INTERVAL.multipliedBy(2));
        assertThat(status("db2").reason()).isEqualTo("lag 6s above max-lag 5s");
        int before = db3.askedForReplication;
        advance(Duration.ofSeconds(10));
        assertThat(db3.askedForReplication - before).isGreaterThanOrEqualTo(18);
    }

    @Test
    void aStatusThatTellsNoMoreLeavesALagThatGrows() {
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
    void aLagByStatusStandsStillWhileThePrimaryIsGone() {
        servers.values().forEach(server -> server.gtids = false);
        startAndSettle();
        db1.mood = Mood.REFUSING;
        db2.receiver = Receiver.CONNECTING;
        db2.behind = null;
        advance(Duration.ofMinutes(1));

        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
        assertThat(lag("db2")).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aNodeWhoseProbesNeverEndIsDown() {
        startAndSettle();
        db2.mood = Mood.SILENT;
        advance(Duration.ofSeconds(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void withoutGtidsAndWithoutTheGrantLagIsUnknownAndNoReplicaServes() {
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
    void lagIsNotJudgedWhereNobodyAsksForIt() {
        lagProbe = LagProbe.NONE;
        servers.values().forEach(server -> server.gtids = false);
        startAndSettle();

        assertThat(state("db2")).isEqualTo("REPLICA ONLINE null");
    }

    @Test
    void aDeclaredReplicaWithoutReplicationOfItsOwnServes() {
        FakeServer reader = server("reader", DeclaredRole.REPLICA);
        reader.readOnly = true;
        reader.executed = 0;
        startAndSettle();

        assertThat(state("reader")).isEqualTo("REPLICA ONLINE null");
    }

    @Test
    void aStatementForReplicationThatHangsDoesNotMakeANodeLookDead() {
        startAndSettle();
        db2.mood = Mood.HANGING_STATUS;
        write(Duration.ofSeconds(20), db1, db3);

        assertThat(news).containsExactly("db2 ONLINE->LAGGING");
        db2.mood = Mood.WELL;
        db2.executed = db1.executed;
        advance(Duration.ofSeconds(3));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    // --- loss and return

    @Test
    void aFrozenNodeIsDownAfterTwoIntervalsAndOneTimeout() {
        random = 0.999;
        startAndSettle();
        Duration lastAnswer = db2.asked.get(db2.asked.size() - 1);
        db2.mood = Mood.FROZEN;
        advanceWhile(() -> status("db2").state() == NodeState.ONLINE);
        assertThat(timeline.elapsed().minus(lastAnswer)).isLessThanOrEqualTo(Duration.ofMillis(2220));
        assertThat(status("db2").reason()).isEqualTo("no answer within 1s");
    }

    @Test
    void aFrozenNodeDelaysNoOther() {
        startAndSettle();
        db1.mood = Mood.FROZEN;
        int before = db2.asked.size();
        advance(Duration.ofSeconds(10));

        assertThat(db2.asked.size() - before).isBetween(19, 40);
        assertThat(db1.asked.size()).isLessThan(45);
    }

    @Test
    void oneMissedProbeChangesNothing() {
        startAndSettle();
        db2.mood = Mood.REFUSING;
        advanceWhile(() -> db2.asked.size() < 4);
        advance(Duration.ofMillis(2));
        db2.mood = Mood.WELL;
        advance(Duration.ofSeconds(5));

        assertThat(news).isEmpty();
    }

    @Test
    void aRefusalIsConfirmedAtOnce() {
        startAndSettle();
        int before = db2.asked.size();
        db2.mood = Mood.REFUSING;
        advanceWhile(() -> db2.asked.size() == before);
        advance(Duration.ofMillis(60));

        assertThat(state("db2")).isEqualTo("REPLICA DOWN 0");
    }

    @Test
    void aNodeThatComesBackNeedsTwoGoodProbes() {
        startAndSettle();
        db2.mood = Mood.REFUSING;
        advance(Duration.ofSeconds(2));
        db2.mood = Mood.WELL;
        int before = db2.asked.size();
        advanceWhile(() -> db2.asked.size() == before);
        advance(Duration.ofMillis(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(status("db2").reason()).isEqualTo("recovering: 1 of 2 good probes");

        advance(INTERVAL.multipliedBy(2));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void aNodeThatComesBackBehindWaitsUntilItHasCaughtUp() {
        startAndSettle();
        db2.mood = Mood.REFUSING;
        write(Duration.ofSeconds(8), db1, db3);
        db2.mood = Mood.WELL;
        write(Duration.ofSeconds(2), db1, db3);
        assertThat(status("db2").state()).isEqualTo(NodeState.LAGGING);

        db2.executed = db1.executed;
        write(Duration.ofSeconds(2), db1, db2, db3);
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void tooManyConnectionsIsNotDeath() {
        startAndSettle();
        db2.mood = Mood.BUSY;
        advance(Duration.ofSeconds(10));

        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void aRefusedLoginIsNotRepeatedEveryInterval() {
        db3.mood = Mood.DENYING;
        start();
        advance(Duration.ofSeconds(20));

        assertThat(status("db3").reason()).isEqualTo("access denied");
        assertThat(db3.asked).hasSizeBetween(4, 5);
    }

    @Test
    void anOfflineServerServesNobody() {
        startAndSettle();
        db2.offline = true;
        advance(INTERVAL.multipliedBy(2));

        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(status("db2").reason()).isEqualTo("offline_mode is on");
    }

    @Test
    void aSuspectedNodeIsLookedAtAtOnceButNotForEverySuspicion() {
        startAndSettle();
        int before = db2.asked.size();
        for (int i = 0; i < 1000; i++) {
            core().suspect(node("db2"));
            timeline.advance(Duration.ofNanos(50_000));
        }
        assertThat(db2.asked.size() - before).isBetween(1, 3);
    }

    // --- the primary

    @Test
    void aDeadPrimaryLeavesReplicasAtTheirLastFreshness() {
        startAndSettle();
        db1.mood = Mood.REFUSING;
        db2.receiver = Receiver.CONNECTING;
        db3.receiver = Receiver.CONNECTING;
        advance(Duration.ofMinutes(10));

        assertThat(primary()).isNull();
        assertThat(state("db1")).isEqualTo("UNKNOWN DOWN null");
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
        assertThat(news).containsExactly("db1 ONLINE->DOWN", "primary db1->none");
    }

    @Test
    void whileThePrimaryIsGoneTimeStandsStillForLag() {
        startAndSettle();
        write(Duration.ofSeconds(3), db1, db3);
        db1.mood = Mood.REFUSING;
        advance(Duration.ofMinutes(1));

        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
        assertThat(lag("db2")).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void aPromotionIsFollowed() {
        startAndSettle();
        db1.mood = Mood.REFUSING;
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
    void anOldPrimaryThatReturnsWritableIsFenced() {
        aPromotionIsFollowed();
        db1.mood = Mood.WELL;
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
    void aPlannedSwitchoverMovesThePrimary() {
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
    void twoWritableNodesWithoutEvidenceAreBothRefused() {
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
    void aPrimaryThatComesBackIsUsedAtItsFirstAnswer() {
        startAndSettle();
        db1.mood = Mood.REFUSING;
        advance(Duration.ofSeconds(2));
        db1.mood = Mood.WELL;
        advance(Duration.ofMillis(520));

        assertThat(state("db1")).isEqualTo("PRIMARY ONLINE 0");
    }

    // --- survival

    @Test
    void survivesAListenerThatThrows() {
        listener = new TopologyListener() {
            @Override
            public void nodeStateChanged(NodeStatus before, NodeStatus after) {
                throw new AssertionError("a listener that is broken");
            }
        };
        startAndSettle();
        db2.mood = Mood.REFUSING;
        advance(Duration.ofSeconds(2));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
    }

    @Test
    void survivesAProberThatThrows() {
        startAndSettle();
        db2.mood = Mood.BROKEN;
        advance(Duration.ofSeconds(5));
        assertThat(status("db2").state()).isEqualTo(NodeState.DOWN);
        assertThat(state("db3")).isEqualTo("REPLICA ONLINE 0");

        db2.mood = Mood.WELL;
        advance(Duration.ofSeconds(5));
        assertThat(state("db2")).isEqualTo("REPLICA ONLINE 0");
    }

    @Test
    void asksNobodyAfterClose() {
        startAndSettle();
        core().close();
        int before = db1.asked.size();
        core().suspect(node("db1"));
        advance(Duration.ofSeconds(10));

        assertThat(db1.asked).hasSize(before);
        assertThat(servers.values()).allMatch(server -> server.closed);
    }

    // --- words of these tests

    private void start() {
        created = new MonitorCore(
                "test",
                List.copyOf(nodes.values()),
                node -> Objects.requireNonNull(servers.get(node.name())),
                new MonitorSettings(INTERVAL, Duration.ofSeconds(1), 2, lagProbe, MAX_LAG, MAX_LAG.dividedBy(2)),
                timeline,
                () -> random,
                List.of(listener),
                supervisor);
        created.start();
    }

    private void startAndSettle() {
        start();
        advance(Duration.ofMillis(1200));
        assertThat(known()).isTrue();
        news.clear();
    }

    private void advance(Duration by) {
        timeline.advance(by);
    }

    private void advanceWhile(BooleanSupplier condition) {
        Duration deadline = timeline.elapsed().plusSeconds(60);
        while (condition.getAsBoolean()) {
            assertThat(timeline.elapsed()).isLessThan(deadline);
            timeline.advance(Duration.ofMillis(1));
        }
    }

    /** The first server commits every 100 ms, and the others keep up. */
    private void write(Duration length, FakeServer... servers) {
        for (long millis = 0; millis < length.toMillis(); millis += 100) {
            for (FakeServer server : servers) {
                server.executed = servers[0].executed + (server == servers[0] ? 1 : 0);
            }
            timeline.advance(Duration.ofMillis(100));
        }
    }

    private MonitorCore core() {
        return Objects.requireNonNull(created);
    }

    private Node node(String name) {
        return Objects.requireNonNull(nodes.get(name));
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

    private String state(String name) {
        NodeStatus status = status(name);
        Duration lag = status.lag();
        return status.role() + " " + status.state() + " " + (lag == null ? null : lag.toMillis());
    }
}
