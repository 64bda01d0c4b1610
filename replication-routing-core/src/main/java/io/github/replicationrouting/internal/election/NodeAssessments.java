package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What each node is after an election. */
final class NodeAssessments {

    private final ElectionContext context;
    private final List<NodeView> nodes;
    private final ReplicationGraph graph;
    private final ElectionDecision decision;
    private final ElectionMessages messages;
    private final Predicate<@Nullable Position> follows;

    NodeAssessments(
            ElectionContext context,
            ElectionDecision decision,
            ElectionMessages messages,
            Predicate<@Nullable Position> follows) {
        this.context = context;
        this.nodes = context.nodes();
        this.graph = context.graph();
        this.decision = decision;
        this.messages = messages;
        this.follows = follows;
    }

    List<NodeAssessment> all() {
        return IntStream.range(0, nodes.size()).mapToObj(this::assess).toList();
    }

    NodeAssessment assess(int i) {
        NodeView node = nodes.get(i);
        Answer answer = node.lastAnswer();
        if (answer == null) {
            Role declared = node.isDeclared(DeclaredRole.REPLICA) ? Role.REPLICA : Role.UNKNOWN;
            return new NodeAssessment(declared, false, null, null);
        }
        if (i == decision.primary()) {
            return new NodeAssessment(Role.PRIMARY, false, null, null);
        }
        if (graph.twinOf(i) >= 0) {
            String same = messages.sameServer(i, answer);
            return new NodeAssessment(Role.UNKNOWN, false, same, same);
        }
        if (decision.reason() == Reason.PENDING && decision.claimants().contains(i)) {
            // What it was a moment ago: it is the primary after one more probe.
            return replica(null);
        }
        if (context.isCandidate(i) || decision.claimants().contains(i)) {
            return new NodeAssessment(Role.UNKNOWN, true, messages.whyNotPrimary(i), null);
        }
        return replica(i, answer);
    }

    private NodeAssessment replica(int i, Answer answer) {
        NodeView node = nodes.get(i);
        boolean writable = node.isWritable();
        if (node.isDeclared(DeclaredRole.REPLICA)) {
            return replica(writable ? ElectionMessages.WRITABLE_DECLARED_REPLICA : null);
        }
        int source = graph.sourceOf(i);
        if (source >= 0) {
            return replica(writable ? messages.writableReplicaOf(source) : null);
        }
        boolean inUnknownGroup = answer.observation().group() != null;
        if (answer.replication() instanceof Replication.Channels known
                && !(inUnknownGroup && known.channels().isEmpty())) {
            if (known.channels().isEmpty()) {
                return new NodeAssessment(Role.UNKNOWN, false, ElectionMessages.REPLICATES_FROM_NOWHERE, null);
            }
            return replica(
                    writable ? messages.writableWithSource(known.channels().get(0)) : null);
        }
        if (follows.test(answer.observation().executed())) {
            return replica(null);
        }
        GroupMembership group = answer.observation().group();
        return new NodeAssessment(
                Role.UNKNOWN,
                false,
                group == null ? ElectionMessages.replicationUnknown(answer) : group.problem(),
                null);
    }

    private static NodeAssessment replica(@Nullable String warning) {
        return new NodeAssessment(Role.REPLICA, false, null, warning);
    }
}
