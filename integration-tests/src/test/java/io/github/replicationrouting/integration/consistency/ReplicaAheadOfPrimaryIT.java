package io.github.replicationrouting.integration.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.internal.consistency.Session;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.topology.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A replica shows transactions that its primary has logged and not yet committed. This is always so for a moment, and
 * longer where the primary waits for the acknowledgement of a second replica.
 */
@ExtendWith(Applications.Extension.class)
class ReplicaAheadOfPrimaryIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SEMI_SYNC = "SET GLOBAL rpl_semi_sync_source_";

    private final TestApplication app;
    private final ClusterNode primary;
    private CompletableFuture<?> write = CompletableFuture.completedFuture(null);
    private @Nullable Session before;

    ReplicaAheadOfPrimaryIT(Applications applications) {
        app = applications.start(
                Stack.MYSQL_SEMI_SYNCHRONOUS,
                JdbcApplication.class,
                "replication.routing.consistency.mode=session",
                "replication.routing.consistency.wait=20s");
        primary = app.cluster().node("db1");
    }

    @BeforeEach
    void begin() {
        app.cluster().heal();
        app.awaitAllEligible();
        await().atMost(LIMIT).untilAsserted(() -> {
            // A server that has fallen back before waits for replicas again once one has acknowledged a commit.
            app.transactions().write(() -> {
                app.insertAuthor("before");
                return "";
            });
            assertThat(app.status("db1").semiSynchronous()).isTrue();
        });
        app.cluster().awaitReplicated();
        before = new Session().bind();
    }

    @AfterEach
    void end() {
        Session.restore(before);
        try (app) {
            app.cluster().heal();
            write.join();
            primary.execute(List.of(
                    SEMI_SYNC + "wait_for_replica_count = 1",
                    SEMI_SYNC + "wait_no_replica = OFF",
                    SEMI_SYNC + "timeout = 10000"));
        }
    }

    @Test
    void whenASessionHasReadFromAReplicaThatIsAheadItShouldStayThere() {
        writeWithoutCommit("shown", Duration.ofSeconds(8));
        await().pollInSameThread().atMost(LIMIT).until(() -> read("shown") == 1);

        List<Integer> reads = new ArrayList<>();
        long begin = System.nanoTime();
        await().pollInSameThread().atMost(LIMIT).until(() -> {
            reads.add(read("shown"));
            return System.nanoTime() - begin > Duration.ofSeconds(3).toNanos();
        });

        assertThat(write).isNotDone();
        assertThat(reads).hasSizeGreaterThan(10).containsOnly(1);
        assertThat(app.status("db2").state()).as("a replica that is ahead").isEqualTo(NodeState.ONLINE);
    }

    @Test
    void whenASessionHasReadFromAReplicaThatIsAheadItShouldWaitOnThePrimary() {
        writeWithoutCommit("moved", Duration.ofSeconds(4));
        await().pollInSameThread().atMost(LIMIT).until(() -> read("moved") == 1);
        assertThat(write).isNotDone();
        app.bean(ReplicationRouting.class).drain("db2");
        try {
            assertThat(read("moved")).isEqualTo(1);
            assertThat(app.transactions().readOnly(app::node)).isEqualTo("db1");
        } finally {
            app.bean(ReplicationRouting.class).undrain("db2");
        }
    }

    /** The other replica neither acknowledges nor receives it. */
    private void writeWithoutCommit(String name, Duration wait) {
        app.cluster().node("db3").stopReceiver();
        primary.execute(List.of(
                SEMI_SYNC + "timeout = " + wait.toMillis(),
                SEMI_SYNC + "wait_no_replica = ON",
                SEMI_SYNC + "wait_for_replica_count = 2"));
        write = CompletableFuture.runAsync(() -> app.transactions().write(() -> {
            app.insertAuthor(name);
            return "";
        }));
    }

    private int read(String name) {
        return app.transactions().readOnly(() -> app.countAuthors(name));
    }
}
