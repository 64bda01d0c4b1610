package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.election.RoleHistory;
import io.github.replicationrouting.internal.monitor.errors.PoolHealthRegistry;
import io.github.replicationrouting.internal.monitor.probe.Probe;
import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.internal.monitor.probe.ProbeResult;
import io.github.replicationrouting.internal.monitor.probe.Prober;
import io.github.replicationrouting.position.GtidSet;
import io.github.replicationrouting.settings.MonitorSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeSpec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Creates node records with the answers that a test needs, without a monitor that probes them. */
public final class NodeRecords {

    private NodeRecords() {}

    /** Creates a node that is up, and whose answers show nothing yet. */
    public static NodeRecord server(String name) {
        NodeRecord record = unprobed(name, 0);
        up(record);
        return record;
    }

    static NodeRecord unprobed(String name, long now) {
        return record(NodeSpec.of(name, "jdbc:mysql://" + name + "/"), now);
    }

    public static NodeRecord endpoint(String name) {
        NodeRecord record = record(
                new NodeSpec(name, "jdbc:mysql://" + name + "/", DeclaredRole.REPLICA, NodeKind.ENDPOINT, 1, null), 0);
        up(record);
        return record;
    }

    private static NodeRecord record(NodeSpec spec, long now) {
        Node node = new Node(spec);
        return new NodeRecord(
                node,
                new IdleProber(),
                new PoolHealthRegistry(Duration.ofMillis(500)).of(node),
                MonitorSettings.defaults(),
                now,
                false);
    }

    public static void up(NodeRecord record) {
        record.liveness().answered();
    }

    public static void down(NodeRecord record) {
        record.liveness().failed(ProbeFailure.unanswered(Duration.ofSeconds(1)));
        record.liveness().lost(0);
    }

    /** Lets a writable server without a source answer that it has executed a GTID set. */
    public static void executed(NodeRecord record, String gtids) {
        GtidSet set = GtidSet.parse(gtids);
        answers(record, new Observation("MySQL 9.7.4", record.name(), false, false, set, set));
    }

    /** Lets a node answer at the time of its last answer, as if it was probed after all others had answered. */
    public static void answers(NodeRecord record, Observation observation) {
        LastAnswer last = record.answer();
        long sentAt = last.observation() == null ? last.arrivedAt() : last.sentAt();
        take(record, sentAt, observation, last.arrivedAt());
        record.replication().take(new Replication.Channels(List.of()), sentAt);
    }

    /** Changes when the probe of the last answer was sent. */
    public static void sentAt(NodeRecord record, long sentAt) {
        take(
                record,
                sentAt,
                Objects.requireNonNull(record.observation()),
                record.answer().arrivedAt());
    }

    /** Changes when the last answer arrived. */
    public static void arrivedAt(NodeRecord record, long arrivedAt) {
        take(record, record.answer().sentAt(), Objects.requireNonNull(record.observation()), arrivedAt);
    }

    private static void take(NodeRecord record, long sentAt, Observation observation, long arrivedAt) {
        record.answer().take(new ProbeResult.Answered(sentAt, observation, new Replication.NotAsked()), arrivedAt);
    }

    public static void roles(NodeRecord record, RoleHistory roles) {
        record.answer().roles(roles);
    }

    private static final class IdleProber implements Prober {

        @Override
        public void start(Probe probe, Consumer<ProbeResult> answer) {}

        @Override
        public void close() {}
    }
}
