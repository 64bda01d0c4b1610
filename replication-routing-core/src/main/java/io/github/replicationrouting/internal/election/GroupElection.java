package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.settings.WritePolicy;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Elects the writers where the servers of a group elect them, or where several servers may be written to. Whether a
 * member of a group may be written to follows from its own report and from the views of all members
 * ({@link GroupViews}), never from its being writable. Under the policy {@code single}, {@link WriterChoice} chooses one
 * of several writers. A pure function of what one instance has seen. Nodes are named by their index.
 */
public final class GroupElection {

    /** How long a node that takes over may take to apply what its predecessor was last seen to have. */
    private static final Duration CATCH_UP = Duration.ofSeconds(10);

    /**
     * How long a Galera cluster that has not excluded a lost member yet is waited for: its writes stand still for six
     * seconds by default, and fail with an unknown outcome where it loses its majority.
     */
    private static final Duration EXCLUSION = Duration.ofSeconds(8);

    private final List<NodeView> nodes;
    private final Claim claim;
    private final Duration gap;
    private final GroupSettings settings;
    private final GroupMemory memory;
    private final GroupViews views;
    private final ReplicationGraph graph;
    private final Predicate<@Nullable Position> follows;
    private final RingCheck.Result ring;
    private final Map<String, String> evicted;
    private final GroupMessages messages;
    private final long now;

    private GroupElection(
            List<NodeView> nodes,
            Claim claim,
            Duration gap,
            GroupSettings settings,
            GroupMemory memory,
            Predicate<@Nullable Position> follows,
            long now) {
        this.nodes = nodes;
        this.claim = claim;
        this.gap = gap;
        this.settings = settings;
        this.memory = memory;
        this.views = new GroupViews(nodes);
        this.graph = new ReplicationGraph(nodes, claim.node());
        this.follows = follows;
        this.now = now;
        this.ring = ring();
        this.evicted = ring.evictions();
        this.messages = new GroupMessages(nodes, views, evicted);
    }

