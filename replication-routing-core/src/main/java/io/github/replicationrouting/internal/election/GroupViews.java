package io.github.replicationrouting.internal.election;

import io.github.replicationrouting.internal.election.NodeView.Answer;
import io.github.replicationrouting.spi.GroupMembership;
import io.github.replicationrouting.spi.GroupMembership.View;
import io.github.replicationrouting.topology.GroupView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The views that the members of a group have, and the one of them that counts. A member that was cut off, or frozen and
 * thawed, goes on claiming the view that it had, for seconds; only the number of its view shows that the others have
 * gone on. Nodes are named by their index.
 */
final class GroupViews {

    /** How long a member may show the old view after another one has shown the new one, which both are in. */
    private static final Duration INSTALLATION = Duration.ofSeconds(1);

    private final List<NodeView> nodes;

    /** The members with a view that claims a majority, by what the view is. */
    private final Map<Identity, List<Integer>> claims = new LinkedHashMap<>();

    /** Number of nodes that are or were members. */
    private final int members;

    private final @Nullable Identity current;

    /** Two components may have views of the same number, which then differ in size. */
    private record Identity(String groupId, long number, int size) {

        static Identity of(View view) {
            return new Identity(view.groupId(), view.number(), view.size());
        }

        boolean isOlderThan(Identity other) {
            return groupId.equals(other.groupId) && number < other.number;
        }

        /** Returns whether this view holds a majority of an older one, as each view must that follows it. */
        boolean mayFollow(Identity older) {
            return older.isOlderThan(this) && 2 * size > older.size;
        }

        @Override
        public String toString() {
            return groupId + ":" + number;
        }
    }

    GroupViews(List<NodeView> nodes) {
        this.nodes = nodes;
        int known = 0;
        for (int i = 0; i < nodes.size(); i++) {
            known += isMember(i) ? 1 : 0;
            View view = claimedView(i);
            if (view != null) {
                claims.computeIfAbsent(Identity.of(view), any -> new ArrayList<>())
                        .add(i);
            }
        }
        this.members = known;
        this.current = findCurrent();
    }

    /** Returns whether a node was in a group at its last answer. */
    boolean isMember(int i) {
        return membership(i) != null;
    }

    @Nullable
    GroupMembership membership(int i) {
        Answer answer = nodes.get(i).lastAnswer();
        return answer == null ? null : answer.observation().group();
    }

    boolean hasMembers() {
        return members > 0;
    }

    private @Nullable View claimedView(int i) {
        GroupMembership group = nodes.get(i).currentAnswer() == null ? null : membership(i);
        View view = group == null ? null : group.view();
        return view != null && view.majority() ? view : null;
    }

    /** Returns whether a node answers, and is in a view that it takes for a majority. */
    boolean claimsMajority(int i) {
        return claimedView(i) != null;
    }

    private @Nullable Identity findCurrent() {
        if (claims.size() <= 1) {
            return claims.isEmpty() ? null : claims.keySet().iterator().next();
        }
        for (Map.Entry<Identity, List<Integer>> claim : claims.entrySet()) {
            if (2 * claim.getValue().size() > members) {
                Identity newest = newestOf(claim.getKey());
                return newest;
            }
        }
        for (Identity newest : claims.keySet()) {
            if (claims.keySet().stream().allMatch(other -> other.equals(newest) || newest.mayFollow(other))) {
                return newest;
            }
        }
        return null;
    }

    /** Returns the view that follows the one which most nodes still show, where another node has seen it already. */
    private Identity newestOf(Identity most) {
        Identity newest = most;
        for (Identity other : claims.keySet()) {
            if (other.mayFollow(newest) && isNewlySeen(other, most)) {
                newest = other;
            }
        }
        return newest;
    }

    /** Returns whether no member that shows an older view was asked after the newer one had been seen. */
    private boolean isNewlySeen(Identity newer, Identity older) {
        return membersOf(older).stream().noneMatch(i -> isAskedAfter(i, newer));
    }

    private boolean isAskedAfter(int i, Identity view) {
        Answer answer = nodes.get(i).currentAnswer();
        return answer != null
                && membersOf(view).stream().anyMatch(j -> {
                    Long seenAt = nodes.get(j).member().viewSeenAt();
                    return seenAt != null && answer.sentAt() - seenAt >= INSTALLATION.toNanos();
                });
    }

    private List<Integer> membersOf(Identity view) {
        List<Integer> found = claims.get(view);
        return found == null ? List.of() : found;
    }

    /** Returns whether a node is in the view that counts, or may be: it has not been asked since that view was seen. */
    boolean isCurrent(int i) {
        View view = claimedView(i);
        if (view == null || current == null) {
            return false;
        }
        Identity own = Identity.of(view);
        return own.equals(current) || (current.mayFollow(own) && !isAskedAfter(i, current) && !isComplete(current));
    }

    /** Returns whether every member of a view has shown it, so that no other node is one. */
    private boolean isComplete(Identity view) {
        long servers = membersOf(view).stream()
                .map(i -> nodes.get(i).serverId())
                .distinct()
                .count();
        return servers >= view.size;
    }

    /** Returns whether a node has shown the view that counts. */
    boolean hasShownCurrent(int i) {
        View view = claimedView(i);
        return view != null && Identity.of(view).equals(current);
    }

    /** Returns whether a node was in the view that counts when it last answered. */
    boolean wasInCurrent(int i) {
        GroupMembership group = membership(i);
        View view = group == null ? null : group.view();
        return view != null && current != null && Identity.of(view).equals(current);
    }

    /** Returns whether a member has to be asked again, because another one has seen a newer view since. */
    boolean needsProbe(int i) {
        View view = claimedView(i);
        return view != null && current != null && !Identity.of(view).equals(current) && !isAskedAfter(i, current);
    }

    /** Returns why a member cannot be used; null where nothing speaks against it, or it is no member. */
    @Nullable
    String problemOf(int i) {
        GroupMembership group = membership(i);
        View view = claimedView(i);
        if (group == null || view == null || isCurrent(i)) {
            return group == null ? null : group.problem();
        }
        return current == null
                ? "claims a majority in view " + view.id() + ", like " + others(i)
                : "has the outdated view " + view.id() + "; that of the group is " + current;
    }

    private String others(int i) {
        return claims.entrySet().stream()
                .filter(claim -> !claim.getValue().contains(i))
                .map(claim ->
                        claim.getValue().stream().map(j -> nodes.get(j).name()).collect(Collectors.joining(" and "))
                                + " in view " + claim.getKey())
                .collect(Collectors.joining(", "));
    }

    /** Returns whether several components claim a majority, and nothing shows which is right. */
    boolean isSplit() {
        return current == null && claims.size() > 1;
    }

    /** Returns the view that counts; null where there is none. */
    @Nullable
    GroupView current() {
        if (current == null) {
            return null;
        }
        GroupMembership any = membership(membersOf(current).get(0));
        return any == null
                ? null
                : new GroupView(any.kind().label(), current.groupId, String.valueOf(current.number), current.size);
    }
}
