package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Sighting;
import io.github.replicationrouting.internal.election.Outcome.Reason;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.position.PositionFormat;
import io.github.replicationrouting.spi.Observation;
import io.github.replicationrouting.spi.Replication;
import io.github.replicationrouting.spi.ReplicationChannel;
import io.github.replicationrouting.spi.ReplicationChannel.Receiver;
import io.github.replicationrouting.topology.DeclaredRole;
import io.github.replicationrouting.topology.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What an election finds of each node, and in words why there is no primary and what would change that. */
final class Findings {

    private static final String PENDING =
            "being compared with the other nodes that take writes, before the first write";
    private static final String TOGGLE = "set read_only on and off again";

    private final List<NodeView> nodes;
    private final ReplicationGraph graph;
    private final Claim claim;
    private final Predicate<@Nullable Position> follows;
    private final IntPredicate isCandidate;

    Findings(
            List<NodeView> nodes,
            ReplicationGraph graph,
            Claim claim,
            Predicate<@Nullable Position> follows,
            IntPredicate isCandidate) {
        this.nodes = nodes;
        this.graph = graph;
        this.claim = claim;
        this.follows = follows;
        this.isCandidate = isCandidate;
    }

    // --- each node

    List<Finding> all(int primary, Reason reason, List<Integer> claimants, int other) {
        return IntStream.range(0, nodes.size())
                .mapToObj(i -> find(i, primary, reason, claimants, other))
                .toList();
    }

    private Finding find(int i, int primary, Reason reason, List<Integer> claimants, int other) {
        NodeView node = nodes.get(i);
        Sighting seen = node.seen();
        if (seen == null) {
            Role promised = node.isDeclared(DeclaredRole.REPLICA) ? Role.REPLICA : Role.UNKNOWN;
            return new Finding(promised, false, null, null);
        }
        if (i == primary) {
            return new Finding(Role.PRIMARY, false, null, null);
        }
        if (graph.twinOf(i) >= 0) {
            String same = "is the same server as " + name(graph.twinOf(i)) + " ("
                    + seen.observation().serverId() + "): give each server one name and an identity of its own";
            return new Finding(Role.UNKNOWN, false, same, same);
        }
        if (reason == Reason.PENDING && claimants.contains(i)) {
            // What it was a moment ago: it is the primary after one more probe.
            return replica(null);
        }
        if (isCandidate.test(i) || claimants.contains(i)) {
            return new Finding(Role.UNKNOWN, true, whyNotPrimary(i, primary, reason, claimants, other), null);
        }
        return replica(i, seen);
    }

    private String whyNotPrimary(int i, int primary, Reason reason, List<Integer> claimants, int other) {
        if (primary >= 0) {
            return "writable beside the primary " + name(primary);
        }
        if (reason != Reason.CONTESTED) {
            return evidence(i);
        }
        if (claimants.size() == 1 && other >= 0) {
            return "writable, but lacks transactions of " + name(other) + ", or that is written to as well";
        }
        return "writable like "
                + claimants.stream().filter(rival -> rival != i).map(this::name).collect(Collectors.joining(" and "))
                + ", and nothing shows which is right";
    }

    private Finding replica(int i, Sighting seen) {
        NodeView node = nodes.get(i);
        boolean writable = node.isWritable();
        if (node.isDeclared(DeclaredRole.REPLICA)) {
            return replica(writable ? "is declared a replica, but writable" : null);
        }
        int source = graph.sourceOf(i);
        if (source >= 0) {
            return replica(writable ? "replicates from " + name(source) + ", but is writable: set read_only" : null);
        }
        if (seen.replication() instanceof Replication.Channels known) {
            if (known.channels().isEmpty()) {
                return new Finding(Role.UNKNOWN, false, "read-only, but replicates from nowhere", null);
            }
            return replica(
                    writable ? "has " + describe(known.channels().get(0)) + ", but is writable: set read_only" : null);
        }
        if (follows.test(seen.observation().executed())) {
            return replica(null);
        }
        return new Finding(
                Role.UNKNOWN,
                false,
                seen.replication() instanceof Replication.NotPermitted denied
                        ? "read-only, and its position does not show that it replicates: " + denied.grant()
                        : "read-only, and its replication has not been seen yet",
                null);
    }

