package io.github.replicationrouting.test.internal.sql;

import java.util.Set;

/**
 * A group as one of its members sees it.
 *
 * @param own the state of the member itself, in the words of its server
 * @param serving whether the member takes part in a view with a majority and has caught up
 * @param out whether the member takes no part in any view, and does not return by itself
 * @param view identifies the view of the group
 * @param members the nodes of the view, reached or not
 * @param reached the number of members that are reached
 * @param primary the name of the node that the group has elected; empty if there is none, or if each member is one
 */
public record GroupState(
        String own, boolean serving, boolean out, String view, Set<String> members, int reached, String primary) {

    /** Returns whether the member has left after an error. */
    public boolean failed() {
        return own.startsWith("ERROR");
    }

    /** Returns whether two members see the same group. */
    public boolean agreesWith(GroupState other) {
        return view.equals(other.view)
                && members.equals(other.members)
                && reached == other.reached
                && primary.equals(other.primary);
    }

    @Override
    public String toString() {
        return "%s, %s in view %s of %d, reaches %d%s"
                .formatted(
                        own,
                        serving ? "serving" : "not serving",
                        view,
                        members.size(),
                        reached,
                        primary.isEmpty() ? "" : " under " + primary);
    }
}
