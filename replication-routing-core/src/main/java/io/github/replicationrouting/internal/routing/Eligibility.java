package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.Locale;

/**
 * Whether a node may serve, and if not, why not. Decisions, refusals and explanations all come from here, so that what
 * the router says of itself is what it does.
 */
enum Eligibility {
    ELIGIBLE,
    /** Of another zone than the application, whose own zone suffices. */
    OTHER_ZONE,
    /** Fit until it failed to answer just now. */
    SUSPECTED,
    /** It just failed this very work. */
    REFUSED_JUST_NOW,
    /** Replicas come first for reads. */
    IS_THE_PRIMARY,
    /** Its role or state rules it out. */
    UNFIT;

    /** Of a node on its own, for a read. */
    static Eligibility forReads(NodeStatus node, TopologySnapshot snapshot, List<Node> avoided) {
        if (avoided.contains(node.node())) {
            return REFUSED_JUST_NOW;
        }
        if (node.equals(snapshot.primary())) {
            return IS_THE_PRIMARY;
        }
        if (node.role() != Role.REPLICA || node.state() != NodeState.ONLINE) {
            return UNFIT;
        }
        return node.suspected() ? SUSPECTED : ELIGIBLE;
    }

    /** Of a node on its own, for a write. */
    static Eligibility forWrites(NodeStatus node, TopologySnapshot snapshot, List<Node> avoided) {
        if (avoided.contains(node.node())) {
            return REFUSED_JUST_NOW;
        }
        return node.equals(snapshot.primary()) ? ELIGIBLE : UNFIT;
    }

    /** For people; without secrets. */
    String words(NodeStatus node) {
        return switch (this) {
            case ELIGIBLE -> "eligible";
            case OTHER_ZONE -> "of another zone, and the application's own suffices";
            case SUSPECTED -> node.reason() == null ? "failed to answer just now" : node.reason();
            case REFUSED_JUST_NOW -> "refused a connection just now";
            case IS_THE_PRIMARY -> "is the primary";
            case UNFIT -> roleAndState(node);
        };
    }

    private static String roleAndState(NodeStatus node) {
        String words = node.role().name().toLowerCase(Locale.ROOT) + ", "
                + node.state().name().toLowerCase(Locale.ROOT);
        return node.reason() == null ? words : words + " (" + node.reason() + ")";
    }
}
