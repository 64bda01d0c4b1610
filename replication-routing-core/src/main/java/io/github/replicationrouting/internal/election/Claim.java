package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which node one instance takes for the primary, and what it knows of the others beside it: its memory between elections. A
 * claim outlives the absence of its node: only a successor whose promotion was seen ends it. Immutable. Times are monotonic, in nanoseconds.
 *
 * @param node the name of the incumbent; null before there was a primary, and after another node has contested it
 * @param last the name of the last primary, the incumbent where there is one; null before there was one
 * @param serverId the server that the incumbent was
 * @param present whether the incumbent was fit at the last evaluation
 * @param electedAt when it became the incumbent
 * @param since since when the incumbent has been seen to be fit without a gap
 * @param fitAt when the newest answer that showed it fit was asked for: promotions that were seen before it are void
 * @param reached what the incumbent had then; null where that is not known
 * @param tolerated addresses of sources that do not make the incumbent a replica: those that it had left when it was
 *     elected, and those that are no nodes
 * @param contested whether the last election found more than one claimant
 * @param cleared nodes that are known to be no rivals of this claim, because they were seen to be replicas beside the
 *     incumbent, or were there when its promotion was seen; with the moment at which that was known
 * @param pending the name of the node that will be the primary once all other nodes that take writes have been probed once
 *     more; null for none
 * @param pendingSince when that was found
 * @param fenced nodes that were writable beside a primary and have not been replicas since
 */
public record Claim(
        @Nullable String node,
        @Nullable String last,
        @Nullable String serverId,
        boolean present,
        long electedAt,
        long since,
        long fitAt,
        @Nullable Position reached,
        Set<String> tolerated,
        boolean contested,
        Map<String, Long> cleared,
        @Nullable String pending,
        long pendingSince,
        Set<String> fenced) {

    /** No primary has been known yet. */
    public static final Claim NONE =
            new Claim(null, null, null, false, 0, 0, 0, null, Set.of(), false, Map.of(), null, 0, Set.of());

    public Claim {
        tolerated = Set.copyOf(tolerated);
        cleared = Map.copyOf(cleared);
        fenced = Set.copyOf(fenced);
    }

    /** Returns the claim after an election among these nodes, with the same {@code gap}. */
    public Claim after(ElectionResult result, List<NodeView> nodes, Duration gap) {
        return new ClaimUpdate(this, result, nodes, gap).claim();
    }

    /** Returns the time since when the incumbent has been seen to be fit without a gap, its newest answer included. */
    long since(Answer newest, Duration gap) {
        boolean unbroken = present && newest.sentAt() - fitAt <= gap.toNanos();
        return unbroken ? since : newest.sentAt();
    }

    /** Returns whether a node is known to be no rival, and cannot have been promoted while the incumbent did not answer. */
    boolean isCleared(NodeView node, long incumbentSince) {
        Long clearedAt = cleared.get(node.name());
        boolean gap = incumbentSince - electedAt > 0;
        return clearedAt != null && !(gap && node.roles().hasChangedBetween(clearedAt, incumbentSince));
    }

    /** Returns when a node was first found to be the next primary. */
    long pendingSince(NodeView next) {
        return next.name().equals(pending)
                ? pendingSince
                : Objects.requireNonNull(next.lastAnswer()).arrivedAt();
    }
}
