package io.github.replicationrouting.integration.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.support.Applications;
import io.github.replicationrouting.integration.support.JdbcApplication;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.integration.support.TestApplication;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failover after failover; {@code -Dreplication-routing.test.failovers} sets another number. */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class SuccessiveFailoversIT {

    private static final Logger log = LoggerFactory.getLogger(SuccessiveFailoversIT.class);

    private final Stack stack;
    private final TestApplication app;
    private final ReplicatedCluster cluster;
    private final int failovers;

    SuccessiveFailoversIT(Stack stack, Applications applications) {
        this.stack = stack;
        app = applications.get(
                stack,
                JdbcApplication.class,
                // More connections die with a primary than writes are in flight.
                "replication.routing.hikari.maximum-pool-size=10",
                // The duration of a promotion depends on the machine.
                "replication.routing.writes.hold=60s");
        cluster = app.cluster();
        // In containers each takes half a minute.
        failovers = Integer.getInteger("replication-routing.test.failovers", stack == Stack.MARIADB ? 10 : 3);
    }

    @Test
    void whenFailoversFollowEachOtherOnlyUnreplicatedWritesShouldBeLost() throws Exception {
        try (Workload load = Workload.start(app)) {
            for (int i = 0; i < failovers; i++) {
                ClusterNode old = cluster.primary();
                load.awaitWrites(old.name(), 10);
                ClusterNode next = cluster.replicas().get(i % 2);
                old.kill();
                cluster.consolidate(next);
                cluster.promote(next);
                load.awaitWrites(next.name(), 10);
                assertThat(load.failedWrites())
                        .as("failed writes after %s failovers", i + 1)
                        .hasSizeLessThanOrEqualTo((i + 1) * Workload.WRITERS);
                old.start();
                cluster.rejoin(old);
                cluster.awaitReplicated();
                awaitReplica(old);
            }
            int lost = load.assertSound(true);
            log.warn(
                    "{} {} failovers: of {} writes {} failed and {} are unknown; {} acknowledged ones lost",
                    stack,
                    failovers,
                    load.history().writes().size(),
                    load.history().count(Outcome.FAILED),
                    load.history().count(Outcome.UNKNOWN),
                    lost);
        } finally {
            cluster.heal();
            app.awaitAllEligible();
        }
    }

    /**
     * Waits until the application has observed it as well: otherwise the next promotion appears as a second writable
     * node.
     */
    private void awaitReplica(ClusterNode node) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            NodeStatus seen = app.status(node.name());
            return seen.role() == Role.REPLICA
                    && (seen.state() == NodeState.ONLINE || seen.state() == NodeState.LAGGING);
        });
    }
}
