package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.ElectionResult.Reason;
import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.position.PositionFormat;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The texts of an election, as logs, exceptions and the endpoint show them: why a node is not the primary, why there is
 * none, and which evidence would change that.
 */
final class ElectionMessages {

    static final String WRITABLE_DECLARED_REPLICA = "is declared a replica, but writable";
    static final String REPLICATES_FROM_NOWHERE = "read-only, but replicates from nowhere";

    private static final String PENDING =
            "being compared with the other nodes that take writes, before the first write";
    private static final String TOGGLE = "set read_only on and, a second later, off again";

    private final List<NodeView> nodes;
    private final ReplicationGraph graph;
    private final Claim claim;
    private final ElectionDecision decision;

    ElectionMessages(ElectionContext context, ElectionDecision decision) {
        this.nodes = context.nodes();
        this.graph = context.graph();
        this.claim = context.claim();
        this.decision = decision;
    }

    /** Returns why a node with the same server id as another one is neither primary nor replica. */
    String sameServer(int i, Answer answer) {
        return "is the same server as " + name(graph.twinOf(i)) + " ("
                + answer.observation().serverId()
                + "): configure each server under one name, and give each a unique server id";
    }

    /** Returns what to change about a replica that is writable. */
    String writableReplicaOf(int source) {
        return "replicates from " + name(source) + ", but is writable: set read_only";
    }

    /**
     * Returns what to change about a replica that is writable, and whose source is none of the nodes or not connected.
     */
    String writableWithSource(ReplicationChannel channel) {
        return "has " + describe(channel) + ", but is writable: set read_only";
    }

    /** Returns why it is not known whether a read-only node replicates. */
    static String replicationUnknown(Answer answer) {
        return answer.replication() instanceof Replication.NotPermitted denied
                ? "read-only, and its position does not show that it replicates: " + denied.grant()
                : "read-only, and its replication has not been seen yet";
    }

    /** Returns why a node that claims to be the primary, or could be it, is not. */
    String whyNotPrimary(int i) {
        if (decision.primary() >= 0) {
            return "writable beside the primary " + name(decision.primary());
        }
        if (decision.reason() != Reason.CONTESTED) {
            return evidence(i);
        }
        if (decision.onlyClaimant() >= 0 && decision.contradictedBy() >= 0) {
            String other = name(decision.contradictedBy());
            return "writable, but lacks transactions of " + other + ", or " + other + " is written to as well";
        }
        return "writable like "
                + decision.claimants().stream()
                        .filter(rival -> rival != i)
                        .map(this::name)
                        .collect(Collectors.joining(" and "))
                + ", and nothing shows which is right";
    }

    // --- why there is no primary

    /** Returns why there is no primary, and what would change that. */
    String whyNoPrimary() {
        return switch (decision.reason()) {
            case CONTESTED -> contested(decision.claimants(), decision.contradictedBy());
            case PENDING -> name(decision.claimants().get(0)) + " is " + PENDING;
            case NO_SUCCESSOR ->
                "the primary " + claim.node() + " " + absence() + ", and no promotion has been seen since: "
                        + eachNode();
            default ->
                nodes.stream().anyMatch(NodeView::isWritable) ? eachNode() : "no node is writable: " + eachNode();
        };
    }

    private String contested(List<Integer> claimants, int other) {
        if (claimants.size() == 1 && other >= 0) {
            return contradicted(claimants.get(0), other);
        }
        return claimants.stream().map(i -> name(i) + at(i)).collect(Collectors.joining(" and "))
                + " are writable and nothing shows which is right: make the wrong one read-only, or set"
                + " replication.routing.nodes.<name>.role=replica for it";
    }

    private String contradicted(int sole, int other) {
        String writable = name(sole) + at(sole) + " is writable, but " + name(other) + at(other);
        if (nodes.get(other).currentAnswer() == null) {
            return writable + ", which does not answer, had transactions that it lacks: start " + name(other)
                    + ", or, if " + name(sole) + " is to be the primary without them, " + TOGGLE + " on " + name(sole);
        }
        return nodes.get(other).isWritable()
                ? writable + " has transactions that it lacks, or is written to as well: if " + name(sole)
                        + " is the primary, make " + name(other) + " its replica, or set replication.routing.nodes."
                        + name(other) + ".role=replica; if not, make " + name(sole) + " read-only"
                : writable + " has replicated transactions that it lacks: if " + name(sole)
                        + " is the primary, set replication.routing.nodes." + name(sole)
                        + ".role=primary; if not, make it read-only";
    }

    private String absence() {
        for (NodeView node : nodes) {
            if (node.name().equals(claim.node())) {
                return node.currentAnswer() == null ? absence(node) : whyUnfit(node);
            }
        }
        return "is no longer a node";
    }

