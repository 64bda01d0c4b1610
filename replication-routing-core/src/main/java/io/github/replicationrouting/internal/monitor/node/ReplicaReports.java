package io.github.replicationrouting.internal.monitor.node;

import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import java.util.ArrayList;
import java.util.List;

/**
 * What those who replicate from a node that is down say of it: it is dead when they do not reach it either. Only what they
 * said since it was lost counts. A frozen server keeps the connections that it has, so that it cannot be told from one that
 * only this application does not reach; heartbeats would tell, but come every 30 s unless somebody set them.
 */
public final class ReplicaReports {

    private final List<String> connected = new ArrayList<>();
    private final List<String> cut = new ArrayList<>();

    private ReplicaReports(NodeRecord lost, Iterable<NodeRecord> members) {
        Observation last = lost.observation;
        if (last == null) {
            return;
        }
        for (NodeRecord member : members) {
            if (member != lost && member.hasToldReplicationSince(lost.lostAt)) {
                hear(member, last.serverId());
            }
        }
    }

    private void hear(NodeRecord member, String serverId) {
        for (ReplicationChannel channel : member.channels()) {
            if (serverId.equals(channel.sourceId()) && channel.receiver() != Receiver.OFF) {
                (channel.receiver() == Receiver.ON ? connected : cut).add(member.name());
                return;
            }
        }
    }

    /** Why a node is down, in words. */
    public static String reason(NodeRecord lost, Iterable<NodeRecord> members) {
        String own = lost.failure == null ? "does not answer" : lost.failure.reason();
        String others = new ReplicaReports(lost, members).words();
        return others.isEmpty() ? own : own + "; " + others;
    }

    private String words() {
        if (cut.isEmpty()) {
            return connected.isEmpty()
                    ? ""
                    : all(connected, " is", " are")
                            + " still connected to it: it is frozen, or only this application does not reach it";
        }
        String unreached = all(cut, " does", " do") + " not reach it";
        return connected.isEmpty()
                ? unreached + " either"
                : all(connected, " is", " are") + " still connected to it, " + unreached;
    }

    private static String all(List<String> names, String one, String several) {
        return String.join(" and ", names) + (names.size() == 1 ? one : several);
    }
}
