package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeState;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.Role;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.List;
import java.util.Locale;

/**
 * Whether a node may serve an intent, and if not, why not. Decisions, exceptions and explanations all use it, so that
 * what the router reports is what it does.
 */
enum Eligibility {
    ELIGIBLE,
    /** In another zone than the application, while the application's own zone serves all reads. */
    OTHER_ZONE,
    /** Eligible until it failed to answer just now. */
    SUSPECTED,
    /** Failed an earlier attempt of the same work. */
    AVOIDED,
    /** The primary, which serves reads only if no replica can. */
    PRIMARY,
    /** Writable, but another node takes all writes. */
    STANDBY,
    /** Excluded by its role or state. */
    INELIGIBLE;

    /** Returns the eligibility of a node for reads, regardless of its zone. */
    static Eligibility forReads(NodeStatus node, TopologySnapshot snapshot, List<Node> avoided) {
        if (avoided.contains(node.node())) {
            return AVOIDED;
        }
        if (node.equals(snapshot.primary())) {
            return PRIMARY;
        }
        if (node.role() == Role.UNKNOWN || node.state() != NodeState.ONLINE) {
            return INELIGIBLE;
        }
        return node.suspected() ? SUSPECTED : ELIGIBLE;
    }

    /** Returns the eligibility of a node for writes. */
    static Eligibility forWrites(NodeStatus node, TopologySnapshot snapshot, List<Node> avoided) {
        if (avoided.contains(node.node())) {
            return AVOIDED;
        }
        if (snapshot.writers().contains(node)) {
            return ELIGIBLE;
        }
        boolean standsBy =
                node.role() == Role.PRIMARY && node.state() == NodeState.ONLINE && snapshot.primary() != null;
        return standsBy ? STANDBY : INELIGIBLE;
    }

    /** Describes it for exceptions and explanations, without secrets. */
    String describe(NodeStatus node) {
        return switch (this) {
            case ELIGIBLE -> "eligible";
            case OTHER_ZONE -> "in another zone, and the local zone has enough capacity";
            case SUSPECTED -> node.reason() == null ? "failed to answer just now" : node.reason();
            case AVOIDED -> "failed an earlier attempt";
            case PRIMARY -> "is the primary";
            case STANDBY -> "writable, while another node takes all writes";
            case INELIGIBLE -> roleAndState(node);
        };
    }

    private static String roleAndState(NodeStatus node) {
        String text = node.role().name().toLowerCase(Locale.ROOT) + ", "
                + node.state().name().toLowerCase(Locale.ROOT);
        return node.reason() == null ? text : text + " (" + node.reason() + ")";
    }
}
