package io.github.replicationrouting.benchmarks;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.internal.routing.Intent;
import io.github.replicationrouting.internal.routing.Router;
import io.github.replicationrouting.internal.routing.RouterSettings;
import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.internal.selection.LeastLatencySelector;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.settings.OutsideTransaction;
import io.github.replicationrouting.settings.WhenNoneEligible;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.Freshness;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One routing decision, without a server. Run with {@code -prof gc} to measure its allocation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class DecisionBenchmark {

    /** Number of replicas beside the primary. */
    @Param({"2", "8"})
    int replicas;

    /** The selector of replicas. */
    @Param({"least-in-flight", "least-latency", "round-robin"})
    String selector = "least-in-flight";

    private Router router = routerFor(1, new LeastInFlightSelector());

    /** Creates the router. */
    @Setup
    public void createRouter() {
        router = routerFor(
                replicas,
                switch (selector) {
                    case "least-in-flight" -> new LeastInFlightSelector();
                    case "least-latency" -> new LeastLatencySelector();
                    case "round-robin" -> new RoundRobinSelector();
                    default -> throw new IllegalArgumentException(selector);
                });
    }

    /** Decides the node of a read-only transaction. */
    @Benchmark
    public Decision read() throws SQLException {
        return router.decide(Intent.READ);
    }

    /** Decides the node of a write transaction. */
    @Benchmark
    public Decision write() throws SQLException {
        return router.decide(Intent.WRITE);
    }

    private static Router routerFor(int replicas, NodeSelector selector) {
        NodeStatus primary = status(0, Role.PRIMARY);
        List<NodeStatus> all = new ArrayList<>(List.of(primary));
        for (int i = 1; i <= replicas; i++) {
            all.add(status(i, Role.REPLICA));
        }
        TopologySnapshot snapshot = new TopologySnapshot(all, primary, null);
        Topology fixed = new Topology() {
            @Override
            public TopologySnapshot snapshot() {
                return snapshot;
            }

            @Override
            public void suspect(Node node, Exception cause) {
                throw new IllegalStateException(cause);
            }
        };
        return new Router(
                fixed,
                new RouterSettings(
                        selector,
                        OutsideTransaction.PRIMARY,
                        WhenNoneEligible.PRIMARY,
                        Duration.ofSeconds(5),
                        null,
                        Duration.ZERO,
                        Duration.ZERO,
                        WritePolicy.SINGLE));
    }

    private static NodeStatus status(int number, Role role) {
        Node node = new Node(NodeSpec.of("db" + number, "jdbc:mysql://db" + number + "/shop"));
        node.recordStatement(Duration.ofMillis(1).toNanos());
        return new NodeStatus(
                node, role, NodeState.ONLINE, false, 1, null, Duration.ZERO, Freshness.UNKNOWN, null, "MySQL 9.7.4");
    }
}
