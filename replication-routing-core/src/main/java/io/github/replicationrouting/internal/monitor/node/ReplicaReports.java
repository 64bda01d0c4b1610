package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.internal.monitor.probe.ProbeFailure;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas of a node that is down report of it: it is dead when they do not reach it either. Only what they
 * reported since it was lost counts. A frozen server keeps the connections that it has, so that it cannot be
 * distinguished from one that only this application does not reach; heartbeats would show it, but come every 30 s
 * unless configured otherwise.
 */
public final class ReplicaReports {

    private final List<String> connected = new ArrayList<>();
    private final List<String> disconnected = new ArrayList<>();

    private ReplicaReports(NodeRecord lost, Iterable<NodeRecord> nodes) {
        Observation last = lost.observation();
        if (last == null) {
            return;
        }
        for (NodeRecord replica : nodes) {
            if (replica != lost
                    && replica.hasReportedReplicationSince(lost.liveness().lostAt())) {
                add(replica, last.serverId());
            }
        }
    }

    private void add(NodeRecord replica, String serverId) {
        for (ReplicationChannel channel : replica.channels()) {
            if (serverId.equals(channel.sourceId()) && channel.receiver() != Receiver.OFF) {
                (channel.receiver() == Receiver.ON ? connected : disconnected).add(replica.name());
                return;
            }
        }
    }

    /** Returns why a node is down, as text. */
    static String reason(NodeRecord lost, Iterable<NodeRecord> nodes) {
        ProbeFailure failure = lost.liveness().failure();
        String own = failure == null ? "does not answer" : failure.reason();
        String others = new ReplicaReports(lost, nodes).text();
        return others.isEmpty() ? own : own + "; " + others;
    }

    /** Returns why a node does not answer probes, as text; null where it does. */
    public static @Nullable String absence(NodeRecord record, Iterable<NodeRecord> nodes) {
        ProbeFailure refusal = record.liveness().refusal();
        if (refusal != null) {
            return "cannot be probed (" + refusal.reason() + ")";
        }
        return record.liveness().failure() == null ? null : "is down (" + reason(record, nodes) + ")";
    }

    private String text() {
        if (disconnected.isEmpty()) {
            return connected.isEmpty()
                    ? ""
                    : all(connected, " is", " are")
                            + " still connected to it: it is frozen, or only this application does not reach it";
        }
        String unreached = all(disconnected, " does", " do") + " not reach it";
        return connected.isEmpty()
                ? unreached + " either"
                : all(connected, " is", " are") + " still connected to it, " + unreached;
    }

    private static String all(List<String> names, String one, String several) {
        return String.join(" and ", names) + (names.size() == 1 ? one : several);
    }
}
