package io.github.replicationrouting.integration.routing;

import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the statements that reach the servers of a cluster, by their own counter {@code Questions}. */
final class StatementCounter {

    private static final Logger log = LoggerFactory.getLogger(StatementCounter.class);

    private final ReplicatedCluster cluster;
    private final Object through;
    private final int rounds;
    private final int runs;

    /** @param through driver or stack, for the log */
    StatementCounter(ReplicatedCluster cluster, Object through) {
        this(cluster, through, 3, 300);
    }

    /** @param runs those of one round, few where probes go on, so that none of them is in most rounds */
    StatementCounter(ReplicatedCluster cluster, Object through, int rounds, int runs) {
        this.cluster = cluster;
        this.through = through;
        this.rounds = rounds;
        this.runs = runs;
    }

    /**
     * Returns the statements of one run, after enough runs for every connection to settle; rounded to a hundredth. The
     * minimum of some rounds: on a busy machine a pool may still open or validate a connection.
     */
    double each(String what, Runnable run) {
        repeat(run, 20);
        long fewest = Long.MAX_VALUE;
        for (int i = 0; i < rounds; i++) {
            long before = questions();
            repeat(run, runs);
            fewest = Math.min(fewest, questions() - before);
        }
        double each = Math.round(100.0 * fewest / runs) / 100.0;
        log.info("{} through {}: {} is {} statements", cluster.kind(), through, what, each);
        return each;
    }

    private static void repeat(Runnable run, int times) {
        for (int i = 0; i < times; i++) {
            run.run();
        }
    }

    private long questions() {
        return cluster.nodes().stream().mapToLong(ClusterNode::questions).sum();
    }
}
