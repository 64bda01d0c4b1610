package io.github.replicationrouting.internal.monitor;

import io.github.replicationrouting.internal.election.ElectionResult;
import io.github.replicationrouting.internal.monitor.node.NodeRecord;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.OnIncompletePromotion;
import io.github.replicationrouting.settings.WriteSettings;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.topology.IncompletePromotion;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares a successor, before the first write, with the newest position that was seen of its predecessor and with what
 * each node that answers has of that. On the monitor's thread only.
 *
 * <p>What the predecessor committed after its last probe, and no other node has, was never seen and is not part of the
 * gap. A gap closes when the successor has everything after all, when the predecessor is back, or when an operator
 * accepts it.
 */
final class PromotionCheck {

    private final boolean rejects;

    private @Nullable NodeRecord last;

    /** The id of its server, by which it signed its transactions. */
    private String lastServerId = "";

    /** The newest position seen of it. */
    private @Nullable Position reached;

    /** What it had written itself. */
    private @Nullable Position wrote;

    private @Nullable NodeRecord accepted;

    private @Nullable IncompletePromotion gap;

    PromotionCheck(WriteSettings writes) {
        this.rejects = writes.onIncompletePromotion() == OnIncompletePromotion.REJECT;
    }

    /** Forgets the last primary: its successor, and what that must have, is decided by its group. */
    void forget() {
        last = null;
        accepted = null;
        gap = null;
    }

    /** Accepts the node whose promotion is refused as it is. */
    void accept(List<NodeRecord> nodes) {
        IncompletePromotion refused = gap;
        if (refused != null) {
            accepted = nodes.stream()
                    .filter(record -> record.node() == refused.to())
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Returns the result, or one without a primary where the promoted node is not to be written to, or not yet.
     *
     * @param onIncomplete called once for each gap
     */
    ElectionResult check(ElectionResult result, List<NodeRecord> nodes, Consumer<IncompletePromotion> onIncomplete) {
        if (result.primary() < 0) {
            return result;
        }
        NodeRecord next = nodes.get(result.primary());
        if (next != last && next != accepted) {
            NodeRecord behind = notComparedYet(next, nodes);
            boolean known = gap != null && gap.to() == next.node();
            if (behind != null && !known) {
                return result.postponed(
                        next.name() + " is being compared with " + behind.name() + " before the first write");
            }
            IncompletePromotion found = gapOf(next, nodes);
            if (found != null && (gap == null || gap.to() != next.node())) {
                onIncomplete.accept(found);
            }
            gap = found;
            if (found != null && found.rejected()) {
                return refused(result, found);
            }
        }
        record(next);
        return result;
    }

    private void record(NodeRecord primary) {
        last = primary;
        accepted = null;
        gap = null;
        Observation seen = primary.observation();
        lastServerId = seen == null ? "" : seen.serverId();
        reached = seen == null ? null : seen.written();
        Position history = seen == null ? null : seen.history();
        wrote = history == null ? null : history.writtenBy(lastServerId);
    }

    private @Nullable IncompletePromotion gapOf(NodeRecord next, List<NodeRecord> nodes) {
        NodeRecord before = last;
        if (before == null) {
            return null;
        }
        Position had = reached;
        Position has = everythingAt(next.observation());
        if (had != null && has != null && has.isComparableTo(had) && !has.contains(had)) {
            return gap(before, next, had.subtract(has), had.countMissingIn(has));
        }
        Position history = historyOf(next);
        if (wrote != null && history != null && lacks(history, wrote)) {
            return gap(before, next, wrote.subtract(history), wrote.countMissingIn(history));
        }
        for (NodeRecord other : nodes) {
            Position part = partOfPredecessor(other, next);
            if (part != null && history != null && lacks(history, part)) {
                return gap(before, next, part.subtract(history), part.countMissingIn(history));
            }
        }
        return null;
    }

    /** Whether a successor that lists transactions of the predecessor lacks some of them. */
    private boolean lacks(Position history, Position part) {
        return history.isComparableTo(part)
                && !history.contains(part)
                && !history.writtenBy(lastServerId).isEmpty();
    }

    private IncompletePromotion gap(NodeRecord before, NodeRecord next, Position missing, OptionalLong transactions) {
        return new IncompletePromotion(before.node(), next.node(), missing, transactions, rejects);
    }

    /** A node that seems to have more of the predecessor, and that answered after the successor was last asked. */
    private @Nullable NodeRecord notComparedYet(NodeRecord next, List<NodeRecord> nodes) {
        Position history = historyOf(next);
        for (NodeRecord other : nodes) {
            Position part = partOfPredecessor(other, next);
            if (part != null
                    && history != null
                    && lacks(history, part)
                    && next.answer().sentAt() - other.answer().arrivedAt() < 0) {
                return other;
            }
        }
        return null;
    }

    /** What a node that answers has of the predecessor's transactions; null where nothing is known. */
    private @Nullable Position partOfPredecessor(NodeRecord other, NodeRecord next) {
        if (last == null || other == next || !other.isAlive() || other.isEndpoint()) {
            return null;
        }
        Position history = historyOf(other);
        return history == null ? null : history.writtenBy(lastServerId);
    }

    private static @Nullable Position historyOf(NodeRecord record) {
        Observation seen = record.observation();
        return seen == null ? null : seen.history();
    }

    /** A promoted server knows what it replicated, and what it wrote, in two places. */
    private static @Nullable Position everythingAt(@Nullable Observation seen) {
        if (seen == null) {
            return null;
        }
        Position written = seen.written();
        Position executed = seen.executed();
        if (written == null || executed == null || !written.isComparableTo(executed)) {
            return written == null ? executed : written;
        }
        return written.union(executed);
    }

    private static ElectionResult refused(ElectionResult result, IncompletePromotion gap) {
        String why = gap.describe() + " (replication.routing.writes.on-incomplete-promotion=reject)";
        return result.refused(
                why,
                gap.to() + " was " + why + ". Writes continue when it has them, when " + gap.from()
                        + " is back, or when ReplicationRouting.acceptPromotion() or a restart accepts the loss");
    }
}
