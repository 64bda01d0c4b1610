package io.github.replicationrouting.integration.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.integration.election.PromotionWay.Candidate;
import io.github.replicationrouting.integration.election.PromotionWay.OldPrimary;
import io.github.replicationrouting.integration.election.PromotionWay.Others;
import io.github.replicationrouting.integration.election.PromotionWay.Source;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;

/**
 * Whatever the order in which a tool promotes db2, the application follows where the rules of the election detect a
 * promotion, and elsewhere holds its writes until an operator shows which node is the primary.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PromotionWaysTests {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Until the application has certainly observed the previous step. */
    private static final int SOME_PROBES = 3;

    /** A read-only replica is asked for its source with every tenth probe. */
    private static final int LOOKS_AT_SOURCES = 15;

    private final Stack stack;
    private final int nodes;

    private Servers servers;
    private ReplicatedCluster cluster;
    private TestApplication app;
    private ClusterNode db1;
    private ClusterNode db2;
    private List<ClusterNode> others;

    PromotionWaysTests(Stack stack, int nodes) {
        this.stack = stack;
        this.nodes = nodes;
    }

    @BeforeAll
    void start() {
        servers = Servers.on(stack.builder().replicas(nodes - 1).start());
        cluster = servers.cluster();
        cluster.grantMonitoring();
        db1 = cluster.node("db1");
        db2 = cluster.node("db2");
        others = cluster.nodes().stream()
                .filter(node -> node != db1 && node != db2)
                .toList();
        app = startApplication();
        app.awaitAllEligible();
    }

    @AfterAll
    void close() {
        try (Servers all = servers) {
            if (app != null) {
                app.close();
            }
        }
    }

    private TestApplication startApplication() {
        return servers.start(
                stack,
                cluster.nodes().stream().map(ClusterNode::name).toList(),
                JdbcApplication.class,
                "replication.routing.writes.hold=200ms",
                "replication.routing.monitor.username=" + cluster.monitorUsername(),
                "replication.routing.monitor.password=" + cluster.monitorPassword());
    }

    /** Makes the old primary the primary again and waits until the application has observed every step of that. */
    @AfterEach
    void heal() {
        cluster.nodes().forEach(ClusterNode::start);
        ClusterNode primary = cluster.primary();
        if (primary == db2) {
            db2.removeSource();
        } else {
            db1.readOnly(false);
        }
        cluster.replicas().forEach(cluster::rejoin);
        awaitRoles();
        cluster.promote(db1);
        awaitRoles();
        cluster.awaitReplicated();
        if (primary == db1) {
            // An incumbent that returns is contested by a node that becomes writable before it was observed as a
            // replica.
            app.awaitProbes(LOOKS_AT_SOURCES);
        }
    }

    /** Waits until all replicas serve reads again: each further loss of a node extends its eviction. */
    private void awaitRoles() {
        cluster.awaitRoles();
        await().atMost(LIMIT).until(() -> cluster.nodes().stream()
                .allMatch(node ->
                        app.status(node.name()).role() == (node == cluster.primary() ? Role.PRIMARY : Role.REPLICA)));
    }

    Stream<PromotionWay> ways() {
        // With two nodes there is nothing to re-point.
        return PromotionWay.all().filter(way -> nodes > 2 || way.others() == Others.NEVER_REPOINTED);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whenAReplicaIsPromotedWritesShouldFollowIfThePromotionIsDetected(PromotionWay way) {
        assertThat(write(app)).isEqualTo("db1");
        cluster.awaitReplicated();
        promote(way);
        app.awaitProbes(SOME_PROBES);
        try (TestApplication second = startApplication()) {
            if (way.isDetected(nodes)) {
                cluster.notePrimary(db2);
                await().atMost(LIMIT).until(() -> "db2".equals(app.knownPrimary()));
            } else {
                assertThat(app.knownPrimary()).isNull();
                assertThatThrownBy(() -> write(app))
                        .rootCause()
                        .isInstanceOf(NoWritableNodeException.class)
                        .hasMessageContaining("db2");
                assertWritesGoTo(Set.of("db2"), second);
                settle(way, second);
            }
            String primary = cluster.primary().name();
            assertThat(write(app)).isEqualTo(primary);
            second.awaitProbes(SOME_PROBES);
            assertWritesGoTo(Set.of(primary), second);
            assertThat(write(app)).isEqualTo(primary);
        }
    }

    /** Makes an operator's correction: reverts the promotion, or promotes anew. */
    private void settle(PromotionWay way, TestApplication second) {
        if (way.isRevertible() && way.others() != Others.REPOINTED_FIRST) {
            db1.start();
            db1.readOnly(false);
            await().atMost(LIMIT).until(() -> "db1".equals(app.knownPrimary()));
        } else {
            db2.readOnly(true);
            app.awaitProbes(SOME_PROBES);
            second.awaitProbes(SOME_PROBES);
            db2.readOnly(false);
            cluster.notePrimary(db2);
            await().atMost(LIMIT).until(() -> "db2".equals(app.knownPrimary()));
        }
    }

    private void promote(PromotionWay way) {
        if (way.candidate() == Candidate.ALWAYS_WRITABLE) {
            db2.readOnly(false);
            // A node counts as re-pointed only where the application has observed its previous source.
            app.awaitProbes(LOOKS_AT_SOURCES);
        }
        switch (way.oldPrimary()) {
            case KILLED -> db1.kill();
            case READ_ONLY_FIRST -> db1.readOnly(true);
            case READ_ONLY_LAST -> {}
        }
        repoint(way, Others.REPOINTED_FIRST);
        if (way.candidate() == Candidate.WRITABLE_BEFORE_THE_STOP) {
            db2.readOnly(false);
        }
        if (way.source() == Source.REMOVED) {
            db2.removeSource();
        } else {
            db2.stopReceiver();
            db2.stopApplier();
        }
        if (way.candidate() == Candidate.WRITABLE_AFTER_THE_STOP) {
            db2.readOnly(false);
        }
        if (way.oldPrimary() == OldPrimary.READ_ONLY_LAST) {
            app.awaitProbes(LOOKS_AT_SOURCES);
            db1.readOnly(true);
        }
        if (way.others() == Others.REPOINTED_LAST) {
            app.awaitProbes(SOME_PROBES);
        }
        repoint(way, Others.REPOINTED_LAST);
    }

    private void repoint(PromotionWay way, Others now) {
        if (way.others() == now) {
            others.forEach(node -> node.replicateFrom(db2));
            await().atMost(LIMIT).until(() -> others.stream().allMatch(Replicas::receives));
        }
    }

    /** Attempts some writes: the application may refuse them, but writes to no other node. */
    private static void assertWritesGoTo(Set<String> allowed, TestApplication app) {
        Set<String> written = new HashSet<>();
        for (int i = 0; i < SOME_PROBES; i++) {
            try {
                written.add(write(app));
            } catch (DataAccessException refused) {
                assertThat(refused).hasRootCauseInstanceOf(NoWritableNodeException.class);
            }
        }
        assertThat(allowed).containsAll(written);
    }

    /** Returns which node served a write. */
    private static String write(TestApplication app) {
        return app.transactions().write(() -> {
            app.insertAuthor("way");
            return app.node();
        });
    }
}
