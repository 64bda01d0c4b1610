package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.FakeMember;
import io.github.replicationrouting.internal.monitor.probe.FakeScheduler;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The monitor and the members of a Galera cluster, in virtual time. */
class GroupMonitorTest {

    private final FailureGuard failureGuard = new FailureGuard("test");
    private final FakeScheduler scheduler = new FakeScheduler(failureGuard);
    private final Map<String, FakeMember> members = new LinkedHashMap<>();
    private final FakeMember db1 = member("db1");
    private final FakeMember db2 = member("db2");
    private final FakeMember db3 = member("db3");
    private final List<String> primaries = new ArrayList<>();
    private final List<String> movedEndpoints = new ArrayList<>();
    private final Set<String> endpoints = new HashSet<>();
    private @Nullable MonitorCore created;

    private FakeMember member(String name) {
        FakeMember member = new FakeMember(name, scheduler);
        members.put(name, member);
        return member;
    }

    @Test
    void whenItStartsShouldFindTheWriterAndUseTheOthersForReads() {
        start(WritePolicy.SINGLE);

        assertThat(core().known().getCount()).isZero();
        assertThat(primary()).isEqualTo("db1");
        assertThat(status("db2").role()).isEqualTo(Role.PRIMARY);
        assertThat(status("db2").state()).isEqualTo(NodeState.ONLINE);
        assertThat(status("db2").lag()).isEqualTo(Duration.ZERO);
        assertThat(status("db2").freshness().isProven()).isTrue();
        assertThat(Objects.requireNonNull(snapshot().group()).viewId()).isEqualTo("3");
    }

    @Test
    void whenTheClusterHasExcludedTheLostWriterShouldWriteToAnother() {
        start(WritePolicy.SINGLE);
        db1.answers = false;

        advance(Duration.ofSeconds(4));
        assertThat(snapshot().isWritable()).isFalse();
        assertThat(status("db3").state()).as("reads go on").isEqualTo(NodeState.ONLINE);

        db2.view(4, 2);
        db3.view(4, 2);
        advance(Duration.ofMillis(300));
        assertThat(primary()).as(snapshot().noPrimaryReason()).isEqualTo("db2");
        assertThat(primaries).containsExactly("db1->none", "none->db2");
    }

    @Test
    void whenAThawedMemberHasTheOldViewShouldNotUseItBeforeItHasTheNewOne() {
        start(WritePolicy.SINGLE);
        db1.answers = false;
        advance(Duration.ofSeconds(4));
        db2.view(4, 2);
        db3.view(4, 2);
        advance(Duration.ofSeconds(10));

        db1.answers = true;
        advance(Duration.ofSeconds(5));
        assertThat(status("db1").role()).isEqualTo(Role.UNKNOWN);
        assertThat(status("db1").reason()).contains("outdated view");

        members.values().forEach(member -> member.view(5, 3));
        advance(Duration.ofSeconds(30));
        assertThat(status("db1").state()).isEqualTo(NodeState.ONLINE);
        assertThat(primary()).isEqualTo("db2");
    }

    @Test
    void whenAMemberFallsBehindShouldEvictIt() {
        start(WritePolicy.ROUND_ROBIN);
        for (int i = 0; i < 100; i++) {
            db1.committed++;
            db2.committed++;
            advance(Duration.ofMillis(100));
        }

        assertThat(status("db3").state()).isEqualTo(NodeState.LAGGING);
        assertThat(writers()).containsExactly("db1", "db2");

        db3.committed = db1.committed;
        advance(Duration.ofSeconds(20));
        assertThat(status("db3").state()).isEqualTo(NodeState.ONLINE);
        assertThat(writers()).containsExactly("db1", "db2", "db3");
    }

    @Test
    void whenNobodyWritesShouldKeepProvingThatMembersAreFresh() {
        start(WritePolicy.ROUND_ROBIN);
        long before = scheduler.now();

        advance(Duration.ofSeconds(3));

        for (String name : members.keySet()) {
            assertThat(status(name).freshness().includes(before)).as(name).isTrue();
        }
    }

    @Test
    void whenOneMemberHasNotBeenAskedShouldNotProveWhatItMayHaveCommitted() {
        start(WritePolicy.ROUND_ROBIN);
        db1.answers = false;
        long before = scheduler.now();
        advance(Duration.ofMillis(700));

        assertThat(status("db1").state()).isEqualTo(NodeState.ONLINE);
        assertThat(status("db2").freshness().includes(before)).isFalse();
    }

    /** The others have received what it acknowledged last, and may still have to apply it. */
    @Test
    void whenAMemberIsLostShouldNotProveWhatItMayHaveCommittedLast() {
        start(WritePolicy.ROUND_ROBIN);
        db1.answers = false;
        long acknowledged = scheduler.now();

        advance(Duration.ofSeconds(4));
        assertThat(status("db1").state()).isEqualTo(NodeState.DOWN);
        assertThat(status("db2").freshness().includes(acknowledged)).isFalse();
        assertThat(status("db2").lag()).isEqualTo(Duration.ZERO);

        advance(Duration.ofSeconds(10));
        assertThat(status("db2").freshness().includes(acknowledged)).isTrue();
    }

