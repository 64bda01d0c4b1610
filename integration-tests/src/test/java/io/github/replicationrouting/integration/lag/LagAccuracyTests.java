package io.github.replicationrouting.integration.lag;

import static io.github.replicationrouting.integration.lag.MonitoredCluster.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.replicationrouting.internal.monitor.TopologyMonitor;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.test.ClusterNode;
import io.github.replicationrouting.test.ReplicatedCluster;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compares the lag in a snapshot with the real lag of the replica, in several situations for some seconds each. Just
 * after a probe its error is at most one interval; until the next probe it is constant, while a replica falls further
 * behind or catches up. The age of the freshness is read at any moment, is an upper bound, and must never be too
 * small.
 */
abstract class LagAccuracyTests {

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /** Intervals vary by a fifth. */
    private static final Duration MAX_INTERVAL = INTERVAL.multipliedBy(6).dividedBy(5);

    private static final Duration TOLERANCE = Duration.ofMillis(100);
    private static final Duration SITUATION = Duration.ofSeconds(6);
    private static final Duration SNAPSHOT_FOLLOWS = Duration.ofMillis(5);
    private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(10);

    private final MonitoredCluster kind;

    /** When the replica last answered a probe, until the next sample takes it. */
    private final AtomicReference<@Nullable Long> probedAt = new AtomicReference<>();

    LagAccuracyTests(MonitoredCluster kind) {
        this.kind = kind;
    }

    /**
     * The values of a snapshot at a moment, in nanoseconds; null for unknown.
     *
     * @param probedAt when the replica's answer arrived, null unless this is the first sample since
     */
    private record Sample(
            long time,
            @Nullable Long lag,
            @Nullable Long age,
            @Nullable Long probedAt) {}

    /** @param delay the 99th percentile of the delay of the sampling thread itself, in nanoseconds */
    private record Situation(String name, List<Sample> samples, long delay) {

        /**
         * Returns the allowed error in nanoseconds: the monitor's threads are delayed as much as the sampling thread.
         */
        long slack() {
            return TOLERANCE.toNanos() + 3 * delay;
        }
    }

