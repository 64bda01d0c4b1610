package io.github.replicationrouting.topology;

import io.github.replicationrouting.position.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One node in a snapshot.
 *
 * @param node the node and its live load
 * @param role the observed role
 * @param state whether it can be used
 * @param suspected whether its newest probe failed, or something else speaks against it: new reads go to other nodes
 *     while there are any
 * @param share fraction of its weight that it is given, above 0 and at most 1: less while it lags or ramps up
 * @param reason why it is not in use, or gets only a part of its share, without secrets; null when it is fully in use
 * @param lag staleness bound of a replica at its last probe; null when unknown, zero for a primary
 * @param freshness up to when it has everything: {@code lag} for decisions, which keeps counting between the probes
 * @param position what it had executed at its last probe; null where the server does not show it
 * @param server product and version, for example {@code MySQL 9.7.4}; null before the first answer
 * @param semiSynchronous whether the commits of a primary wait for a replica; null where that is not known
 * @param member what it reports of its group; null where it is in none
 */
public record NodeStatus(
        Node node,
        Role role,
        NodeState state,
        boolean suspected,
        double share,
        @Nullable String reason,
        @Nullable Duration lag,
        Freshness freshness,
        @Nullable Position position,
        @Nullable String server,
        @Nullable Boolean semiSynchronous,
        @Nullable GroupMember member) {

    /** A node of which it is not known whether commits wait for a replica. */
    public NodeStatus(
            Node node,
            Role role,
            NodeState state,
            boolean suspected,
            double share,
            @Nullable String reason,
            @Nullable Duration lag,
            Freshness freshness,
            @Nullable Position position,
            @Nullable String server) {
        this(node, role, state, suspected, share, reason, lag, freshness, position, server, null, null);
    }

    public NodeStatus {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share of node " + node + " must be above 0 and at most 1: " + share);
        }
    }

    /** Returns the status of a node that has not answered yet. */
    public static NodeStatus unknown(Node node) {
        return new NodeStatus(
                node, Role.UNKNOWN, NodeState.UNKNOWN, false, 1, "not probed yet", null, Freshness.UNKNOWN, null, null);
    }

    public String name() {
        return node.name();
    }

    /** Returns the weight that it is given now: that of the configuration, times its share. */
    public double effectiveWeight() {
        return node.spec().weight() * share;
    }
}