    @Test
    void whenTheWriterIsDrainedShouldMoveTheWrites() {
        start(WritePolicy.SINGLE);

        CompletableFuture<Boolean> drained = core().drain(status("db1").node(), true);
        advance(Duration.ofSeconds(1));

        assertThat(drained).isCompletedWithValue(true);
        assertThat(primary()).isEqualTo("db2");
        assertThat(status("db1").state()).isEqualTo(NodeState.DRAINED);
    }

    @Test
    void whenNoOtherMemberCanWriteShouldNotDrainTheWriter() {
        start(WritePolicy.SINGLE);
        db2.writable = false;
        db3.writable = false;
        advance(Duration.ofSeconds(2));

        CompletableFuture<Boolean> drained = core().drain(status("db1").node(), true);
        advance(Duration.ofSeconds(1));

        assertThat(drained).isCompletedWithValue(false);
        assertThat(primary()).isEqualTo("db1");
    }

    @Test
    void whenAMemberIsDesyncedShouldReadFromItAndNotWriteToIt() {
        start(WritePolicy.ROUND_ROBIN);
        db3.writable = false;
        advance(Duration.ofSeconds(2));

        assertThat(writers()).containsExactly("db1", "db2");
        assertThat(status("db3").role()).isEqualTo(Role.REPLICA);
        assertThat(status("db3").state()).isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenAMemberLeavesThePrimaryComponentShouldStopUsingIt() {
        start(WritePolicy.SINGLE);
        db3.view = null;
        db3.readable = false;
        db3.writable = false;
        advance(Duration.ofSeconds(1));

        assertThat(status("db3").state()).isNotEqualTo(NodeState.ONLINE);
        assertThat(status("db3").reason()).contains("is not in the primary component");
    }

    @Test
    void whenTheAccountMayNotSeeReplicationShouldNotWarn() {
        db1.replication = new Replication.NotPermitted("GRANT REPLICA MONITOR ON *.* TO <account>");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(TopologyMonitor.class);
        logged.start();
        log.addAppender(logged);
        try {
            start(WritePolicy.SINGLE);
        } finally {
            log.detachAppender(logged);
        }

        assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage).noneMatch(text -> text.contains("db1"));
    }

    /** A balancer distributes connections over all members: none of them has replaced another one. */
    @Test
    void whenAnEndpointLeadsToAnotherWriterShouldKeepItAndItsConnections() {
        members.keySet().retainAll(Set.of("db1"));
        endpoints.add("db1");
        start(WritePolicy.SINGLE);
        assertThat(primary()).isEqualTo("db1");

        db1.id = "db2";
        db1.committed = 90;
        advance(Duration.ofSeconds(2));
        assertThat(primary()).as(snapshot().noPrimaryReason()).isEqualTo("db1");
        assertThat(primaries).isEmpty();
        assertThat(movedEndpoints).isEmpty();
    }

    private void start(WritePolicy policy) {
        TopologyListener listener = new TopologyListener() {
            @Override
            public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
                primaries.add(
                        (before == null ? "none" : before.name()) + "->" + (after == null ? "none" : after.name()));
            }

            @Override
            public void serverChanged(Node endpoint) {
                movedEndpoints.add(endpoint.name());
            }
        };
        MonitorCore core = new MonitorCore(
                "test",
                members.keySet().stream().map(name -> new Node(spec(name))).toList(),
                node -> Objects.requireNonNull(members.get(node.name())),
                new PoolHealthRegistry(Duration.ofMillis(500)),
                MonitorSettings.defaults(),
                scheduler,
                () -> 0.5,
                List.of(listener),
                RouterMetrics.NONE,
                TopologyKind.MULTI_PRIMARY,
                WriteSettings.defaults().withPolicy(policy),
                failureGuard);
        created = core;
        core.start();
        advance(Duration.ofSeconds(2));
        primaries.clear();
    }

    private NodeSpec spec(String name) {
        String url = "jdbc:mariadb://" + name;
        return endpoints.contains(name)
                ? new NodeSpec(name, url, DeclaredRole.PRIMARY, NodeKind.ENDPOINT, 1, null)
                : NodeSpec.of(name, url);
    }

    private MonitorCore core() {
        return Objects.requireNonNull(created);
    }

    private void advance(Duration by) {
        scheduler.advance(by);
    }

    private TopologySnapshot snapshot() {
        return core().snapshot();
    }

    private NodeStatus status(String name) {
        return Objects.requireNonNull(snapshot().node(name));
    }

    private @Nullable String primary() {
        NodeStatus primary = snapshot().primary();
        return primary == null ? null : primary.name();
    }

    private List<String> writers() {
        return snapshot().writers().stream().map(NodeStatus::name).toList();
    }
}
