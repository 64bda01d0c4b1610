package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.topology.Node;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happened in one attempt of a transaction that may be retried. Used by one thread. */
final class RetryAttempt {

    /** Counts from 1. */
    final int number;

    @Nullable
    Node lostNode;

    /** The nodes that lack an object that the attempt names; empty if the node was lost for another reason. */
    Set<Node> nodesWithoutObject = Set.of();

    @Nullable
    Node demotedNode;

    boolean unserved;
    boolean rolledBack;
    boolean begun;
    boolean completed;

    RetryAttempt(int number) {
        this.number = number;
    }
}
