package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Sighting;
import io.github.replicationrouting.internal.election.Outcome.Reason;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tells which node is the primary, by positive evidence only: that a node is writable makes it a candidate, never the
 * primary. Positions elect nobody; they show that two servers have diverged, and what a node lacks. A pure function of
 * what one instance has seen; {@link Claim} is its memory.
 *
 * <p>The rules, in the order in which they apply (numbered as in {@code docs/election.md}):
 *
 * <ol>
 *   <li>A node that does not answer, is read-only or offline takes no writes.
 *   <li>A node declared {@code replica} is never the primary; of one server under two names the first one counts.
 *   <li>A node with a configured source is a replica, whether its receiver runs, connects or is stopped. The exceptions are
 *       the members of a ring, and a stopped channel to a node that replicates from this one.
 *   <li>The incumbent stays the primary while it is fit: it answers, is writable, is the same server, and does not receive
 *       from another node. No vote outweighs it.
 *   <li>An incumbent that is gone keeps its claim until the promotion of one other node has been seen since: from read-only
 *       to writable, or by the removal of its source, or because most of the other nodes are connected to it and at least
 *       one of them was repointed since. Of two such nodes, as by rule 8.
 *   <li>A node that was writable beside the primary is fenced until it is a replica, or promoted by rule 5.
 *   <li>Without an incumbent, the only candidate is the primary unless another node contradicts it.
 *   <li>Of two candidates, the one that most other nodes follow, or that is declared {@code primary}, and that has all that
 *       the other has. Otherwise none.
 *   <li>An incumbent is weighed like a candidate of rule 8 against a writable node that this instance has not yet seen as
 *       a replica beside it: then this instance may have missed a promotion.
 * </ol>
 */
public final class PrimaryElection {

    private final List<NodeView> nodes;
    private final Claim claim;
    private final boolean sticks;
    private final Predicate<@Nullable Position> follows;
    private final Duration gap;
    private final ReplicationGraph graph;
    private final int size;

    private PrimaryElection(
            List<NodeView> nodes, Claim claim, Duration gap, boolean sticks, Predicate<@Nullable Position> follows) {
        this.nodes = nodes;
        this.gap = gap;
        this.claim = claim;
        this.sticks = sticks;
        this.follows = follows;
        this.graph = new ReplicationGraph(nodes, claim.node());
        this.size = nodes.size();
    }

    /**
     * Elects the primary.
     *
     * @param nodes every node of the topology
     * @param claim what this instance knew before; {@link Claim#after} tells what it knows then
     * @param gap how long the incumbent may go without an answer before a promotion may have been missed
     * @param sticks whether the last primary goes on where two nodes claim to be the primary
     * @param follows whether an executed position has followed the primary's, for roles that nothing else shows
     */
    public static Outcome elect(
            List<NodeView> nodes, Claim claim, Duration gap, boolean sticks, Predicate<@Nullable Position> follows) {
        return new PrimaryElection(nodes, claim, gap, sticks, follows).elect();
    }

    private Outcome elect() {
        int incumbent = graph.indexOf(claim.node());
        if (incumbent < 0 || isReplaced(incumbent)) {
            return start();
        }
        return isFit(incumbent) ? confirm(incumbent) : succeed();
    }

    // --- rules 1 to 3: who may be the primary

    /** Whether a node takes writes, and nothing that was declared rules it out. */
    private boolean mayWrite(int i) {
        NodeView node = nodes.get(i);
        return node.isWritable() && !node.isDeclared(DeclaredRole.REPLICA) && graph.twinOf(i) < 0;
    }

    /** Whether a node may be the primary although no promotion was seen: it replicates from nowhere, so far as it tells. */
    private boolean isCandidate(int i) {
        NodeView node = nodes.get(i);
        return mayWrite(i) && (graph.sourceChannel(i) == null || !node.isServer()) && graph.sourceOf(i) < 0;
    }

    private List<Integer> candidates() {
        return IntStream.range(0, size).filter(this::isCandidate).boxed().toList();
    }

