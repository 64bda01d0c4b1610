package io.github.replicationrouting.test.internal.node;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The members of one group, in the order of the cluster's nodes.
 */
public final class Group {

    private final List<GroupMember> members = new CopyOnWriteArrayList<>();

    void add(GroupMember member) {
        members.add(member);
    }

    /** Returns whether another member serves, so that a server can join. */
    boolean canBeJoinedBy(GroupMember newcomer) {
        return members.stream().anyMatch(member -> member != newcomer && !member.isCut() && member.isServing());
    }

    /** Returns the others that serve. */
    List<GroupMember> servingBeside(GroupMember member) {
        return members.stream()
                .filter(other -> other != member && other.isServing())
                .toList();
    }
}
