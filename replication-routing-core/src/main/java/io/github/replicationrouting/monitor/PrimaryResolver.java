package io.github.replicationrouting.monitor;

import io.github.replicationrouting.dialect.Observation;
import io.github.replicationrouting.dialect.Replication;
import io.github.replicationrouting.dialect.ReplicationChannel;
import io.github.replicationrouting.dialect.ReplicationChannel.Receiver;
import io.github.replicationrouting.node.DeclaredRole;
import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.node.NodeSpec;
import io.github.replicationrouting.node.Role;
import io.github.replicationrouting.position.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tells who is what, and which of several writable nodes is right. Writable is {@code read_only} off and not offline.
 * The evidence, the strongest first:
 *
 * <ol>
 *   <li>A node declared {@code replica} is one.
 *   <li>A node that replicates from a living node of this topology is its replica, writable or not. A source that this
 *       instance cannot reach lives as long as the replica hears it. Nodes that replicate from each other are not each
 *       other's replicas, and a channel that only tries to reach its source does not count.
 *   <li>The node from which most of the other living nodes replicate. Where that is one which this instance cannot reach,
 *       although others hear it, nobody takes its place.
 *   <li>The unbroken view of this instance: the primary so far stays the primary while it lives and is writable; when it
 *       is gone, the one node that was then made writable comes after it.
 *   <li>The node declared {@code primary}.
 *   <li>On request, the last primary that this instance knew.
 * </ol>
 *
 * Where none decides there is no primary, but a sole writable node needs no evidence, only none against it. It is weighed
 * anew each time: whoever lost is fenced for as long as the winner lives. Positions decide nothing: an old primary that
 * returns with writes of its own contains everything that its freshly promoted successor has. Stateless; the same answer
 * in every instance that sees the same, but for the view of its own.
 *
 * <p>A read-only node is a replica if it replicates from anywhere. Where the account may not ask for that, a position
 * that has followed the primary's shows it: whatever brings the data, such a node is as fresh as its position says, and
 * it falls behind visibly if nothing brings more.
 */
final class PrimaryResolver {

    private PrimaryResolver() {}

    /**
     * What is known of one node.
     *
     * @param observation its last answer, null before the first
     * @param alive whether it answers now
     * @param promoted whether this instance saw it change from read-only to writable since it was last the primary
     * @param absence why it does not, in words
     */
    record View(
            NodeSpec spec,
            boolean alive,
            @Nullable Observation observation,
            Replication replication,
            boolean promoted,
            @Nullable String absence) {

        @Nullable
        Observation living() {
            return alive ? observation : null;
        }
    }

    /**
     * What one node is.
     *
     * @param rival whether it is writable without being the primary
     * @param doubt why its role is not known, or why it is a rival
     * @param warning what should be mended even so
     */
    record Finding(
            Role role,
            boolean rival,
            @Nullable String doubt,
            @Nullable String warning) {}

    /**
     * Who is what.
     *
     * @param primary index of the primary, or -1
     * @param noPrimaryReason null exactly when there is one
     */
    record Verdict(int primary, @Nullable String noPrimaryReason, List<Finding> findings) {}

    /**
     * What this instance remembers.
     *
     * @param incumbent index of the primary so far, or -1
     * @param last index of the last primary there was, the incumbent where there is one, or -1
     * @param sticks whether the last primary is preferred where nothing else decides
     * @param current whether all nodes have just said whom they follow: what they said earlier is no word against a
     *     primary that lives
     */
    record Memory(int incumbent, int last, boolean sticks, boolean current) {

        Memory(int incumbent, int last, boolean sticks) {
            this(incumbent, last, sticks, true);
        }
    }

    /** @param follows whether an executed position has followed the primary's */
    static Verdict resolve(List<View> views, Memory memory, Predicate<@Nullable Position> follows) {
        return new Case(views, memory, follows).decide();
    }

    private static final class Case {

