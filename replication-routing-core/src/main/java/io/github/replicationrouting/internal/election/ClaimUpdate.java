package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.ReplicationChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Works out what an instance remembers of an election, rule 6 included: which nodes are fenced. */
final class ClaimUpdate {

    private final Claim before;
    private final ElectionResult result;
    private final List<NodeView> nodes;
    private final Duration gap;
    private final ReplicationGraph graph;

    ClaimUpdate(Claim before, ElectionResult result, List<NodeView> nodes, Duration gap) {
        this.before = before;
        this.result = result;
        this.nodes = nodes;
        this.gap = gap;
        this.graph = new ReplicationGraph(nodes, before.node());
    }

    Claim claim() {
        return result.primary() < 0 ? withoutPrimary() : withPrimary(nodes.get(result.primary()));
    }

    // --- no primary

    /** The incumbent keeps its claim while it is gone, and loses it when it is contested. */
    private Claim withoutPrimary() {
        boolean contested = result.reason() == Reason.CONTESTED;
        NodeView pending = result.pending() < 0 ? null : nodes.get(result.pending());
        return new Claim(
                contested ? null : before.node(),
                before.last(),
                before.serverId(),
                false,
                before.electedAt(),
                before.since(),
                before.fitAt(),
                before.reached(),
                before.tolerated(),
                contested,
                contested ? clearedThatTakeNoWrites() : before.cleared(),
                pending == null ? null : pending.name(),
                pending == null ? 0 : before.pendingSince(pending),
                stillFenced());
    }

    private Map<String, Long> clearedThatTakeNoWrites() {
        Map<String, Long> rest = new HashMap<>(before.cleared());
        nodes.stream().filter(NodeView::isWritable).map(NodeView::name).forEach(rest::remove);
        return rest;
    }

    /** Returns the nodes that stay fenced: only becoming a replica ends it. */
    private Set<String> stillFenced() {
        Set<String> still = new HashSet<>(before.fenced());
        still.retainAll(nodes.stream().map(NodeView::name).toList());
        nodes.stream().filter(NodeView::hasBecomeReplica).map(NodeView::name).forEach(still::remove);
        return still;
    }

    // --- a primary

    private Claim withPrimary(NodeView primary) {
        Answer newest = Objects.requireNonNull(primary.lastAnswer());
        boolean incumbentStays = primary.name().equals(before.node())
                && (!primary.isServer() || Objects.equals(primary.serverId(), before.serverId()));
        long since = incumbentStays ? before.since(newest, gap) : newest.sentAt();
        Map<String, Long> cleared = cleared(incumbentStays, since, newest);
        return new Claim(
                primary.name(),
                primary.name(),
                primary.serverId(),
                true,
                incumbentStays ? before.electedAt() : newest.arrivedAt(),
                since,
                newest.sentAt(),
                newest.observation().history(),
                tolerated(incumbentStays),
                false,
                cleared,
                null,
                0,
                fenced(primary, incumbentStays, cleared));
    }

    private Map<String, Long> cleared(boolean incumbentStays, long since, Answer primary) {
        Map<String, Long> cleared = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            NodeView node = nodes.get(i);
            Answer answer = node.currentAnswer();
            if (i == result.primary()) {
                continue;
            }
            if (answer != null && answer.sentAt() - since >= 0 && isReplica(i, answer, since)) {
                cleared.put(node.name(), answer.arrivedAt());
            } else if (incumbentStays && before.isCleared(node, since)) {
                // What it has changed while the incumbent was seen to be fit is accounted for.
                cleared.put(
                        node.name(),
                        before.present() && answer != null
                                ? Long.valueOf(answer.arrivedAt())
                                : Objects.requireNonNull(before.cleared().get(node.name())));
            } else if (!incumbentStays && result.reason() == Reason.PROMOTION) {
                cleared.put(node.name(), primary.arrivedAt());
            }
        }
        return cleared;
    }

    /**
     * Returns whether a node shows its source and is read-only. One that is writable has to be observed beside the
     * primary for the length of the gap: it must be connected and must not write. What it wrote before is a mistake of
     * the past.
     */
    private boolean isReplica(int i, Answer answer, long since) {
        if (answer.channels().isEmpty() || result.assessments().get(i).rival()) {
            return false;
        }
        return answer.observation().readOnly()
                || (graph.sourceOf(i) >= 0
                        && answer.sentAt() - since >= gap.toNanos()
                        && nodes.get(i).isQuiet(gap));
    }

    private Set<String> fenced(NodeView primary, boolean incumbentStays, Map<String, Long> cleared) {
        Set<String> fenced = stillFenced();
        for (int i = 0; i < nodes.size(); i++) {
            if (result.assessments().get(i).rival()
                    && cleared.containsKey(nodes.get(i).name())) {
                fenced.add(nodes.get(i).name());
            }
        }
        String predecessor = before.node();
        if (!incumbentStays && predecessor != null) {
            fenced.add(predecessor);
        }
        fenced.remove(primary.name());
        return fenced;
    }

    private Set<String> tolerated(boolean incumbentStays) {
        Set<String> tolerated = new HashSet<>(incumbentStays ? before.tolerated() : Set.of());
        for (ReplicationChannel channel : nodes.get(result.primary()).channels()) {
            int source = graph.sourceOf(channel);
            boolean left = !incumbentStays && source >= 0 && !graph.isReplicating(source, result.primary());
            if (source < 0 || left) {
                tolerated.add(NodeView.address(channel));
            }
        }
        return tolerated;
    }
}
