package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.time.DurationFormat;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.topology.GroupMember;
import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One line that describes a topology. */
final class TopologyDescription {

    /** States of members that have caught up, in lower case. */
    private static final Set<String> CAUGHT_UP = Set.of("synced", "online", "unknown");

    private TopologyDescription() {}

    /** Returns the description of a snapshot with one primary. */
    static String of(TopologySnapshot now, Duration maxLag) {
        List<String> parts = new ArrayList<>();
        NodeStatus primary = now.primary();
        parts.add(
                primary == null
                        ? "no primary (" + now.noPrimaryReason() + ")"
                        : "primary " + primary.name() + " (" + primary.server() + ", " + kind(primary.position())
                                + group(", ", now.group()) + ")");
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

    /** Returns the description of a snapshot in which several nodes may take writes. */
    static String of(TopologySnapshot now, Duration maxLag, WritePolicy policy) {
        List<String> members = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (NodeStatus node : now.nodes()) {
            if (!now.writers().contains(node)) {
                (node.member() == null ? others : members).add(describe(node, now.noPrimaryReason()));
            }
        }
        StringBuilder text = new StringBuilder(writers(now));
        if (!members.isEmpty()) {
            text.append(", members ").append(String.join(", ", members));
        }
        if (!others.isEmpty()) {
            text.append(", other nodes ").append(String.join(", ", others));
        }
        return text + "; policy " + policy.name().toLowerCase(Locale.ROOT).replace('_', '-') + "; max-lag "
                + DurationFormat.of(maxLag);
    }

    private static String writers(TopologySnapshot now) {
        List<NodeStatus> writers = now.writers();
        if (writers.isEmpty()) {
            return "no writer (" + now.noPrimaryReason() + ")" + group(", ", now.group());
        }
        String view = now.group() == null ? ", in no group" : group(", ", now.group());
        if (writers.size() == 1) {
            return "writer " + writers.get(0).name() + " (" + writers.get(0).server() + view + ")";
        }
        return "writers "
                + writers.stream()
                        .map(writer -> writer.name() + " (" + writer.server() + ")")
                        .collect(Collectors.joining(", "))
                + view;
    }

    private static String group(String separator, @Nullable GroupView group) {
        return group == null
                ? ""
                : separator + group.kind() + " view "
                        + group.viewId().substring(group.viewId().lastIndexOf(':') + 1) + " of " + group.members()
                        + (group.members() == 1 ? " member" : " members");
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
        String state = node.name() + " " + state(node);
        return known != null && node.reason() != null && known.contains(node.reason())
                ? state
                : state + " (" + node.reason() + ")";
    }

    /** A member that has not caught up says more of its state than whether it is used. */
    private static String state(NodeStatus node) {
        GroupMember member = node.member();
        String ofMember = member == null ? "unknown" : member.state().toLowerCase(Locale.ROOT);
        return node.state() == NodeState.UNKNOWN && !CAUGHT_UP.contains(ofMember)
                ? ofMember
                : node.state().name().toLowerCase(Locale.ROOT);
    }
}
