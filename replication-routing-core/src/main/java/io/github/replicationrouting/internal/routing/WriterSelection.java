package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.internal.consistency.SessionConstraint;
import io.github.replicationrouting.internal.selection.LeastInFlightSelector;
import io.github.replicationrouting.internal.selection.RoundRobinSelector;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.Candidates;
import io.github.replicationrouting.spi.NodeSelector;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects one of the nodes that take writes. Where there is a primary it is the primary, whatever the policy.
 * Thread-safe, without a lock.
 */
final class WriterSelection {

    /** Null where a key decides. */
    private final @Nullable NodeSelector selector;

    private WriterSelection(@Nullable NodeSelector selector) {
        this.selector = selector;
    }

    static WriterSelection of(WritePolicy policy) {
        return new WriterSelection(
                switch (policy) {
                    case ROUND_ROBIN -> new RoundRobinSelector();
                    case LEAST_IN_FLIGHT -> new LeastInFlightSelector();
                    case SINGLE, AFFINITY -> null;
                });
    }

    /**
     * Returns the node of a write; null if there is none. Prefers a node that is known to have what the session must
     * see, so that it need not wait.
     *
     * <p>A key keeps its node also while that node is avoided or suspected: elsewhere its writes could conflict with
     * those that other instances still send there.
     */
    @Nullable
    Node forWrite(RoutingTable table, Intent intent) {
        if (!table.isShared()) {
            return table.primary();
        }
        if (selector == null) {
            return table.writerOf(key(intent)).node();
        }
        Candidates writers = table.writers();
        SessionConstraint session = intent.constraints().session();
        return writers.isEmpty()
                ? null
                : selector.select(known(writers, session)).node();
    }

    /** Returns the node that serves a read which no other node can; null if there is none. */
    @Nullable
    Node forFallback(RoutingTable table, Intent intent) {
        if (!table.isShared()) {
            return table.primary();
        }
        Candidates writers = table.writers();
        if (writers.isEmpty()) {
            return null;
        }
        return selector == null
                ? table.readableWriterOf(key(intent)).node()
                : selector.select(known(writers, intent.constraints().session()))
                        .node();
    }

    /** Returns the node of the pinned writer, the same one in every instance; null if there is none. */
    static @Nullable Node pinned(RoutingTable table) {
        return table.isShared() ? table.writerOf(AffinityKey.NONE).node() : table.primary();
    }

    /** Returns whether writes under a key may continue on a node that takes writes. */
    boolean isFor(RoutingTable table, Node node, AffinityKey key) {
        return selector != null || !table.isShared() || table.writerOf(key).node() == node;
    }

    private static AffinityKey key(Intent intent) {
        AffinityKey key = intent.affinity();
        return key == null ? AffinityKey.NONE : key;
    }

    /** Returns the nodes that are known to have what the session must see; all nodes if none is. */
    private static Candidates known(Candidates writers, @Nullable SessionConstraint session) {
        if (session == null) {
            return writers;
        }
        List<NodeStatus> known =
                writers.nodes().stream().filter(session::isMetBy).toList();
        return known.isEmpty() || known.size() == writers.size() ? writers : Candidates.of(known);
    }
}
