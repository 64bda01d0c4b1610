package io.github.replicationrouting.test.internal.node;

import java.sql.SQLException;
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

    /** Returns whether others still count a server as a member that has ended. */
    boolean lists(GroupMember member) throws SQLException {
        for (GroupMember other : servingBeside(member)) {
            if (other.state().members().contains(member.name())) {
                return true;
            }
        }
        return false;
    }

    /** Returns the others that serve. */
    List<GroupMember> servingBeside(GroupMember member) {
        return members.stream()
                .filter(other -> other != member && other.isServing())
                .toList();
    }
}
