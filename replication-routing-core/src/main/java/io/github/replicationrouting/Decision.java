package io.github.replicationrouting;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Node;
import org.jspecify.annotations.Nullable;

/**
 * The node chosen, and why.
 *
 * @param node where the work goes
 * @param reason why
 * @param writable whether the work may write there; where not, the connection is made read-only
 * @param awaited what to wait for on the connection before the work begins; null for nothing
 * @param notesPosition whether to ask, when a read is over, how far the primary has written: a session that knows it can
 *     leave the primary again
 */
public record Decision(
        Node node,
        DecisionReason reason,
        boolean writable,
        @Nullable Position awaited,
        boolean notesPosition) {

    /** A decision with nothing to do before or after the work. */
    public Decision(Node node, DecisionReason reason, boolean writable) {
        this(node, reason, writable, null, false);
    }

    /** Whether it is a read that a replica serves. */
    public boolean isServedByReplica() {
        return !writable && !reason.isServedByPrimary();
    }

    /** The same for a transaction that begins where a statement outside any transaction went before. */
    public Decision forWrite() {
        return reason == DecisionReason.OUTSIDE_TRANSACTION
                ? new Decision(node, DecisionReason.READ_WRITE, writable)
                : this;
    }
}
