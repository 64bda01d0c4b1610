package io.github.replicationrouting.test.internal.sql;

/**
 * A group as one of its members sees it.
 *
 * @param own the state of the member itself, in the words of its server
 * @param serving whether the member takes part in a view with a majority and has caught up
 * @param view identifies the view of the group
 * @param size the number of members of the view that are reached
 * @param primary the name of the node that the group has elected; empty if there is none, or if each member is one
 */
public record GroupState(String own, boolean serving, String view, int size, String primary) {

    /** Returns whether two members see the same group. */
    public boolean agreesWith(GroupState other) {
        return view.equals(other.view) && size == other.size && primary.equals(other.primary);
    }

    @Override
    public String toString() {
        return "%s, %s in view %s of %d%s"
                .formatted(
                        own,
                        serving ? "serving" : "not serving",
                        view,
                        size,
                        primary.isEmpty() ? "" : " under " + primary);
    }
}