    // --- rule 4: the incumbent

    /**
     * Whether another server answers under the incumbent's name, or the same one after it has lost its data: nothing that is
     * known of the one holds for the other.
     */
    private boolean isReplaced(int incumbent) {
        NodeView node = nodes.get(incumbent);
        Sighting living = node.living();
        if (living == null || !node.isServer()) {
            return false;
        }
        return !Objects.equals(claim.serverId(), node.serverId()) || (!claim.present() && hasLostData(living));
    }

    private boolean hasLostData(Sighting living) {
        Position reached = claim.reached();
        Position history = living.observation().history();
        return reached != null && history != null && history.isComparableTo(reached) && !history.contains(reached);
    }

    private boolean isFit(int incumbent) {
        return mayWrite(incumbent) && !isDemoted(incumbent) && (claim.present() || !hasNewSource(incumbent));
    }

    /** Whether an incumbent now receives from another node, other than through a channel that it had all along. */
    private boolean isDemoted(int i) {
        for (ReplicationChannel channel : nodes.get(i).channels()) {
            int source = graph.sourceOf(channel);
            if (channel.receiver() == Receiver.ON
                    && source >= 0
                    && source != i
                    && !claim.tolerated().contains(NodeView.address(channel))
                    && (nodes.get(source).living() == null ? isRepointed(i) : isUpstream(source, i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a node does not receive from another, and takes writes or receives from a third: it is no standby of a ring. */
    private boolean isUpstream(int source, int i) {
        return !graph.isConnected(source, i) && (mayWrite(source) || graph.sourceOf(source) >= 0);
    }

    /** Whether an incumbent has come back with a source that it did not have before. */
    private boolean hasNewSource(int i) {
        ReplicationChannel source = graph.sourceChannel(i);
        return source != null
                && nodes.get(i).isServer()
                && !claim.tolerated().contains(NodeView.address(source))
                && isRepointed(i);
    }

    /** Whether an incumbent has another source than when it was last fit: else a ring has only lost its other member. */
    private boolean isRepointed(int i) {
        Long repointedAt = nodes.get(i).roles().repointedAt();
        return repointedAt != null && isAfterTheLoss(repointedAt);
    }

    private Outcome confirm(int incumbent) {
        long since = claim.since(Objects.requireNonNull(nodes.get(incumbent).seen()), gap);
        List<Integer> claimants = new ArrayList<>(List.of(incumbent));
        if (!claim.present() && isPending(incumbent)) {
            return pending(incumbent);
        }
        int other = claim.present() ? -1 : otherWriter(incumbent);
        if (other < 0 && hasMissedANode()) {
            other = furtherReplica(incumbent, Containment.LACKING);
        }
        for (int i = 0; i < size; i++) {
            if (i != incumbent && mayWrite(i) && !claim.isCleared(nodes.get(i), since)) {
                other = isRival(i, incumbent) ? i : other;
                if (isCandidate(i)) {
                    claimants.add(i);
                }
            }
        }
        int supported = claimants.size() == 1 ? incumbent : supported(claimants);
        boolean stays = other < 0 && (supported < 0 || supported == incumbent);
        return stays ? primary(incumbent, Reason.INCUMBENT) : contested(claimants, other);
    }

    /** Whether a node has not answered since before the incumbent was known, and may be anything. */
    private boolean hasMissedANode() {
        return nodes.stream()
                .anyMatch(node -> node.seen() == null
                        && !node.isDeclared(DeclaredRole.REPLICA)
                        && !claim.cleared().containsKey(node.name()));
    }

    // --- rules 5 and 6: the successor

    private Outcome succeed() {
        List<Integer> promoted =
                IntStream.range(0, size).filter(this::isPromoted).boxed().toList();
        if (promoted.isEmpty()) {
            return none(Reason.NO_SUCCESSOR);
        }
        int successor = promoted.size() == 1 ? promoted.get(0) : supported(promoted);
        if (successor < 0 || !hasAllOf(successor, promoted)) {
            return contested(promoted, -1);
        }
        if (isPending(successor)) {
            return pending(successor);
        }
        int other = otherWriter(successor);
        return other < 0 ? primary(successor, Reason.PROMOTION) : contested(List.of(successor), other);
    }

    /**
     * A node that another instance has written to since the incumbent was lost, or -1. Of one that replicates from
     * {@code primary} what counts is that it goes on writing what that lacks.
     *
     * @param primary the successor, or the incumbent that has come back
     */
    private int otherWriter(int primary) {
        for (int i = 0; i < size; i++) {
            Sighting other = nodes.get(i).living();
            if (i == primary || other == null || !mayWrite(i)) {
                continue;
            }
            boolean writes = graph.isReplicaOf(i, primary)
                    ? nodes.get(i).hasWrittenWithin(gap)
                            && Containment.ofOwn(nodes.get(primary).living(), other) != Containment.CONTAINED
                    : nodes.get(i).hasWrittenSince(claim.fitAt());
            if (writes) {
                return i;
            }
        }
        return -1;
    }

    private boolean isPromoted(int i) {
        return mayWrite(i)
                && !nodes.get(i).name().equals(claim.node())
                && !receives(i)
                && (wasSeenToBePromoted(i) || isFollowedByMostSince(i));
    }

    /** Whether it still receives from a node that does not receive from it. */
    private boolean receives(int i) {
        for (ReplicationChannel channel : nodes.get(i).channels()) {
            int source = graph.sourceOf(channel);
            boolean mayBeNode = source >= 0 || graph.neverSeen() != null;
            if (channel.receiver() == Receiver.ON && mayBeNode && (source < 0 || !graph.isConnected(source, i))) {
                return true;
            }
        }
        return false;
    }

    private boolean wasSeenToBePromoted(int i) {
        Long promotedAt = nodes.get(i).roles().promotedAt();
        return promotedAt != null && isAfterTheLoss(promotedAt);
    }

    /** Whether the incumbent, if there was one, has not shown itself to be fit since. */
    private boolean isAfterTheLoss(long moment) {
        return claim.last() == null || claim.fitAt() - moment < 0;
    }

    private boolean isFollowedByMostSince(int i) {
        if (nodes.get(i).channels().stream().anyMatch(channel -> channel.receiver() != Receiver.OFF)) {
            return false;
        }
        int others = 0;
        int followers = 0;
        boolean repointed = false;
        for (int j = 0; j < size; j++) {
            NodeView other = nodes.get(j);
            if (j == i || !other.isServer() || graph.twinOf(j) >= 0) {
                continue;
            }
            others++;
            Sighting living = other.living();
            if (living != null && living.replicationIsCurrent() && graph.isConnected(j, i)) {
                followers++;
                Long repointedAt = other.roles().repointedAt();
                repointed |= repointedAt != null && isAfterTheLoss(repointedAt);
            }
        }
        return repointed && 2 * followers > others;
    }

    // --- rules 7 to 9: no incumbent, or more than one

    private Outcome start() {
        List<Integer> seen =
                IntStream.range(0, size).filter(this::isPromoted).boxed().toList();
        List<Integer> candidates = candidates().stream()
                .filter(i -> seen.contains(i)
                        || !claim.fenced().contains(nodes.get(i).name()))
                .toList();
        List<Integer> all = new ArrayList<>(candidates);
        seen.stream().filter(i -> !candidates.contains(i)).forEach(all::add);
        if (all.isEmpty()) {
            return none(Reason.NO_CANDIDATE);
        }
        if (all.size() == 1) {
            int sole = all.get(0);
            return seen.isEmpty() && mayReplicateUnseen(sole)
                    ? none(Reason.NO_CANDIDATE)
                    : startWith(sole, Reason.SOLE_CANDIDATE);
        }
        int supported = supported(all);
        return supported >= 0 && hasAllOf(supported, all) ? startWith(supported, Reason.SUPPORTED) : contested(all, -1);
    }

    private Outcome startWith(int candidate, Reason reason) {
        if (isPending(candidate)) {
            return pending(candidate);
        }
        int other = contradicting(candidate, Containment.LACKING);
        if (other >= 0) {
            return contested(List.of(candidate), other);
        }
        other = contradicting(candidate, Containment.NOT_COMPARED_YET);
        if (other < 0) {
            return primary(candidate, reason);
        }
        return claim.contested() ? contested(List.of(candidate), other) : pending(candidate);
    }

    /**
     * A node that speaks against a candidate, which lacks, or seems to lack, something of it; or -1: one that takes writes, or
     * one that has replicated more.
     */
    private int contradicting(int candidate, Containment has) {
        for (int i = 0; i < size; i++) {
            if (i != candidate && (mayWrite(i) ? contradicts(i, candidate, has) : hasLeftMore(i, candidate, has))) {
                return i;
            }
        }
        return furtherReplica(candidate, has);
    }

    /**
     * Whether a node that takes writes has transactions that a candidate lacks. Of a replica they count only while more of them
     * come: else they are a mistake of the past.
     */
    private boolean contradicts(int i, int candidate, Containment has) {
        Sighting own = nodes.get(candidate).living();
        Sighting other = nodes.get(i).living();
        return mayBeReplicaOf(i, candidate)
                ? Containment.ofOwn(own, other) == has && nodes.get(i).mayBeWriting(gap)
                : Containment.of(own, other) == has;
    }

    /** Whether a node that is gone took writes, and had more; a promotion that was seen settles that. */
    private boolean hasLeftMore(int i, int candidate, Containment has) {
        NodeView node = nodes.get(i);
        return node.living() == null
                && node.seen() != null
                && node.seen().observation().writable()
                && node.channels().isEmpty()
                && !node.isDeclared(DeclaredRole.REPLICA)
                && !wasSeenToBePromoted(candidate)
                && Containment.of(nodes.get(candidate).living(), node.seen()) == has;
    }

    /** Whether a node is connected to another, or may be, where the other is declared primary and the account may not see it. */
    private boolean mayBeReplicaOf(int i, int candidate) {
        return graph.isConnected(i, candidate)
                || (nodes.get(candidate).isDeclared(DeclaredRole.PRIMARY)
                        && !nodes.get(i).showsReplication());
    }

    /**
     * A node that has replicated what another node lacks, or seems to lack, and that no living replica wrote; or -1. A node
     * that is declared primary is not measured by its replicas.
     */
    private int furtherReplica(int node, Containment has) {
        if (nodes.get(node).isDeclared(DeclaredRole.PRIMARY)) {
            return -1;
        }
        List<String> replicas = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            if (i != node && nodes.get(i).living() != null && (!mayWrite(i) || graph.isConnected(i, node))) {
                replicas.add(Objects.requireNonNull(nodes.get(i).serverId()));
            }
        }
        List<String> andItself = new ArrayList<>(replicas);
        andItself.add(Objects.requireNonNull(nodes.get(node).serverId()));
        Sighting own = nodes.get(node).living();
        for (int i = 0; i < size; i++) {
            Sighting other = nodes.get(i).living();
            // A primary that was reset begins its numbers anew, and keeps its replicas.
            List<String> without = graph.isConnected(i, node) ? andItself : replicas;
            if (i != node && other != null && Containment.ofReplicated(own, other, without) == has) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Whether it may be a replica of a node that never answered: it was not seen to write, and it does not tell its
     * replication, or the account may not see it and nothing shows that the node has ever been a primary.
     */
    private boolean mayReplicateUnseen(int i) {
        NodeView node = nodes.get(i);
        Sighting seen = node.seen();
        if (seen == null
                || node.showsReplication()
                || node.isDeclared(DeclaredRole.PRIMARY)
                || graph.neverSeen() == null
                || node.roles().wroteAt() != null) {
            return false;
        }
        Position all = Containment.everything(seen);
        boolean wrote =
                all != null && !all.writtenBy(seen.observation().serverId()).isEmpty();
        return !(seen.replication() instanceof Replication.NotPermitted) || !wrote;
    }

    /** Of several nodes the one that the others follow; else, where they follow none, the only one declared primary. */
    private int supported(List<Integer> claimants) {
        int followed = graph.mostFollowed(claimants);
        if (followed >= 0 || claimants.stream().anyMatch(this::isFollowed)) {
            return followed;
        }
        List<Integer> declared = claimants.stream()
                .filter(i -> nodes.get(i).isDeclared(DeclaredRole.PRIMARY))
                .toList();
        return declared.size() == 1 ? declared.get(0) : -1;
    }

    private boolean isFollowed(int i) {
        return IntStream.range(0, size).anyMatch(j -> graph.isReplicaOf(j, i));
    }

    /** Whether a node is known to have everything that the others have, those aside that may be its replicas. */
    private boolean hasAllOf(int node, List<Integer> others) {
        return others.stream()
                .allMatch(i -> i == node
                        || Containment.of(nodes.get(node).living(), nodes.get(i).living()) == Containment.CONTAINED
                        || (mayBeReplicaOf(i, node) && !contradicts(i, node, Containment.LACKING)));
    }

    /**
     * Whether a node that takes writes speaks against an incumbent: it has more, it writes as well, or nothing can show that it
     * does not.
     */
    private boolean isRival(int i, int incumbent) {
        NodeView node = nodes.get(i);
        boolean candidate = isCandidate(i);
        boolean declared = nodes.get(incumbent).isDeclared(DeclaredRole.PRIMARY);
        if (candidate && !declared && graph.isConnected(i, incumbent)) {
            return true;
        }
        return switch (Containment.of(nodes.get(incumbent).living(), node.living())) {
            case CONTAINED, NOT_COMPARED_YET ->
                node.hasWrittenSince(claim.electedAt()) && !graph.isReplicaOf(i, incumbent);
            case LACKING -> !mayBeReplicaOf(i, incumbent) || node.hasWrittenWithin(gap);
            case UNKNOWN -> candidate && !declared;
        };
    }

    // --- the outcome

    /**
     * Whether another node that takes writes, or the incumbent, has not been probed since this node was first found to be the
     * primary.
     */
    private boolean isPending(int node) {
        long promisedAt = claim.promisedSince(nodes.get(node));
        if (Objects.requireNonNull(nodes.get(node).seen()).arrivedAt() - promisedAt > gap.toNanos()) {
            // A node that is busy and does not answer for so long holds up nothing.
            return false;
        }
        for (int i = 0; i < size; i++) {
            Sighting other = nodes.get(i).living();
            boolean counts = mayWrite(i) || nodes.get(i).name().equals(claim.node());
            if (i != node && other != null && counts && other.sentAt() - promisedAt < 0) {
                return true;
            }
        }
        return false;
    }

    private Outcome pending(int node) {
        return outcome(-1, Reason.PENDING, List.of(node), -1);
    }

    /** @param other a node that is no claimant, and that has more than the only one; or -1 */
    private Outcome contested(List<Integer> claimants, int other) {
        if (sticks) {
            for (int i : claimants) {
                if (nodes.get(i).name().equals(claim.last())) {
                    return primary(i, Reason.STICKY);
                }
            }
        }
        return outcome(-1, Reason.CONTESTED, claimants, other);
    }

    private Outcome primary(int node, Reason reason) {
        return outcome(node, reason, List.of(), -1);
    }

    private Outcome none(Reason reason) {
        return outcome(-1, reason, List.of(), -1);
    }

    private Outcome outcome(int primary, Reason reason, List<Integer> claimants, int other) {
        Findings findings = new Findings(nodes, graph, claim, follows, this::isCandidate);
        return new Outcome(
                primary,
                reason,
                primary >= 0 ? null : findings.whyNone(reason, claimants, other),
                findings.all(primary, reason, claimants, other),
                claimants.size() == 1 ? claimants.get(0) : -1);
    }
}
