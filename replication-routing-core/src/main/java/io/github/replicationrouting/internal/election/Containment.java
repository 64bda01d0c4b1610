package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether one node has everything that another has. */
enum Containment {
    CONTAINED,
    /** Proven: the node was asked after the other had answered, and has less. */
    LACKING,
    /** Seems to lack something, but was asked before the other had answered. */
    NOT_COMPARED_YET,
    /** There are no positions to compare. */
    UNKNOWN;

    /** Returns whether {@code node} has everything that {@code other} has. */
    static Containment of(@Nullable Answer node, @Nullable Answer other) {
        Containment own = ofOwn(node, other);
        Containment replicated = ofReplicated(node, other);
        if (own == UNKNOWN || replicated == UNKNOWN) {
            return UNKNOWN;
        }
        return own == LACKING || replicated == CONTAINED ? own : replicated;
    }

    /** Returns whether {@code node} has everything that {@code other} wrote itself. */
    static Containment ofOwn(@Nullable Answer node, @Nullable Answer other) {
        return node == null || other == null
                ? UNKNOWN
                : compare(node, node.observation().history(), other, other.ownTransactions());
    }

    /**
     * Returns whether {@code node} has come as far as {@code other} has replicated. On MariaDB one sequence number
     * shows it, because a server that does not log what it replicates, or was restored from a backup, does not list all
     * servers that have written.
     */
    static Containment ofReplicated(@Nullable Answer node, @Nullable Answer other) {
        return ofReplicated(node, other, List.of());
    }

    /** @param without ids of servers whose transactions do not count */
    static Containment ofReplicated(@Nullable Answer node, @Nullable Answer other, List<String> without) {
        if (node == null || other == null) {
            return UNKNOWN;
        }
        Position replicated = other.observation().executed();
        if (replicated != null) {
            replicated =
                    replicated.subtract(replicated.writtenBy(other.observation().serverId()));
            for (String serverId : without) {
                replicated = replicated.subtract(replicated.writtenBy(serverId));
            }
        }
        return compare(node, everything(node), other, replicated);
    }

    private static Containment compare(Answer node, @Nullable Position own, Answer other, @Nullable Position part) {
        if (own == null || part == null || !own.isComparableTo(part)) {
            return UNKNOWN;
        }
        if (own.contains(part)) {
            return CONTAINED;
        }
        return node.sentAt() - other.arrivedAt() >= 0 ? LACKING : NOT_COMPARED_YET;
    }

    /** Returns what a server wrote and what it replicated, which a promoted server shows in two positions. */
    static @Nullable Position everything(Answer answer) {
        Position written = answer.observation().written();
        Position executed = answer.observation().executed();
        if (written == null || executed == null || !written.isComparableTo(executed)) {
            return written == null ? executed : written;
        }
        return written.union(executed);
    }
}