        private final List<View> views;
        private final Memory memory;
        private final Predicate<@Nullable Position> follows;
        private final int size;

        /** Whether a node gets its data, directly or through others, from another. */
        private final boolean[][] from;

        /** The earlier node that is the same server, or -1. */
        private final int[] twin;

        /** The node that most others hear although this instance cannot reach it, or -1. */
        private int outOfReach = -1;

        Case(List<View> views, Memory memory, Predicate<@Nullable Position> follows) {
            this.views = views;
            this.memory = memory;
            this.follows = follows;
            this.size = views.size();
            this.twin = twins();
            this.from = sources();
        }

        Verdict decide() {
            List<Integer> candidates = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                if (isCandidate(i)) {
                    candidates.add(i);
                }
            }
            int primary = choose(candidates);
            List<Finding> findings = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                findings.add(find(i, primary, candidates));
            }
            return new Verdict(primary, primary >= 0 ? null : whyNone(candidates, findings), findings);
        }

        private int[] twins() {
            Map<String, Integer> seen = new HashMap<>();
            int[] twins = new int[size];
            for (int i = 0; i < size; i++) {
                twins[i] = -1;
                Observation living = views.get(i).living();
                if (living != null && views.get(i).spec().kind() == NodeKind.SERVER) {
                    Integer first = seen.putIfAbsent(living.serverId(), i);
                    twins[i] = first == null ? -1 : first;
                }
            }
            return twins;
        }

        private boolean[][] sources() {
            boolean[][] reach = new boolean[size][size];
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    reach[i][j] = i != j && receivesFrom(i, j);
                }
            }
            for (int via = 0; via < size; via++) {
                for (int i = 0; i < size; i++) {
                    for (int j = 0; j < size; j++) {
                        reach[i][j] |= reach[i][via] && reach[via][j];
                    }
                }
            }
            return reach;
        }

        private boolean receivesFrom(int replica, int source) {
            if (views.get(replica).living() == null || twin[source] >= 0) {
                return false;
            }
            Observation target = views.get(source).observation();
            boolean sourceAnswers = views.get(source).living() != null;
            for (ReplicationChannel channel : channels(replica)) {
                boolean leadsThere = target == null
                        ? source == neverSeen() && isStranger(channel.sourceId())
                        : target.serverId().equals(channel.sourceId());
                // A replica that hears its source shows that the source lives, even if we cannot reach it ourselves.
                if (leadsThere && (channel.receiver() == Receiver.ON || (sourceAnswers && channel.applierRunning()))) {
                    return true;
                }
            }
            return false;
        }

        /** The first node that never answered, or -1: a source that nobody knows may well be that one. */
        private int neverSeen() {
            for (int i = 0; i < size; i++) {
                if (views.get(i).observation() == null && isOutOfReach(i)) {
                    return i;
                }
            }
            return -1;
        }

        private boolean isStranger(@Nullable String serverId) {
            return serverId != null
                    && views.stream()
                            .noneMatch(view -> view.observation() != null
                                    && view.observation().serverId().equals(serverId));
        }

        private List<ReplicationChannel> channels(int i) {
            return views.get(i).replication() instanceof Replication.Channels known ? known.channels() : List.of();
        }

        private boolean isCandidate(int i) {
            Observation living = views.get(i).living();
            return living != null
                    && living.writable()
                    && views.get(i).spec().declaredRole() != DeclaredRole.REPLICA
                    && twin[i] < 0
                    && sourceOf(i) < 0;
        }

        /** The node that this one follows without being followed by it, or -1. */
        private int sourceOf(int i) {
            for (int j = 0; j < size; j++) {
                if (from[i][j] && !from[j][i]) {
                    return j;
                }
            }
            return -1;
        }

        private int choose(List<Integer> candidates) {
            if (candidates.isEmpty()) {
                return -1;
            }
            if (!memory.current() && candidates.contains(memory.incumbent())) {
                return memory.incumbent();
            }
            int elected = mostFollowed(candidates);
            if (elected >= 0 && !candidates.contains(elected) && !isWitnessed(candidates)) {
                outOfReach = elected;
                return -1;
            }
            if (candidates.size() == 1) {
                int sole = candidates.get(0);
                return mayReplicateUnseen(sole) ? -1 : sole;
            }
            if (candidates.contains(elected)) {
                return elected;
            }
            if (candidates.contains(memory.incumbent())) {
                return memory.incumbent();
            }
            int came = only(candidates, i -> memory.last() >= 0 && views.get(i).promoted());
            int decided = came >= 0 ? came : declared(candidates);
            return decided < 0 && memory.sticks() && candidates.contains(memory.last()) ? memory.last() : decided;
        }

        /**
         * Whether it was writable already while another was the primary, and may not be asked whether it replicates: as
         * likely a replica that somebody forgot to lock as the successor.
         */
        private boolean mayReplicateUnseen(int sole) {
            View view = views.get(sole);
            return view.replication() instanceof Replication.NotPermitted
                    && memory.last() >= 0
                    && memory.last() != sole
                    && !view.promoted()
                    && view.spec().declaredRole() != DeclaredRole.PRIMARY;
        }

        /** A frozen primary is heard for a while: whoever saw its successor come, or has it still, knows better. */
        private boolean isWitnessed(List<Integer> candidates) {
            return candidates.contains(memory.incumbent())
                    || candidates.stream()
                            .anyMatch(i -> memory.last() >= 0 && views.get(i).promoted());
        }

        /** The node from which more than half of those replicate that replicate from any, or -1. */
        private int mostFollowed(List<Integer> candidates) {
            int voters = 0;
            int[] votes = new int[size];
            for (int i = 0; i < size; i++) {
                if (candidates.contains(i)) {
                    continue;
                }
                boolean votesForAny = false;
                for (int source = 0; source < size; source++) {
                    if (from[i][source] && (candidates.contains(source) || isOutOfReach(source))) {
                        votes[source]++;
                        votesForAny = true;
                    }
                }
                voters += votesForAny ? 1 : 0;
            }
            int all = voters;
            return only(IntStream.range(0, size).boxed().toList(), source -> 2 * votes[source] > all);
        }

        /** Heard by a replica, but silent to us. What it is now nobody can say, except that it is no declared replica. */
        private boolean isOutOfReach(int source) {
            View view = views.get(source);
            return view.living() == null && view.spec().declaredRole() != DeclaredRole.REPLICA;
        }

        private static int only(List<Integer> nodes, IntPredicate condition) {
            int found = -1;
            for (int node : nodes) {
                if (condition.test(node)) {
                    if (found >= 0) {
                        return -1;
                    }
                    found = node;
                }
            }
            return found;
        }

        private int declared(List<Integer> candidates) {
            return only(candidates, i -> views.get(i).spec().declaredRole() == DeclaredRole.PRIMARY);
        }

        private Finding find(int i, int primary, List<Integer> candidates) {
            View view = views.get(i);
            Observation seen = view.observation();
            if (seen == null) {
                Role promised = view.spec().declaredRole() == DeclaredRole.REPLICA ? Role.REPLICA : Role.UNKNOWN;
                return new Finding(promised, false, null, null);
            }
            if (i == primary) {
                return new Finding(Role.PRIMARY, false, null, null);
            }
            if (twin[i] >= 0) {
                String same = "is the same server as " + name(twin[i]) + " (" + seen.serverId()
                        + "): give each server one name and an identity of its own";
                return new Finding(Role.UNKNOWN, false, same, same);
            }
            if (candidates.contains(i)) {
                return new Finding(
                        Role.UNKNOWN,
                        true,
                        primary >= 0
                                ? "writable beside the primary " + name(primary)
                                : candidates.size() == 1
                                        ? whyNotSole(i)
                                        : "writable like " + names(candidates, i)
                                                + ", and nothing shows which is right",
                        null);
            }
            return replica(i, seen);
        }

        private Finding replica(int i, Observation seen) {
            View view = views.get(i);
            boolean writable = view.alive() && seen.writable();
            int source = sourceOf(i);
            if (view.spec().declaredRole() == DeclaredRole.REPLICA) {
                return new Finding(Role.REPLICA, false, null, writable ? "is declared a replica, but writable" : null);
            }
            if (source >= 0) {
                return new Finding(
                        Role.REPLICA,
                        false,
                        null,
                        writable ? "replicates from " + name(source) + ", but is writable: set read_only" : null);
            }
            if (view.replication() instanceof Replication.Channels known) {
                return known.channels().isEmpty()
                        ? new Finding(Role.UNKNOWN, false, "read-only, but replicates from nowhere", null)
                        : new Finding(Role.REPLICA, false, null, null);
            }
            if (follows.test(seen.executed())) {
                return new Finding(Role.REPLICA, false, null, null);
            }
            return new Finding(
                    Role.UNKNOWN,
                    false,
                    view.replication() instanceof Replication.NotPermitted denied
                            ? "read-only, and its position does not show that it replicates: " + denied.grant()
                            : "read-only, and its replication has not been seen yet",
                    null);
        }

        private String whyNone(List<Integer> candidates, List<Finding> findings) {
            if (candidates.size() == 1) {
                return name(candidates.get(0)) + " is " + whyNotSole(candidates.get(0));
            }
            if (outOfReach >= 0) {
                return names(candidates, -1) + " are " + replicasFollow();
            }
            if (!candidates.isEmpty()) {
                return candidates.stream().map(i -> name(i) + at(i)).collect(Collectors.joining(" and "))
                        + " are writable and nothing shows which is right: make the wrong one read-only, or set"
                        + " replication.routing.nodes.<name>.role to primary or replica";
            }
            List<String> reasons = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                reasons.add(name(i) + " " + whyNot(i, findings.get(i)));
            }
            return "no node is writable: " + String.join(", ", reasons);
        }

        private String whyNotSole(int i) {
            if (outOfReach >= 0) {
                return replicasFollow();
            }
            return "writable, but was so already beside " + name(memory.last())
                    + ", and whether it replicates cannot be"
                    + " seen: "
                    + (views.get(i).replication() instanceof Replication.NotPermitted denied
                            ? denied.grant()
                            : "no grant")
                    + ", or set replication.routing.nodes." + name(i) + ".role=primary";
        }

        private String replicasFollow() {
            return "writable, but the replicas hear " + name(outOfReach) + ", which this application cannot reach: mend"
                    + " the way to it, or make the replicas follow the right one";
        }

        private String whyNot(int i, Finding finding) {
            View view = views.get(i);
            Observation living = view.living();
            if (living == null) {
                return view.absence() == null ? "not probed yet" : view.absence();
            }
            if (finding.warning() != null) {
                return finding.warning();
            }
            return living.offline() ? "is offline" : "is read-only";
        }

        private String at(int i) {
            Observation seen = views.get(i).observation();
            Position position = seen == null ? null : seen.written();
            if (position == null) {
                return "";
            }
            Position own = ownOf(i, position);
            return " (at " + Words.of(position) + (own.isEmpty() ? "" : ", of its own " + Words.of(own)) + ")";
        }

        /** What a writable node has and no other: written there, and lost if another is chosen. */
        private Position ownOf(int i, Position written) {
            Position own = written;
            for (int j = 0; j < size; j++) {
                Observation other = views.get(j).observation();
                Position others = other == null || twin[j] >= 0 ? null : other.written();
                if (j != i && others != null) {
                    own = own.subtract(others);
                }
            }
            return own;
        }

        private String names(List<Integer> candidates, int except) {
            return candidates.stream().filter(i -> i != except).map(this::name).collect(Collectors.joining(" and "));
        }

        private String name(int i) {
            return views.get(i).spec().name();
        }
    }
}
