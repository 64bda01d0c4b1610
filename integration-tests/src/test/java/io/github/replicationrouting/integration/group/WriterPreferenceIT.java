package io.github.replicationrouting.integration.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.failover.Workload;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The declared order of the members, and the return of writes to the first of them. */
@OnStacks(Stack.GALERA)
class WriterPreferenceIT {

    private static final int SOME = 20;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final TestApplication app;
    private final ClusterNode preferred;

    WriterPreferenceIT(Stack stack, Applications applications) {
        app = applications.get(
                stack,
                JdbcApplication.class,
                "replication.routing.nodes.db2.priority=5",
                "replication.routing.nodes.db3.priority=2",
                "replication.routing.writes.failback=true",
                "replication.routing.writes.hold=60s",
                "replication.routing.monitor.timeout=3s");
        preferred = app.cluster().node("db2");
    }

    @AfterEach
    void heal() {
        app.cluster().heal();
        app.awaitAllEligible();
    }

    @Test
    void whenThePreferredMemberReturnsShouldWriteToItAgain() throws Exception {
        Workload.createTables(app.cluster());
        try (Workload load = Workload.start(app, PAUSE)) {
            load.awaitWrites("db2", SOME);
            preferred.kill();
            load.awaitWrites("db3", SOME);
            assertThat(load.failedWrites()).hasSizeLessThanOrEqualTo(Workload.WRITERS);
            int failed = load.failedWrites().size();

            preferred.start();
            load.awaitWrites("db2", SOME);

            await().atMost(LIMIT).until(() -> "db2".equals(app.knownPrimary()));
            assertThat(load.failedWrites()).as("failed when they returned").hasSize(failed);
            assertThat(load.failedReads()).isEmpty();
            load.stop();
            load.close();
            app.cluster().awaitReplicated();
            for (ClusterNode node : app.cluster().nodes()) {
                assertThat(load.assertSound(node, false)).as(node.name()).isEmpty();
            }
        }
    }
}
