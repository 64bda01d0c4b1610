package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One line that describes a topology. */
final class TopologyDescription {

    private TopologyDescription() {}

    /** Returns the description of a snapshot. */
    static String of(TopologySnapshot now, Duration maxLag) {
        List<String> parts = new ArrayList<>();
        NodeStatus primary = now.primary();
        parts.add(
                primary == null
                        ? "no primary (" + now.noPrimaryReason() + ")"
                        : "primary " + primary.name() + " (" + primary.server() + ", " + kind(primary.position())
                                + ")");
        List<String> replicas = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (NodeStatus node : now.nodes()) {
            if (primary == null || !node.name().equals(primary.name())) {
                boolean other = node.role() == Role.UNKNOWN && node.state() != NodeState.DOWN;
                (other ? others : replicas).add(describe(node, now.noPrimaryReason()));
            }
        }
        if (!replicas.isEmpty()) {
            parts.add("replicas " + String.join(", ", replicas));
        }
        if (!others.isEmpty()) {
            parts.add("not in use " + String.join(", ", others));
        }
        parts.add("max-lag " + DurationFormat.of(maxLag));
        return String.join("; ", parts);
    }

    private static String kind(@Nullable Position position) {
        return position == null ? "no position" : position.kind();
    }

    /** @param known a text that needs no repetition */
    private static String describe(NodeStatus node, @Nullable String known) {
        Duration lag = node.lag();
        String text = node.name() + " " + (lag == null ? "" : lag.toMillis() + " ms");
        if (node.state() == NodeState.ONLINE) {
            return lag == null ? text + "lag unknown" : text;
        }
        String state = node.name() + " " + node.state().name().toLowerCase(Locale.ROOT);
        return known != null && node.reason() != null && known.contains(node.reason())
                ? state
                : state + " (" + node.reason() + ")";
    }
}
