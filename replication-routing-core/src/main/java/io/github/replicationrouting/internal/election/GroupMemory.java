package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one instance remembers of the last election among the members of a group. Immutable.
 *
 * @param writers names of the nodes that took writes
 * @param reached what these nodes were seen to have; null where that is not known
 * @param since when they began to take writes, monotonic time in nanoseconds
 */
public record GroupMemory(Set<String> writers, @Nullable Position reached, long since) {

    /** No writer has been known yet. */
    public static final GroupMemory NONE = new GroupMemory(Set.of(), null, 0);

    public GroupMemory {
        writers = Set.copyOf(writers);
    }

    /** Returns the memory after an election among these nodes. */
    public GroupMemory after(ElectionResult result, List<NodeView> nodes, long now) {
        Set<String> names = new HashSet<>();
        Position all = null;
        for (int i : result.writers()) {
            NodeView node = nodes.get(i);
            names.add(node.name());
            Answer answer = node.currentAnswer();
            Position has = answer == null ? null : Containment.everything(answer);
            if (has != null && (all == null || all.isComparableTo(has))) {
                all = all == null ? has : all.union(has);
            }
        }
        // What the last writers had counts until there are new ones.
        return new GroupMemory(names, names.isEmpty() ? reached : all, names.equals(writers) ? since : now);
    }
}
