package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.internal.topology.Topology;
import io.github.replicationrouting.topology.NodeStatus;
import io.github.replicationrouting.topology.TopologySnapshot;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What all reads of the process must see, whatever their session, until every node contains it. Thread-safe; a read
 * takes a lock only to remove a requirement that is met.
 */
final class ProcessFloor {

    private final Topology topology;
    private final ReplicaCheck check;
    private volatile ReadRequirement requirement = ReadRequirement.NONE;

    /** A snapshot in which a node lacked the requirement, so that each snapshot is checked once. */
    private volatile @Nullable TopologySnapshot unmetIn;

    ProcessFloor(Topology topology, ReplicaCheck check) {
        this.topology = topology;
        this.check = check;
    }

    synchronized void raise(UnaryOperator<ReadRequirement> change) {
        requirement = change.apply(requirement);
        unmetIn = null;
    }

    /** Returns what all reads must see now; empty once every node contains it. */
    ReadRequirement current() {
        ReadRequirement current = requirement;
        if (current.isEmpty()) {
            return current;
        }
        TopologySnapshot snapshot = topology.snapshot();
        if (snapshot == unmetIn) {
            return current;
        }
        long now = System.nanoTime();
        for (NodeStatus node : snapshot.nodes()) {
            if (!check.hasCommits(current, node, now)) {
                unmetIn = snapshot;
                return current;
            }
        }
        remove(current);
        return ReadRequirement.NONE;
    }

    private synchronized void remove(ReadRequirement met) {
        if (requirement == met) {
            requirement = ReadRequirement.NONE;
        }
    }
}