    private static Finding replica(@Nullable String warning) {
        return new Finding(Role.REPLICA, false, null, warning);
    }

    // --- no primary

    String whyNone(Reason reason, List<Integer> claimants, int other) {
        return switch (reason) {
            case CONTESTED -> contested(claimants, other);
            case PENDING -> name(claimants.get(0)) + " is " + PENDING;
            case NO_SUCCESSOR ->
                "the primary " + claim.node() + " " + absence() + ", and no promotion has been seen since: "
                        + eachNode(reason);
            default ->
                nodes.stream().anyMatch(NodeView::isWritable)
                        ? eachNode(reason)
                        : "no node is writable: " + eachNode(reason);
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
        if (nodes.get(other).living() == null) {
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
                return node.living() == null ? absence(node) : whyUnfit(node);
            }
        }
        return "is no node any more";
    }

    private static String whyUnfit(NodeView node) {
        Sighting seen = node.seen();
        Observation observation = seen == null ? null : seen.observation();
        if (observation == null || observation.writable()) {
            return "has become a replica";
        }
        return observation.offline() ? "is offline" : "is read-only";
    }

    private String eachNode(Reason reason) {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (!(reason == Reason.NO_SUCCESSOR && nodes.get(i).name().equals(claim.node()))) {
                reasons.add(name(i) + " " + whyNot(i));
            }
        }
        return String.join(", ", reasons);
    }

    private String whyNot(int i) {
        NodeView node = nodes.get(i);
        Sighting living = node.living();
        if (living == null) {
            return absence(node);
        }
        if (graph.twinOf(i) >= 0) {
            return "is the same server as " + name(graph.twinOf(i));
        }
        if (!living.observation().writable()) {
            return living.observation().offline() ? "is offline" : "is read-only" + foreignSource(i);
        }
        return node.isDeclared(DeclaredRole.REPLICA) ? "is declared a replica, but writable" : "is " + evidence(i);
    }

    /** Where a replica replicates from, if that is none of the nodes: it may be the primary that was left out. */
    private String foreignSource(int i) {
        ReplicationChannel source = graph.sourceChannel(i);
        return source == null || graph.sourceOf(source) >= 0 || graph.neverSeen() != null
                ? ""
                : " and replicates from " + sourceName(source) + ", which is none of the nodes";
    }

    private static String absence(NodeView node) {
        return node.absence() == null ? "has not been probed yet" : node.absence();
    }

    /** Which evidence is missing for a writable node. */
    private String evidence(int i) {
        NodeView node = nodes.get(i);
        Replication replication = node.seen() == null ? null : node.seen().replication();
        ReplicationChannel source = graph.sourceChannel(i);
        if (source != null) {
            return source.receiver() == Receiver.ON
                    ? "writable, but still replicates from " + sourceName(source)
                    : "writable, but has " + describe(source)
                            + " and was not seen to be promoted: if it was, execute RESET REPLICA ALL on it, or "
                            + TOGGLE;
        }
        if (claim.node() != null && !node.name().equals(claim.node()) && graph.indexOf(claim.node()) >= 0) {
            String already = "writable, but was so already beside " + claim.node();
            return replication instanceof Replication.NotPermitted denied
                    ? already + ", and whether it replicates cannot be seen: " + denied.grant()
                            + ", or keep replicas read-only, so that a promotion is seen; to promote it now, " + TOGGLE
                    : already + ": to promote it, " + TOGGLE;
        }
        if (claim.fenced().contains(node.name())) {
            return "writable, but was so beside the primary " + claim.last() + ": to promote it, " + TOGGLE;
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
        Sighting seen = nodes.get(i).seen();
        Position has = seen == null ? null : seen.observation().history();
        if (has == null) {
            return "";
        }
        Position own = ownOf(i, has);
        return " (at " + PositionFormat.of(has) + (own.isEmpty() ? "" : ", of its own " + PositionFormat.of(own)) + ")";
    }

    /** What a node has and no other: written there, and lost if another is chosen. */
    private Position ownOf(int i, Position has) {
        Position own = has;
        for (int j = 0; j < nodes.size(); j++) {
            Sighting other = nodes.get(j).seen();
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