    /** Checks servers in no group, which detect no conflict; an endpoint has no settings of its own. */
    private RingCheck.Result ring() {
        if (!settings.isMultiPrimary() || views.hasMembers()) {
            return RingCheck.Result.NOTHING;
        }
        List<RingCheck.Member> members = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Answer answer = node(i).currentAnswer();
            if (answer != null && node(i).isServer()) {
                members.add(new RingCheck.Member(
                        node(i).name(), node(i).member().settings(), answer.channels(), takesWrites(i)));
            }
        }
        return RingCheck.check(members, claim.node());
    }

    /** Returns whether this election applies: a server shows its group, or several nodes may be written to. */
    public static boolean applies(List<NodeView> nodes, GroupSettings settings) {
        return settings.isMultiPrimary()
                || nodes.stream().anyMatch(node -> {
                    Answer answer = node.lastAnswer();
                    GroupMembership group =
                            answer == null ? null : answer.observation().group();
                    return group != null && group.isPermitted();
                });
    }

    /**
     * Elects the writers.
     *
     * @param nodes every node of the topology
     * @param claim what this instance knew before
     * @param gap how long a node may go without an answer before it is down
     * @param memory which nodes took writes until now; {@link GroupMemory#after} returns it for the next election
     * @param follows whether an executed position has followed that of a writer
     * @param now monotonic time in nanoseconds
     */
    public static ElectionResult elect(
            List<NodeView> nodes,
            Claim claim,
            Duration gap,
            GroupSettings settings,
            GroupMemory memory,
            Predicate<@Nullable Position> follows,
            long now) {
        return new GroupElection(nodes, claim, gap, settings, memory, follows, now).elect();
    }

    private ElectionResult elect() {
        List<Integer> fit =
                IntStream.range(0, nodes.size()).filter(this::mayWrite).boxed().toList();
        if (views.isSplit() || fit.isEmpty()) {
            return none((views.isSplit() ? "the group is split: " : "no node takes writes: ") + messages.eachNode());
        }
        if (!settings.isMultiPrimary()) {
            return electedByGroup(fit);
        }
        if (!views.hasMembers() && detectsNoConflict() && fit.size() > 1) {
            return none(GroupMessages.divergence(settings.policy()));
        }
        return settings.policy() == WritePolicy.SINGLE ? single(fit) : several(fit);
    }

    /** A former primary goes on claiming its role until it notices that it was excluded. */
    private ElectionResult electedByGroup(List<Integer> fit) {
        List<Integer> shown = fit.stream().filter(views::hasShownCurrent).toList();
        if (shown.size() > 1) {
            return none(messages.severalPrimaries(shown));
        }
        int elected = shown.isEmpty() ? fit.get(0) : shown.get(0);
        return takenOver(elected, graph.indexOf(claim.node()));
    }

    private boolean detectsNoConflict() {
        return !settings.allowDivergence()
                && (settings.policy() == WritePolicy.ROUND_ROBIN || settings.policy() == WritePolicy.LEAST_IN_FLIGHT);
    }

    // --- which nodes may be written to

    /** Returns whether a node may be written to now. */
    private boolean mayWrite(int i) {
        return takesWrites(i) && !evicted.containsKey(node(i).name());
    }

    /** Returns whether a node may be written to as far as its server and the configuration say. */
    private boolean takesWrites(int i) {
        NodeView node = nodes.get(i);
        Answer answer = node.currentAnswer();
        if (answer == null
                || !answer.observation().writable()
                || node.drained()
                || node.isDeclared(DeclaredRole.REPLICA)
                || graph.twinOf(i) >= 0) {
            return false;
        }
        GroupMembership group = views.membership(i);
        if (group != null) {
            return group.writable() && views.isCurrent(i);
        }
        return !views.hasMembers() && settings.isMultiPrimary() && isInRing(i);
    }

    /** Returns whether a server without a group replicates from and to the other writable ones. */
    private boolean isInRing(int i) {
        return node(i).spec().kind() == NodeKind.ENDPOINT || graph.sourceOf(i) < 0;
    }

    private NodeView node(int i) {
        return nodes.get(i);
    }

    // --- one writer

    private ElectionResult single(List<Integer> fit) {
        int incumbent = graph.indexOf(claim.node());
        if (incumbent >= 0 && !fit.contains(incumbent) && isBeingExcluded(incumbent)) {
            return none("the writer " + node(incumbent).name() + " " + messages.absence(incumbent)
                    + ", and its cluster has not excluded it yet");
        }
        List<Integer> unasked = fit.stream().filter(views::needsProbe).toList();
        if (!unasked.isEmpty()) {
            // The order of the members is known only by what all of them show of one view.
            return fit.contains(incumbent)
                    ? primary(incumbent)
                    : pending(fit.get(0), messages.names(unasked) + " is asked for the new view of the group");
        }
        // Writes that were in flight to the former writer at the change are not those of another instance.
        Long since = memory.writers().isEmpty()
                ? null
                : Long.valueOf(memory.since() + settings.interval().toNanos());
        WriterChoice choice = new WriterChoice(nodes, settings, order(), since);
        if (incumbent < 0 && !choice.isObserved(fit)) {
            return pending(fit.get(0), "which of " + messages.names(fit) + " is written to is being observed");
        }
        boolean settled = since != null && now - since >= settings.window().toNanos();
        int chosen = choice.choose(fit, claim.node(), settled);
        return chosen != incumbent && fit.contains(incumbent) && !hasCaughtUp(chosen)
                ? primary(incumbent)
                : takenOver(chosen, incumbent);
    }

    private ElectionResult takenOver(int chosen, int incumbent) {
        return chosen == incumbent || hasCaughtUp(chosen)
                ? primary(chosen)
                : pending(chosen, node(chosen).name() + " is applying what " + claim.node() + " has committed");
    }

    /** Returns whether a cluster stands still because it has lost a member, and has not formed a new view yet. */
    private boolean isBeingExcluded(int lost) {
        Answer last = node(lost).lastAnswer();
        GroupMembership group = views.membership(lost);
        return node(lost).currentAnswer() == null
                && last != null
                && group != null
                && group.kind() == GroupMembership.Kind.GALERA
                && views.wasInCurrent(lost)
                && now - last.arrivedAt() < EXCLUSION.toNanos();
    }

    private boolean hasCaughtUp(int next) {
        Position reached = claim.reached();
        Answer answer = node(next).currentAnswer();
        Position has = answer == null ? null : Containment.everything(answer);
        if (reached == null || has == null || !has.isComparableTo(reached) || has.contains(reached)) {
            return true;
        }
        return answer != null
                && node(next).name().equals(claim.pending())
                && now - claim.pendingSince() > CATCH_UP.toNanos();
    }

    private List<String> order() {
        return IntStream.range(0, nodes.size())
                .mapToObj(i -> {
                    GroupMembership group = views.membership(i);
                    return group == null ? String.valueOf(node(i).serverId()) : group.order();
                })
                .toList();
    }

    // --- several writers

    /**
     * A node that joins them has to have applied what they were seen to have before it was asked; of servers that detect
     * no conflict only those are written to whose settings exclude one.
     */
    private ElectionResult several(List<Integer> fit) {
        List<Integer> separate = fit.stream()
                .filter(i -> !ring.unfitWriters().containsKey(node(i).name()))
                .toList();
        List<Integer> writers = separate.stream()
                .filter(i -> memory.writers().contains(node(i).name()) || hasAllOfLastWriters(i))
                .toList();
        return result(-1, Reason.GROUP, null, -1, writers.isEmpty() ? separate : writers);
    }

    private boolean hasAllOfLastWriters(int i) {
        Answer answer = node(i).currentAnswer();
        Position reached = memory.reached();
        Position has = answer == null ? null : Containment.everything(answer);
        return reached == null || has == null || !has.isComparableTo(reached) || has.contains(reached);
    }

    // --- the result

    private ElectionResult primary(int i) {
        return result(i, Reason.GROUP, null, -1, List.of(i));
    }

    private ElectionResult pending(int next, String why) {
        return result(-1, Reason.PENDING, why, next, List.of());
    }

    private ElectionResult none(String why) {
        return result(-1, Reason.NO_MEMBER, why, -1, List.of());
    }

    private ElectionResult result(
            int primary, Reason reason, @Nullable String why, int pending, List<Integer> writers) {
        ElectionDecision decision =
                primary >= 0 ? ElectionDecision.primary(primary, reason) : ElectionDecision.none(reason);
        ElectionContext context = new ElectionContext(nodes, claim, gap, graph);
        NodeAssessments others =
                new NodeAssessments(context, decision, new ElectionMessages(context, decision), follows);
        List<NodeAssessment> assessments = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            assessments.add(
                    i == primary || writers.contains(i)
                            ? new NodeAssessment(Role.PRIMARY, false, null, null)
                            : assess(i, others));
        }
        return new ElectionResult(primary, reason, why, assessments, pending, writers, views.current(), ring);
    }

    private NodeAssessment assess(int i, NodeAssessments others) {
        GroupMembership group = views.membership(i);
        String diverged = evicted.get(node(i).name());
        if (diverged != null) {
            return new NodeAssessment(Role.UNKNOWN, false, diverged, null);
        }
        if (group == null) {
            return mayWrite(i) || isDrainedWriter(i)
                    ? new NodeAssessment(Role.PRIMARY, false, null, null)
                    : others.assess(i);
        }
        String problem = views.problemOf(i);
        if (node(i).currentAnswer() != null && (!group.readable() || !views.isCurrent(i))) {
            boolean fenced = isWritableOutside(i, group) || views.isSplit();
            return new NodeAssessment(Role.UNKNOWN, fenced, problem, null);
        }
        if (graph.twinOf(i) >= 0) {
            return others.assess(i);
        }
        boolean writable = group.writable() && !node(i).isDeclared(DeclaredRole.REPLICA);
        return new NodeAssessment(writable ? Role.PRIMARY : Role.REPLICA, false, null, problem);
    }

    private boolean isDrainedWriter(int i) {
        Answer answer = node(i).currentAnswer();
        return node(i).drained()
                && answer != null
                && answer.observation().writable()
                && settings.isMultiPrimary()
                && !views.hasMembers();
    }

    /** Returns whether a server would take writes that never reach its group. */
    private boolean isWritableOutside(int i, GroupMembership group) {
        Answer answer = node(i).currentAnswer();
        return answer != null && answer.observation().writable() && group.isPermitted() && !views.claimsMajority(i);
    }

    /** Returns the indexes of members that have to be asked again, because another one has seen a newer view since. */
    public static List<Integer> outdated(List<NodeView> nodes) {
        GroupViews views = new GroupViews(nodes);
        return IntStream.range(0, nodes.size())
                .filter(views::needsProbe)
                .boxed()
                .toList();
    }
}
