package io.github.replicationrouting.integration.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.failover.History.Write;
import io.github.replicationrouting.integration.failover.Workload;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Under load no write goes to a node whose promotion the application has not observed. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class PromotionIT {

    private static final int WRITERS = 3;

    private static final int SOME = 30;

    /** At the probe interval of the tests, long enough for every rule to apply. */
    private static final int MANY_PROBES = 30;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Stack stack;
    private final Applications applications;
    private final ReplicatedCluster cluster;
    private final ClusterNode db1;
    private final ClusterNode db2;
    private final ClusterNode db3;

    PromotionIT(Stack stack, Applications applications) {
        this.stack = stack;
        this.applications = applications;
        cluster = applications.cluster(stack);
        db1 = cluster.node("db1");
        db2 = cluster.node("db2");
        db3 = cluster.node("db3");
    }

    @BeforeEach
    void prepare() {
        cluster.heal();
        cluster.grantMonitoring();
        Workload.createTables(cluster);
    }

    @AfterEach
    void heal() {
        cluster.heal();
    }

    @Test
    @Tag("essential")
    void whenThePrimaryIsKilledAndOneReplicaIsWritableWritesShouldWait() throws Exception {
        db2.readOnly(false);
        try (TestApplication app = startWithGrant()) {
            assertWritesWaitForKilledPrimary(app);
        }
    }

    @Test
    void whenThePrimaryIsKilledAndAllReplicasAreWritableWritesShouldWait() throws Exception {
        makeReplicasWritable();
        try (TestApplication app = startWithGrant()) {
            assertWritesWaitForKilledPrimary(app);
        }
    }

    @Test
    void whenThePrimaryIsKilledWithoutTheGrantWritesShouldWait() throws Exception {
        try (TestApplication app = startWithoutGrant()) {
            assertWritesWaitForKilledPrimary(app);
        }
    }

    @Test
    void whenADeclaredPrimaryIsKilledWithoutTheGrantWritesShouldWait() throws Exception {
        makeReplicasWritable();
        try (TestApplication app = startWithoutGrant("replication.routing.nodes.db1.role=primary")) {
            assertWritesWaitForKilledPrimary(app);
        }
    }

    private void makeReplicasWritable() {
        db2.readOnly(false);
        db3.readOnly(false);
    }

    private void assertWritesWaitForKilledPrimary(TestApplication app) throws Exception {
        try (Workload load = startLoad(app)) {
            load.awaitWrites("db1", SOME);
            db1.kill();
            app.awaitState("db1", NodeState.DOWN);
            app.awaitProbes(MANY_PROBES);
            assertThat(app.knownPrimary()).isNull();

            db1.start();
            awaitMoreWrites(load, "db1");

            assertSound(load, db1, 1);
            assertThat(serversThatAcknowledged(load)).containsExactly("db1");
        }
    }

    @Test
    @Tag("essential")
    void whenTheSuccessorCrashesTheOldPrimaryShouldStayFenced() throws Exception {
        try (TestApplication app = startWithGrant();
                Workload load = startLoad(app)) {
            int onDb1 = failOverToDb2WhileDb1Returns(app, load);
            db2.kill();
            app.awaitState("db2", NodeState.DOWN);
            app.awaitProbes(MANY_PROBES);
            assertThat(app.knownPrimary()).isNull();

            db2.start();
            awaitMoreWrites(load, "db2");

            assertSoundButForTheTailOfDb1(load, db2, 2);
            assertThat(load.acknowledgedBy("db1")).isEqualTo(onDb1);
            assertThat(load.acknowledgedBy("db3")).isZero();
        }
    }

    @Test
    void whenTheSuccessorHandsOverTheOldPrimaryShouldStayFenced() throws Exception {
        try (TestApplication app = startWithGrant();
                Workload load = startLoad(app)) {
            int onDb1 = failOverToDb2WhileDb1Returns(app, load);
            db2.readOnly(true);
            app.awaitProbes(MANY_PROBES);
            assertThat(app.knownPrimary()).isNull();
            db2.readOnly(false);
            awaitMoreWrites(load, "db2");

            db2.readOnly(true);
            db3.awaitPosition(db2.position());
            db3.removeSource();
            db3.readOnly(false);
            cluster.notePrimary(db3);
            load.awaitWrites("db3", SOME);

            assertSoundButForTheTailOfDb1(load, db3, 1);
            assertThat(load.acknowledgedBy("db1")).isEqualTo(onDb1);
        }
    }

    /** Returns how many writes the old primary has acknowledged. */
    private int failOverToDb2WhileDb1Returns(TestApplication app, Workload load) {
        load.awaitWrites("db1", SOME);
        db1.kill();
        cluster.consolidate(db2);
        cluster.promote(db2);
        load.awaitWrites("db2", SOME);
        db1.start();
        app.awaitState("db1", NodeState.FENCED);
        return load.acknowledgedBy("db1");
    }

    @Test
    void whenAReplicaFollowsTheReturnedOldPrimaryNothingShouldChange() throws Exception {
        try (TestApplication app = startWithGrant();
                Workload load = startLoad(app)) {
            int onDb1 = failOverToDb2WhileDb3FollowsTheReturnedDb1(app, load);
            app.awaitProbes(MANY_PROBES);
            assertThat(app.knownPrimary()).isEqualTo("db2");
            awaitMoreWrites(load, "db2");

            assertSoundButForTheTailOfDb1(load, db2, 1);
            assertThat(load.acknowledgedBy("db1")).isEqualTo(onDb1);
            assertThat(load.acknowledgedBy("db3")).isZero();
        }
    }

    /** The instance cannot determine which node was promoted, but that one of them has what the other lacks. */
    @Test
    void whenOneOfTwoPrimariesIsLostItsRivalShouldGetNoWrites() throws Exception {
        try (TestApplication app = startWithGrant();
                Workload load = startLoad(app)) {
            int onDb1 = failOverToDb2WhileDb3FollowsTheReturnedDb1(app, load);
            try (TestApplication second = startWithGrant()) {
                second.awaitState("db1", NodeState.FENCED);
                second.awaitState("db2", NodeState.FENCED);
                db2.kill();
                second.awaitState("db2", NodeState.DOWN);
                second.awaitProbes(MANY_PROBES);
                assertThat(second.knownPrimary()).isNull();
                assertThat(app.knownPrimary()).isNull();

                db2.start();
                awaitMoreWrites(load, "db2");
                second.awaitProbes(MANY_PROBES);
                assertThat(second.knownPrimary()).isNotEqualTo("db1");
            }
            assertSoundButForTheTailOfDb1(load, db2, 2);
            assertThat(load.acknowledgedBy("db1")).isEqualTo(onDb1);
        }
    }

    /** Returns how many writes the old primary has acknowledged. */
    private int failOverToDb2WhileDb3FollowsTheReturnedDb1(TestApplication app, Workload load) {
        load.awaitWrites("db1", SOME);
        db1.kill();
        cluster.consolidate(db2);
        db2.removeSource();
        db2.readOnly(false);
        cluster.notePrimary(db2);
        db3.startReceiver();
        load.awaitWrites("db2", SOME);
        db1.start();
        await().atMost(LIMIT).until(() -> Replicas.receives(db3));
        app.awaitState("db1", NodeState.FENCED);
        return load.acknowledgedBy("db1");
    }

    @Test
    @Tag("essential")
    void whenANodeWasWritableBesideThePrimaryItShouldNotSucceedIt() throws Exception {
        try (TestApplication app = startWithGrant();
                Workload load = startLoad(app)) {
            splitAndKillDb1(app, load);

            db1.start();
            awaitMoreWrites(load, "db1");

            assertSound(load, db1, 1);
            assertThat(serversThatAcknowledged(load)).containsExactly("db1");
        }
    }

    @Test
    void whenANodeThatWasWritableIsPromotedAnewItShouldSucceedThePrimary() throws Exception {
        try (TestApplication app = startWithGrant();
                Workload load = startLoad(app)) {
            splitAndKillDb1(app, load);
            int onDb1 = load.acknowledgedBy("db1");

            db2.readOnly(true);
            app.awaitProbes(MANY_PROBES);
            assertThat(app.knownPrimary()).isNull();
            db2.readOnly(false);
            cluster.notePrimary(db2);
            load.awaitWrites("db2", SOME);

            load.close();
            db1.start();
            assertSoundButForTheTailOfDb1(load, db2, 1);
            assertThat(load.acknowledgedBy("db1")).isEqualTo(onDb1);
        }
    }

    private void splitAndKillDb1(TestApplication app, Workload load) {
        load.awaitWrites("db1", SOME);
        db2.removeSource();
        db2.readOnly(false);
        app.awaitState("db2", NodeState.FENCED);
        awaitMoreWrites(load, "db1");
        db1.kill();
        app.awaitState("db1", NodeState.DOWN);
        app.awaitProbes(MANY_PROBES);
        assertThat(app.knownPrimary()).isNull();
        assertThat(load.acknowledgedBy("db2")).isZero();
    }

    @Test
    void whenANodeIsDownAtTheStartAnUnknownSourceShouldNotBeTakenForIt() throws Exception {
        try (Servers servers = Servers.on(stack.builder().replicas(3).start())) {
            ReplicatedCluster four = servers.cluster();
            four.grantMonitoring();
            four.node("db3").replicateFrom(four.node("db4"));
            Workload.createTables(four);
            four.node("db2").kill();
            try (TestApplication app = servers.start(
                            stack, List.of("db1", "db2", "db3"), JdbcApplication.class, properties(four, true));
                    Workload load = Workload.startWriters(app, WRITERS)) {
                load.awaitWrites("db1", SOME);
                four.node("db2").start();
                app.awaitState("db2", NodeState.ONLINE);
                awaitMoreWrites(load, "db1");

                assertSound(load, four.node("db1"), 0);
                assertThat(serversThatAcknowledged(load)).containsExactly("db1");
            }
        }
    }

    private Workload startLoad(TestApplication app) {
        app.awaitState("db1", NodeState.ONLINE);
        return Workload.startWriters(app, WRITERS);
    }

    private TestApplication startWithGrant() {
        return applications.start(stack, JdbcApplication.class, properties(cluster, true));
    }

    private TestApplication startWithoutGrant(String... more) {
        return applications.start(
                stack,
                JdbcApplication.class,
                Stream.concat(Stream.of(properties(cluster, false)), Stream.of(more))
                        .toArray(String[]::new));
    }

    /** @param granted whether the monitor's account may see the state of replication */
    private static String[] properties(ReplicatedCluster cluster, boolean granted) {
        return new String[] {
            // The duration of a restart or a promotion depends on the machine.
            "replication.routing.writes.hold=120s",
            "replication.routing.monitor.username=" + (granted ? cluster.monitorUsername() : cluster.username()),
            "replication.routing.monitor.password=" + (granted ? cluster.monitorPassword() : cluster.password())
        };
    }

    private static void awaitMoreWrites(Workload load, String server) {
        int enough = load.acknowledgedBy(server) + SOME;
        await().atMost(LIMIT).until(() -> load.acknowledgedBy(server) >= enough);
    }

    private static List<String> serversThatAcknowledged(Workload load) {
        return load.history().writes().stream()
                .filter(write -> write.outcome() == Outcome.ACKNOWLEDGED)
                .map(Write::server)
                .distinct()
                .toList();
    }

    /** Finds every acknowledged write on the node, and no more failed writes than were in flight at the losses. */
    private static void assertSound(Workload load, ClusterNode primary, int losses) throws Exception {
        assertThat(load.assertSound(primary, false)).isEmpty();
        assertThat(load.failedWrites()).hasSizeLessThanOrEqualTo(losses * WRITERS);
    }

    /** Finds every acknowledged write on the node or, if it was among the last of the old primary, on that one. */
    private void assertSoundButForTheTailOfDb1(Workload load, ClusterNode primary, int losses) throws Exception {
        List<Write> lost = load.assertSound(primary, true);
        Map<String, Integer> left = load.rows(db1);
        assertThat(lost)
                .allSatisfy(write -> assertThat(write.server()).isEqualTo("db1"))
                .allSatisfy(write -> assertThat(left).containsKey(write.name()));
        assertThat(load.failedWrites()).hasSizeLessThanOrEqualTo(losses * WRITERS);
    }
}
