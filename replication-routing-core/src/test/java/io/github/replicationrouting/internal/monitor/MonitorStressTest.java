package io.github.replicationrouting.internal.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.monitor.errors.PoolHealth;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.FailureGuard;
import io.github.replicationrouting.internal.monitor.probe.MonitorThread;
import io.github.replicationrouting.internal.monitor.probe.Probe;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.settings.LagProbe;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.settings.TopologyKind;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All callers of the monitor run concurrently: its snapshots are consistent, and no change is lost. */
class MonitorStressTest {

    private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final Duration DURATION = Duration.ofSeconds(2);

    private final Random seeds = new Random(42);
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    /** By node, not by name: a node that is added under an old name starts afresh. */
    private final Map<Node, NodeState> announced = new ConcurrentHashMap<>();

    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger executed = new AtomicInteger(1);

    private final TopologyListener listener = new TopologyListener() {
        @Override
        public void nodeStateChanged(NodeStatus before, NodeStatus after) {
            changes.incrementAndGet();
            NodeState last = announced.put(after.node(), after.state());
            NodeState from = before.state();
            if (last != null && last != from) {
                violations.add(after.name() + ": announced " + last + ", then a change from " + from);
            }
            boolean drained = after.state() == NodeState.DRAINED && from != NodeState.DRAINING;
            boolean draining = after.state() == NodeState.DRAINING && from == NodeState.DRAINED;
            if (from == after.state() || drained || draining) {
                violations.add(after.name() + ": " + from + " -> " + after.state());
            }
        }
    };

    @Test
    void whenCallersRunConcurrentlyShouldPublishConsistentSnapshots() throws Exception {
        FailureGuard failureGuard = new FailureGuard("stress");
        List<Node> nodes = Stream.of("db1", "db2", "db3")
                .map(name -> new Node(NodeSpec.of(name, "jdbc:mysql://" + name)))
                .toList();
        PoolHealthRegistry poolHealth = new PoolHealthRegistry(Duration.ofMillis(500));
        ExecutorService threads = Executors.newCachedThreadPool();
        MonitorThread scheduler = new MonitorThread("stress-monitor", failureGuard);
        MonitorCore core = new MonitorCore(
                "stress",
                nodes,
                node -> new RandomServer(node.name().equals("db1"), threads, seeds.nextLong()),
                poolHealth,
                new MonitorSettings(
                        Duration.ofMillis(5),
                        Duration.ofMillis(20),
                        2,
                        LagProbe.AUTO,
                        Duration.ofMillis(60),
                        Duration.ofMillis(20),
                        Duration.ofMillis(100)),
                scheduler,
                () -> 0.5,
                List.of(listener),
                RouterMetrics.NONE,
                TopologyKind.PRIMARY_REPLICA,
                WriteSettings.defaults(),
                failureGuard);
        core.start();
        long end = System.nanoTime() + DURATION.toNanos();
        for (int i = 0; i < 2; i++) {
            repeat(threads, end, random -> core.suspect(nodes.get(random.nextInt(3)), random.nextBoolean()));
            repeat(threads, end, random -> attempt(poolHealth.of(nodes.get(random.nextInt(3))), random));
            repeat(threads, end, random -> {
                if (core.drain(nodes.get(1 + random.nextInt(2)), random.nextBoolean())
                        .isCompletedExceptionally()) {
                    violations.add("a drain failed");
                }
            });
            repeat(threads, end, random -> check(core.snapshot()));
        }
        repeat(threads, end, random -> {
            Node late = new Node(NodeSpec.of("late", "jdbc:mysql://late"));
            core.add(late, new RandomServer(false, threads, random.nextLong()));
            core.remove(late);
        });
        // The duration of the stress itself.
        TimeUnit.NANOSECONDS.sleep(Math.max(0, end - System.nanoTime()));
        scheduler.execute(() -> check(core.snapshot()));
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        core.close();

        assertThat(violations).isEmpty();
        assertThat(changes).hasValueGreaterThan(20);
        assertThat(core.snapshot().nodes()).extracting(NodeStatus::name).startsWith("db1", "db2", "db3");
    }

    private static void attempt(PoolHealth pool, Random random) {
        if (random.nextInt(3) > 0) {
            pool.attempted(new SQLException("refused", "08000", 0));
        } else {
            pool.attempted(null);
        }
    }

    private void check(TopologySnapshot snapshot) {
        NodeStatus primary = snapshot.primary();
        if ((primary == null) != (snapshot.noPrimaryReason() != null)) {
            violations.add("primary " + primary + ", reason " + snapshot.noPrimaryReason());
        }
        if (primary != null && !snapshot.nodes().contains(primary)) {
            violations.add("the primary is not among the nodes");
        }
        if (snapshot.nodes().stream().map(NodeStatus::name).distinct().count()
                != snapshot.nodes().size()) {
            violations.add("a name twice");
        }
    }

    private void repeat(ExecutorService threads, long end, Consumer<Random> action) {
        Random random = new Random(seeds.nextLong());
        threads.execute(() -> {
            try {
                while (end - System.nanoTime() > 0) {
                    action.accept(random);
                    // Otherwise the actions queue up in the single thread of the monitor.
                    TimeUnit.MICROSECONDS.sleep(500);
                }
            } catch (Exception e) {
                violations.add(e.toString());
            }
        });
    }

    /** Answers on any thread after any delay, with success or failure, or not at all. */
    private final class RandomServer implements Prober {

        private final boolean primary;
        private final ExecutorService threads;
        private final Random random;

        RandomServer(boolean primary, ExecutorService threads, long seed) {
            this.primary = primary;
            this.threads = threads;
            this.random = new Random(seed);
        }

        @Override
        public void start(Probe probe, Consumer<ProbeResult> answer) {
            int outcome = random.nextInt(primary ? 200 : 20);
            long position = primary ? executed.incrementAndGet() : Math.max(1, executed.get() - random.nextInt(12));
            if (outcome == 0 || threads.isShutdown()) {
                return;
            }
            threads.execute(() -> answer.accept(
                    outcome == 1
                            ? new ProbeResult.Failed(
                                    new ProbeFailure(ProbeFailure.Kind.UNREACHABLE, "connection refused"))
                            : new ProbeResult.Answered(
                                    System.nanoTime(), observation(position), new Replication.NotAsked())));
        }

        private Observation observation(long position) {
            GtidSet set = GtidSet.parse(UUID + ":1-" + position);
            return new Observation("MySQL 9.7.4", primary ? "one" : "id-" + hashCode(), !primary, false, set, set);
        }

        @Override
        public void close() {}
    }
}
