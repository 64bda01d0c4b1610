package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.Probe;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** What a monitor remembers of nodes that a test asks in its place. */
public final class Watches {

    private Watches() {}

    public static NodeRecord server(String name) {
        return watch(NodeSpec.of(name, "jdbc:mysql://" + name + "/"));
    }

    public static NodeRecord endpoint(String name) {
        return watch(
                new NodeSpec(name, "jdbc:mysql://" + name + "/", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null));
    }

    private static NodeRecord watch(NodeSpec spec) {
        NodeRecord watch = new NodeRecord(
                new Node(spec),
                new Unasked(),
                new PoolHealthRegistry(Duration.ofMillis(500)).of(new Node(NodeSpec.of("db1", "jdbc:mysql://db1/"))),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                0,
                false);
        watch.alive = true;
        // As if all had been asked after all others had answered.
        watch.answeredAt = watch.arrivedAt;
        return watch;
    }

    /** Lets a writable server without a source answer that it has executed a GTID set. */
    public static void executed(NodeRecord watch, String gtids) {
        GtidSet set = GtidSet.parse(gtids);
        answers(watch, new Observation("MySQL 9.7.4", watch.name(), false, false, set, set));
    }

    public static void answers(NodeRecord watch, Observation observation) {
        watch.observation = observation;
        watch.learn(new Replication.Channels(List.of()), watch.answeredAt);
    }

    private static final class Unasked implements Prober {

        @Override
        public void start(Probe probe, Consumer<ProbeResult> answer) {}

        @Override
        public void close() {}
    }
}
