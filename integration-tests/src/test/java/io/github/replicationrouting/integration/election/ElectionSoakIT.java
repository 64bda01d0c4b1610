package io.github.replicationrouting.integration.election;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.integration.failover.History;
import io.github.replicationrouting.integration.failover.History.Outcome;
import io.github.replicationrouting.integration.failover.History.Write;
import io.github.replicationrouting.integration.failover.Workload;
import io.github.replicationrouting.integration.support.OnStacks;
import io.github.replicationrouting.integration.support.Servers;
import io.github.replicationrouting.integration.support.Stack;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two instances write while a primary goes through random faults and promotions. {@code
 * -Dreplication-routing.test.election-soak=600} sets the duration in seconds, and {@code
 * -Dreplication-routing.test.seed} repeats a printed seed.
 */
@OnStacks({Stack.MYSQL, Stack.MARIADB})
class ElectionSoakIT {

    private static final Logger log = LoggerFactory.getLogger(ElectionSoakIT.class);

    private static final Duration LENGTH =
            Duration.ofSeconds(Long.getLong("replication-routing.test.election-soak", 60));

    /** A round has a cluster of its own: a node that is rebuilt replicates the whole history. */
    private static final Duration ROUND = Duration.ofSeconds(60);

    private static final Duration TOLERANCE = Instances.INTERVAL.multipliedBy(2);

    private final Stack stack;
    private final long seed = Long.getLong("replication-routing.test.seed", 20_261_130);

    ElectionSoakIT(Stack stack) {
        this.stack = stack;
    }

    @Test
    void whenFaultsAndPromotionsOccurNoWriteShouldBeLostOrMisplaced() throws Exception {
        long end = System.nanoTime() + LENGTH.toNanos();
        for (int round = 0; end - System.nanoTime() > 0; round++) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            play(seed + round, left.compareTo(ROUND) < 0 ? left : ROUND);
        }
    }

    private void play(long roundSeed, Duration length) throws Exception {
        log.warn("{} seed {}, {} s", stack, roundSeed, length.toSeconds());
        try (Servers servers = Servers.on(stack.builder().start())) {
            ReplicatedCluster cluster = servers.cluster();
            cluster.grantMonitoring();
            Workload.createTables(cluster);
            PrimaryTerms terms = new PrimaryTerms(cluster.primary().name(), System::nanoTime);
            Instances instances = new Instances(servers, stack);
            Operator operator = new Operator(cluster, instances, terms, roundSeed);
            try (instances) {
                operator.work(length);
            }
            check(roundSeed, operator, terms, instances.history(), cluster.primary());
        }
    }

    private void check(long roundSeed, Operator operator, PrimaryTerms terms, History history, ClusterNode primary) {
        Map<String, Integer> rows = operator.ledger().rows(primary);
        List<Write> lost = history.lost(rows);
        log.warn(
                "{} seed {}: {}; of {} writes {} failed and {} are unknown; {} acknowledged ones lost with their node",
                stack,
                roundSeed,
                operator.counts(),
                history.writes().size(),
                history.count(Outcome.FAILED),
                history.count(Outcome.UNKNOWN),
                lost.size());
        assertThat(history.writes())
                .as("acknowledged by a node that was not the primary, seed %d", roundSeed)
                .filteredOn(write -> write.outcome() == Outcome.ACKNOWLEDGED && !terms.cover(write, TOLERANCE))
                .isEmpty();
        assertThat(lost)
                .as("lost, though not with the node that acknowledged it, seed %d", roundSeed)
                .filteredOn(
                        write -> !terms.mayBeLost(write) || !operator.ledger().wasDiscarded(write.name()))
                .isEmpty();
        assertThat(history.violations(rows, operator.ledger().counters(primary)))
                .as("seed %d", roundSeed)
                .isEmpty();
    }
}
