package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.Node;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.position.GtidSet;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** What a monitor remembers of nodes that a test asks in its place. */
final class Watches {

    private Watches() {}

    static NodeWatch server(String name) {
        return watch(NodeSpec.of(name, "jdbc:mysql://" + name + "/"));
    }

    static NodeWatch endpoint(String name) {
        return watch(
                new NodeSpec(name, "jdbc:mysql://" + name + "/", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null));
    }

    private static NodeWatch watch(NodeSpec spec) {
        NodeWatch watch = new NodeWatch(
                new Node(spec),
                new Unasked(),
                CircuitBreaker.ofDefaults(spec.name()),
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
    static void executed(NodeWatch watch, String gtids) {
        GtidSet set = GtidSet.parse(gtids);
        answers(watch, new Observation("MySQL 9.7.4", watch.name(), false, false, set, set));
    }

    static void answers(NodeWatch watch, Observation observation) {
        watch.observation = observation;
        watch.learn(new Replication.Channels(List.of()), watch.answeredAt);
    }

    private static final class Unasked implements Prober {

        @Override
        public void start(Probe probe, Consumer<ProbeAnswer> answer) {}

        @Override
        public void close() {}
    }
}
