package io.github.replicationrouting;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Node;
import org.jspecify.annotations.Nullable;

/**
 * The node that the router chose for a transaction or statement, and the reason. Immutable.
 *
 * <p>Available from {@link RoutedConnection#lastDecision()}, for logs and tests:
 *
 * <pre>{@code
 * Decision decision = connection.unwrap(RoutedConnection.class).lastDecision();
 * log.debug("read from {} ({})", decision.node(), decision.reason().label());
 * }</pre>
 *
 * @param node the chosen node
 * @param reason the reason for the choice
 * @param writable whether the transaction may write on the node; if not, the connection is made read-only
 * @param awaited the position that the node must have executed before the first statement, null for none
 * @param recordsPosition whether the position of the primary is requested after a read that it served, so that later
 *     reads of the session can return to a replica
 */
public record Decision(
        Node node,
        DecisionReason reason,
        boolean writable,
        @Nullable Position awaited,
        boolean recordsPosition) {

    /**
     * Creates a decision that requires neither a wait before the first statement nor a position after the last one.
     *
     * @param node the chosen node
     * @param reason the reason for the choice
     * @param writable whether the transaction may write on the node
     */
    public Decision(Node node, DecisionReason reason, boolean writable) {
        this(node, reason, writable, null, false);
    }

    /** Returns whether this is a read that a replica serves. */
    public boolean isServedByReplica() {
        return !writable && !reason.isServedByPrimary();
    }
}