    @Test
    void whenReplicasLagTheErrorShouldBeWithinOneInterval() throws Exception {
        List<Situation> situations = new ArrayList<>();
        Staleness truth;
        try (ReplicatedCluster cluster = kind.start(1)) {
            cluster.grantMonitoring();
            ClusterNode replica = cluster.node("db2");
            try (TopologyMonitor monitor = MonitoredCluster.monitor(
                            cluster, LagProbe.POSITION, INTERVAL, Duration.ofMinutes(1), probes());
                    Staleness measured = new Staleness(cluster.primary(), replica)) {
                truth = measured;
                await().until(() -> measured.committed() > 100);
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> Duration.ZERO.equals(status(monitor, "db2").lag()));
                situations.add(observe("normal load", monitor));

                replica.stopApplier();
                situations.add(observe("applier stopped", monitor));
                replica.startApplier();
                situations.add(observe("catching up", monitor));

                replica.stopReceiver();
                situations.add(observe("receiver stopped", monitor));
                measured.writes(false);
                situations.add(observe("receiver stopped, primary idle", monitor));
                replica.startReceiver();
                replica.awaitRowCount("tick", measured.committed());
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> Duration.ZERO.equals(status(monitor, "db2").lag()));
                situations.add(observe("primary idle", monitor));
            }
        }
        report(situations, truth);
        for (Situation situation : situations) {
            check(situation, truth);
        }
    }

    private RouterMetrics probes() {
        return new RouterMetrics() {
            @Override
            public void probed(Node node, String outcome) {
                if (node.name().equals("db2")) {
                    probedAt.set(System.nanoTime());
                }
            }
        };
    }

    private Situation observe(String name, TopologyMonitor monitor) {
        List<Sample> samples = new ArrayList<>();
        List<Long> delays = new ArrayList<>();
        probedAt.set(null);
        long start = System.nanoTime();
        long due = start;
        while (due - start < SITUATION.toNanos()) {
            LockSupport.parkNanos(due - System.nanoTime());
            delays.add(Math.max(0, System.nanoTime() - due));
            Long probed = probedAt.getAndSet(null);
            if (probed != null) {
                // The snapshot with the answer is published by the same task that received it.
                LockSupport.parkNanos(SNAPSHOT_FOLLOWS.toNanos());
            }
            NodeStatus status = status(monitor, "db2");
            long now = System.nanoTime();
            OptionalLong age = status.freshness().age(now);
            Duration lag = status.lag();
            samples.add(new Sample(
                    now, lag == null ? null : lag.toNanos(), age.isPresent() ? age.getAsLong() : null, probed));
            due = Math.max(due + BETWEEN_SAMPLES.toNanos(), now);
        }
        long[] sorted = delays.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Situation(name, samples, percentile(sorted, 99));
    }

    private static void check(Situation situation, Staleness truth) {
        assertThat(situation.samples).as(situation.name).noneMatch(sample -> sample.lag == null || sample.age == null);
        long slack = situation.slack();
        assertThat(percentile(absolute(errorsAtProbe(situation, truth)), 95))
                .as("error of the lag at its probe, %s", situation.name)
                .isLessThanOrEqualTo(MAX_INTERVAL.toNanos() + slack);
        assertThat(percentile(lagErrors(situation, truth), 5))
                .as("lag too small, %s", situation.name)
                .isGreaterThanOrEqualTo(-MAX_INTERVAL.toNanos() - slack);
        assertThat(ageErrors(situation, truth)[0])
                .as("too fresh, %s", situation.name)
                .isGreaterThanOrEqualTo(0);
    }

    private void report(List<Situation> situations, Staleness truth) {
        String row = "%-32s %9s | %26s | %26s | %26s | %9s%n";
        String figures = "%8s %8s %8s".formatted("least", "95%", "most");
        StringBuilder table = new StringBuilder();
        table.append("%n%s, probe interval %d ms; errors in ms, positive where the snapshot's value is too large%n"
                        .formatted(kind, INTERVAL.toMillis()))
                .append(row.formatted(
                        "", "real", "lag at its probe", "lag at any moment", "age at any moment", "own delay"))
                .append(row.formatted("situation", "most", figures, figures, figures, "99%"));
        for (Situation situation : situations) {
            long most = situation.samples.stream()
                    .mapToLong(sample -> truth.at(sample.time).least())
                    .max()
                    .orElse(0);
            table.append(row.formatted(
                    situation.name,
                    millis(most),
                    figures(errorsAtProbe(situation, truth)),
                    figures(lagErrors(situation, truth)),
                    figures(ageErrors(situation, truth)),
                    millis(situation.delay)));
        }
        System.out.println(table);
    }

    private static String figures(long[] errors) {
        return "%8d %8d %8d"
                .formatted(
                        millis(errors[0]), millis(percentile(absolute(errors), 95)), millis(errors[errors.length - 1]));
    }

    private static long[] errorsAtProbe(Situation situation, Staleness truth) {
        return situation.samples.stream()
                .filter(sample -> sample.probedAt != null && sample.lag != null)
                .mapToLong(sample -> errorAtProbe(sample, truth, situation.slack()))
                .sorted()
                .toArray();
    }

    /** A replica that catches up gains many seconds in one, and its answer is slightly older than its arrival. */
    private static long errorAtProbe(Sample sample, Staleness truth, long longest) {
        long lag = Objects.requireNonNull(sample.lag);
        long arrived = Objects.requireNonNull(sample.probedAt);
        long least = truth.at(arrived).error(lag);
        for (long at = arrived - longest; at < arrived; at += SNAPSHOT_FOLLOWS.toNanos()) {
            long error = truth.at(at).error(lag);
            least = Math.abs(error) < Math.abs(least) ? error : least;
        }
        return least;
    }

    private static long[] lagErrors(Situation situation, Staleness truth) {
        return situation.samples.stream()
                .filter(sample -> sample.lag != null)
                .mapToLong(sample -> truth.at(sample.time).error(Objects.requireNonNull(sample.lag)))
                .sorted()
                .toArray();
    }

    private static long[] ageErrors(Situation situation, Staleness truth) {
        return situation.samples.stream()
                .filter(sample -> sample.age != null)
                .mapToLong(sample -> truth.at(sample.time).error(Objects.requireNonNull(sample.age)))
                .sorted()
                .toArray();
    }

    private static long[] absolute(long[] errors) {
        return Arrays.stream(errors).map(Math::abs).sorted().toArray();
    }

    private static long percentile(long[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
