package io.github.replicationrouting.integration.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.internal.selection.LeastLatencySelector;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.test.ReplicatedCluster;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three replicas, one of them 20 ms slower: the distribution by each selector, side by side. */
class SelectorsIT {

    private static final int THREADS = 8;
    private static final int READS = 1_500;
    private static final String SLOW = "db4";

    /** Far above the latency of the others on a busy machine. */
    private static final Duration DELAY = Duration.ofMillis(100);

    private static ReplicatedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = ReplicatedCluster.mariaDb().replicas(3).start();
        cluster.node(SLOW).delayAnswers(DELAY);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @Test
    void whenAReplicaIsSlowLeastLatencyShouldSendItTheFewestReads() throws Exception {
        Map<String, NodeSelector> selectors = new LinkedHashMap<>();
        selectors.put("round-robin", new RoundRobinSelector());
        selectors.put("least-in-flight", new LeastInFlightSelector());
        selectors.put("least-latency", new LeastLatencySelector());
        Map<String, ReadLoad.Result> results = new LinkedHashMap<>();
        for (Map.Entry<String, NodeSelector> selector : selectors.entrySet()) {
            try (TestRouter router =
                    TestRouter.over(cluster).selector(selector.getValue()).start()) {
                router.awaitOnline("db2", "db3", SLOW);
                results.put(selector.getKey(), ReadLoad.run(router, THREADS, READS));
            }
        }
        print(results);

        double evenly = share(results, "round-robin");
        assertThat(evenly).isBetween(0.25, 0.4);
        assertThat(share(results, "least-in-flight")).isLessThan(0.75 * evenly);
        assertThat(share(results, "least-latency")).isLessThan(0.25 * evenly);
    }

    private static double share(Map<String, ReadLoad.Result> results, String selector) {
        return Objects.requireNonNull(results.get(selector)).share(SLOW);
    }

    private static void print(Map<String, ReadLoad.Result> results) {
        StringBuilder table = new StringBuilder(
                "\n%d reads by %d threads, %s answers %d ms later%n".formatted(READS, THREADS, SLOW, DELAY.toMillis()));
        table.append("| selector        |    db2 |    db3 |    db4 |  p50 ms |  p99 ms | reads/s |%n".formatted());
        table.append("|---|---|---|---|---|---|---|%n".formatted());
        results.forEach(
                (name, result) -> table.append("| %-15s | %5.1f%% | %5.1f%% | %5.1f%% | %7.1f | %7.1f | %7.0f |%n"
                        .formatted(
                                name,
                                100 * result.share("db2"),
                                100 * result.share("db3"),
                                100 * result.share("db4"),
                                result.millis(0.5),
                                result.millis(0.99),
                                result.perSecond())));
        System.out.println(table);
    }
}
