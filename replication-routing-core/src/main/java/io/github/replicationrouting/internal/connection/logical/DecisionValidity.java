package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;

/**
 * Whether a node is still what it was chosen for: it has the role and the state that it had, it is not suspected since,
 * it still takes writes if it was to be written to, and it has not become the primary otherwise. Compared with the snapshot of that time, so that a node that
 * was chosen although it was suspected or lagging is not left again immediately. Thread-safe.
 *
 * @param since the newest snapshot before the decision
 */
record DecisionValidity(Topology topology, TopologySnapshot since, Decision decision) implements WaitCondition {

    @Override
    public boolean isOver() {
        TopologySnapshot now = topology.snapshot();
        if (now == since) {
            return false;
        }
        String node = decision.node().name();
        NodeStatus then = since.node(node);
        NodeStatus current = now.node(node);
        if (then == null || current == null) {
            return then != null || current != null;
        }
        boolean changed = then.state() != current.state() || then.role() != current.role();
        return decision.writable()
                ? changed || (isForAWriter() && !isWriter(now))
                : changed || (current.suspected() && !then.suspected()) || (isPrimary(now) && !isPrimary(since));
    }

    /** Whether there is a newer snapshot than that of the decision. */
    boolean hasNewSnapshot() {
        return topology.snapshot() != since;
    }

    /** Whether it was to be written to, and only other nodes take writes now. */
    boolean hasSuccessor() {
        TopologySnapshot now = topology.snapshot();
        return now != since && now.isWritable() && isForAWriter() && !isWriter(now);
    }

    /** Whether the node is one of several that take writes, chosen as such: it may lack what others have committed. */
    boolean isForOneOfSeveralWriters() {
        DecisionReason reason = decision.reason();
        return since.primary() == null
                && since.isWritable()
                && reason != DecisionReason.NODE_REQUESTED
                && (decision.writable() || reason.isServedByPrimary());
    }

    /** A node that is only suspected is still written to. */
    private boolean isForAWriter() {
        return decision.writable() && decision.reason() != DecisionReason.NODE_REQUESTED && isWriter(since);
    }

    private boolean isWriter(TopologySnapshot snapshot) {
        for (NodeStatus writer : snapshot.writers()) {
            if (writer.node() == decision.node()) {
                return true;
            }
        }
        return false;
    }

    private boolean isPrimary(TopologySnapshot snapshot) {
        NodeStatus primary = snapshot.primary();
        return primary != null && primary.node() == decision.node();
    }
}
