package io.github.replicationrouting.benchmarks;

import io.github.replicationrouting.autoconfigure.metrics.MicrometerRouterMetrics;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of counting a decision. Run with {@code -prof gc} to measure its allocation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class CountingBenchmark {

    private final MicrometerRouterMetrics meters = new MicrometerRouterMetrics("dataSource", () -> null);
    private final Node node = new Node(NodeSpec.of("db2", "jdbc:mysql://db2/shop"));

    /** Counts a read. */
    @Benchmark
    public void count() {
        meters.decided("read", node, "replica-selected");
    }
}
