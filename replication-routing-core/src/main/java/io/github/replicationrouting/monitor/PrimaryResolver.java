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
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
 *   <li>The primary so far stays the primary while it lives and is writable: this instance saw it become that.
 *   <li>The node from which most of the other living nodes replicate.
 *   <li>The node declared {@code primary}.
 * </ol>
 *
 * Where none decides there is no primary. Positions decide nothing: an old primary that returns with writes of its own
 * contains everything that its freshly promoted successor has. Stateless; the same answer in every instance that sees
 * the same, but for the view of its own.
 *
 * <p>A read-only node is a replica if it replicates from anywhere. Where the account may not ask for that, a position
 * that has followed the primary's shows it: whatever brings the data, such a node is as fresh as its position says, and
 * it falls behind visibly if nothing brings more.
 */
final class PrimaryResolver {

    /** Positions with many intervals are of no use in a message. */
    private static final int LONGEST_POSITION = 160;

    private PrimaryResolver() {}

    /**
     * What is known of one node.
     *
     * @param observation its last answer, null before the first
     * @param alive whether it answers now
     * @param absence why it does not, in words
     */
    record View(
            NodeSpec spec,
            boolean alive,
            @Nullable Observation observation,
            Replication replication,
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
     * @param incumbent index of the primary so far, or -1
     * @param follows whether an executed position has followed the primary's
     */
    static Verdict resolve(List<View> views, int incumbent, Predicate<@Nullable Position> follows) {
        return new Case(views, incumbent, follows).decide();
    }

    private static final class Case {

        private final List<View> views;
        private final int incumbent;
        private final Predicate<@Nullable Position> follows;
        private final int size;

        /** Whether a node gets its data, directly or through others, from another. */
        private final boolean[][] from;

        /** The earlier node that is the same server, or -1. */
        private final int[] twin;

        Case(List<View> views, int incumbent, Predicate<@Nullable Position> follows) {
            this.views = views;
            this.incumbent = incumbent;
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
            Observation target = views.get(source).observation();
            if (views.get(replica).living() == null || target == null || twin[source] >= 0) {
                return false;
            }
            boolean sourceAnswers = views.get(source).living() != null;
            for (ReplicationChannel channel : channels(replica)) {
                // A replica that hears its source shows that the source lives, even if we cannot reach it ourselves.
                if (target.serverId().equals(channel.sourceId())
                        && (channel.receiver() == Receiver.ON || (sourceAnswers && channel.applierRunning()))) {
                    return true;
                }
            }
            return false;
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
            if (candidates.size() == 1) {
                return candidates.get(0);
            }
            if (candidates.contains(incumbent)) {
                return incumbent;
            }
            int elected = mostFollowed(candidates);
            return elected >= 0 ? elected : declared(candidates);
        }

        /** The candidate from which more than half of those replicate that replicate from any, or -1. */
        private int mostFollowed(List<Integer> candidates) {
            int voters = 0;
            int[] votes = new int[size];
            for (int i = 0; i < size; i++) {
                if (candidates.contains(i)) {
                    continue;
                }
                boolean votesForAny = false;
                for (int candidate : candidates) {
                    if (from[i][candidate]) {
                        votes[candidate]++;
                        votesForAny = true;
                    }
                }
                voters += votesForAny ? 1 : 0;
            }
            int elected = -1;
            for (int candidate : candidates) {
                if (2 * votes[candidate] > voters) {
                    if (elected >= 0) {
                        return -1;
                    }
                    elected = candidate;
                }
            }
            return elected;
        }

        private int declared(List<Integer> candidates) {
            int declared = -1;
            for (int candidate : candidates) {
                if (views.get(candidate).spec().declaredRole() == DeclaredRole.PRIMARY) {
                    if (declared >= 0) {
                        return -1;
                    }
                    declared = candidate;
                }
            }
            return declared;
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
                                : "writable like " + names(candidates, i) + ", and nothing shows which is right",
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
            String text = position.toString();
            return " (at " + (text.length() <= LONGEST_POSITION ? text : text.substring(0, LONGEST_POSITION) + "...")
                    + ")";
        }

        private String names(List<Integer> candidates, int except) {
            return candidates.stream().filter(i -> i != except).map(this::name).collect(Collectors.joining(" and "));
        }

        private String name(int i) {
            return views.get(i).spec().name();
        }
    }
}
