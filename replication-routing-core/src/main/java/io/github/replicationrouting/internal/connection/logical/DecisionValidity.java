package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.pool.WaitCondition;
import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;

/**
 * Whether a node is still what it was chosen for: it has the role and the state that it had, it is not suspected since,
 * and it is still the primary if it was to be written to. Compared with the snapshot of that time, so that a node that
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
                ? changed || (isForThePrimary() && !isPrimary(now))
                : changed || (current.suspected() && !then.suspected());
    }

    /** Whether there is a newer snapshot than that of the decision. */
    boolean hasNewSnapshot() {
        return topology.snapshot() != since;
    }

    /** Whether it was to be written to as the primary, and another node is the primary now. */
    boolean hasSuccessor() {
        TopologySnapshot now = topology.snapshot();
        return now != since && now.primary() != null && isForThePrimary() && !isPrimary(now);
    }

    /** A primary that is only suspected is still written to. */
    private boolean isForThePrimary() {
        return decision.writable() && decision.reason() != DecisionReason.NODE_REQUESTED && isPrimary(since);
    }

    private boolean isPrimary(TopologySnapshot snapshot) {
        NodeStatus primary = snapshot.primary();
        return primary != null && primary.node() == decision.node();
    }
}
