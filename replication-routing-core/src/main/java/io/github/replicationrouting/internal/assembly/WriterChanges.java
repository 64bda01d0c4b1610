package io.github.replicationrouting.internal.assembly;

import io.github.replicationrouting.topology.GroupView;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which nodes took writes, and which take them now. While none does, the former ones are remembered: the return of the
 * same node is no change, because its connections were closed when it went down. Used by one thread.
 */
final class WriterChanges {

    private Set<Node> last = Set.of();

    /** Nodes that took writes, and have not done so since others took them in their place. */
    private final Set<Node> replaced = new HashSet<>();

    /**
     * @param retired nodes that took writes, and were replaced by others
     * @param entered nodes that take writes now in their place
     */
    record Change(Set<Node> retired, Set<Node> entered) {

        private static final Change NONE = new Change(Set.of(), Set.of());
    }

    /** Returns what a snapshot changes. */
    Change to(TopologySnapshot snapshot) {
        if (!snapshot.isWritable()) {
            return Change.NONE;
        }
        Set<Node> before = last;
        Set<Node> now = snapshot.writers().stream().map(NodeStatus::node).collect(Collectors.toUnmodifiableSet());
        last = now;
        if (before.isEmpty() || before.equals(now)) {
            return Change.NONE;
        }
        Change change = new Change(without(before, now), without(now, before));
        replaced.removeAll(now);
        replaced.addAll(change.retired());
        return change;
    }

    /** Whether a node took writes until others took them in its place. */
    boolean hasReplaced(Node node) {
        return replaced.contains(node);
    }

    /**
     * Whether a former writer cannot acknowledge what it has received, or must not: it does not answer, or its group
     * continues without it, which it may not know. Its clients would wait until it finds out.
     */
    static boolean isLost(Node former, TopologySnapshot now) {
        NodeStatus status = now.node(former.name());
        return status != null && (status.state() == NodeState.DOWN || isExcluded(status, now));
    }

    /** Whether all members of the view that counts are known, and this one is none of them. */
    private static boolean isExcluded(NodeStatus status, TopologySnapshot now) {
        GroupView view = now.group();
        if (view == null || status.member() == null || status.role() != Role.UNKNOWN || isIn(view, status)) {
            return false;
        }
        return now.nodes().stream().filter(node -> isIn(view, node)).count() >= view.members();
    }

    private static boolean isIn(GroupView view, NodeStatus node) {
        return node.member() != null
                && (view.groupId() + ":" + view.viewId()).equals(node.member().view());
    }

    private static Set<Node> without(Set<Node> nodes, Set<Node> others) {
        Set<Node> rest = new LinkedHashSet<>(nodes);
        rest.removeAll(others);
        return rest;
    }
}