    private static String whyUnfit(NodeView node) {
        Answer answer = node.lastAnswer();
        Observation observation = answer == null ? null : answer.observation();
        if (observation == null || observation.writable()) {
            return "has become a replica";
        }
        return observation.offline() ? "is offline" : "is read-only";
    }

    private String eachNode() {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (!(decision.reason() == Reason.NO_SUCCESSOR
                    && nodes.get(i).name().equals(claim.node()))) {
                reasons.add(name(i) + " " + whyNot(i));
            }
        }
        return String.join(", ", reasons);
    }

    private String whyNot(int i) {
        NodeView node = nodes.get(i);
        Answer answer = node.currentAnswer();
        if (answer == null) {
            return absence(node);
        }
        if (graph.twinOf(i) >= 0) {
            return "is the same server as " + name(graph.twinOf(i));
        }
        if (!answer.observation().writable()) {
            return answer.observation().offline() ? "is offline" : "is read-only" + foreignSource(i);
        }
        return node.isDeclared(DeclaredRole.REPLICA) ? WRITABLE_DECLARED_REPLICA : "is " + evidence(i);
    }

    /** Names the source of a replica where it is none of the nodes: it may be the primary that was not configured. */
    private String foreignSource(int i) {
        ReplicationChannel source = graph.sourceChannel(i);
        return source == null || graph.sourceOf(source) >= 0 || graph.neverSeen() != null
                ? ""
                : " and replicates from " + sourceName(source) + ", which is none of the nodes";
    }

    static String absence(NodeView node) {
        return node.absence() == null ? "has not been probed yet" : node.absence();
    }

    /** Returns which evidence is missing for a writable node. */
    private String evidence(int i) {
        NodeView node = nodes.get(i);
        Replication replication =
                node.lastAnswer() == null ? null : node.lastAnswer().replication();
        ReplicationChannel source = graph.sourceChannel(i);
        if (source != null) {
            return source.receiver() == Receiver.ON
                    ? "writable, but still replicates from " + sourceName(source)
                    : "writable, but has " + describe(source)
                            + " and was not seen to be promoted: if it was, execute RESET REPLICA ALL on it, or "
                            + TOGGLE;
        }
        if (claim.node() != null && !node.name().equals(claim.node()) && graph.indexOf(claim.node()) >= 0) {
            String already = "writable, but was already writable beside " + claim.node();
            return replication instanceof Replication.NotPermitted denied
                    ? already + ", and whether it replicates cannot be seen: " + denied.grant()
                            + ", or keep replicas read-only, so that a promotion is seen; to promote it now, " + TOGGLE
                    : already + ": to promote it, " + TOGGLE;
        }
        if (claim.fenced().contains(node.name())) {
            return "writable, but was writable beside the primary " + claim.last() + ": to promote it, " + TOGGLE;
        }
        NodeView unseen = graph.neverSeen();
        if (replication instanceof Replication.NotPermitted denied && unseen != null) {
            return "writable, but whether it replicates from " + unseen.name()
                    + ", which has not answered yet, cannot be"
                    + " seen: " + denied.grant() + ", or set replication.routing.nodes." + node.name()
                    + ".role=primary";
        }
        return "writable, and no primary has been known yet";
    }

    private String describe(ReplicationChannel channel) {
        return "a source configured (" + sourceName(channel) + ", receiver "
                + switch (channel.receiver()) {
                    case ON -> "running";
                    case CONNECTING -> "connecting";
                    case OFF -> "stopped";
                }
                + ")";
    }

    private String sourceName(ReplicationChannel channel) {
        int source = graph.sourceOf(channel);
        return source >= 0 ? name(source) : channel.host() + ":" + channel.port();
    }

    // --- positions

    private String at(int i) {
        Answer answer = nodes.get(i).lastAnswer();
        Position has = answer == null ? null : answer.observation().history();
        if (has == null) {
            return "";
        }
        Position own = ownOf(i, has);
        return " (at " + PositionFormat.of(has) + (own.isEmpty() ? "" : ", of its own " + PositionFormat.of(own)) + ")";
    }

    /** Returns what a node has and no other: written there, and lost if another is chosen. */
    private Position ownOf(int i, Position has) {
        Position own = has;
        for (int j = 0; j < nodes.size(); j++) {
            Answer other = nodes.get(j).lastAnswer();
            Position others = other == null || graph.twinOf(j) >= 0
                    ? null
                    : other.observation().history();
            if (j != i && others != null) {
                own = own.subtract(others);
            }
        }
        return own;
    }

    private String name(int i) {
        return nodes.get(i).name();
    }
}
