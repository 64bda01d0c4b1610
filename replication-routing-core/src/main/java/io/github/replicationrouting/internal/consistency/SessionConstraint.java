package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one read must see because of its session, and which replicas are known to contain it. Valid for one routing
 * decision. Takes no lock and does no I/O.
 */
public final class SessionConstraint {

    private final ReadRequirement requirement;
    private final @Nullable ReadRequirement own;
    private final ReplicaCheck check;
    private final KnownPositions known;
    private final Duration maxWait;
    private final boolean inGroup;
    private final long now = System.nanoTime();

    /**
     * @param own the part of the requirement that is the session's own, null for none
     * @param inGroup whether the nodes are members of a group, any of which may have been written to
     */
    SessionConstraint(
            ReadRequirement requirement,
            @Nullable ReadRequirement own,
            ReplicaCheck check,
            KnownPositions known,
            Duration maxWait,
            boolean inGroup) {
        this.requirement = requirement;
        this.own = own;
        this.check = check;
        this.known = known;
        this.maxWait = maxWait;
        this.inGroup = inGroup;
    }

    /** Returns whether the session has written, rather than only read. */
    public boolean hasOwnCommits() {
        return own != null && own.hasCommits();
    }

    /** Returns whether the session reads on this replica and knows the position that it saw, so that it may move on. */
    public boolean mayLeave(NodeStatus replica) {
        ObservedRead read = requirement.reads().on(replica.name());
        return read != null && read.position() != null;
    }

    /**
     * Returns whether the session may have seen, or committed on another member of the group, what the primary is still
     * committing: servers send what is in their log before they commit it themselves.
     */
    public boolean mayBeAheadOf(Node primary) {
        return maxWait.toMillis() > 0
                && own != null
                && (own.mayBeAheadOf(primary.name(), now)
                        || (inGroup && own.hasNewCommitsElsewhere(primary.name(), now)))
                && known.isWorthWaiting(primary, now);
    }

    /**
     * Returns whether the one member of a group that takes all writes may still have to apply what the session has
     * committed on another one, which took them until just now.
     */
    public boolean mayLackOwnCommits(NodeStatus writer) {
        return inGroup
                && own != null
                && own.hasNewCommitsElsewhere(writer.name(), now)
                && (own.hasUntracked() || !check.hasPosition(own, writer));
    }

    /** Returns whether the session has committed nothing after a time of {@link System#nanoTime()}. */
    public boolean hasNoOwnCommitsAfter(long time) {
        return own == null || own.hasNoCommitsAfter(time);
    }

    /** Returns whether a replica is known to contain everything that the session must see. */
    public boolean isMetBy(NodeStatus replica) {
        return check.isMet(requirement, replica, now);
    }

    /** Returns whether a replica is known to contain at least what the session has written. */
    public boolean hasOwnCommitsOn(NodeStatus replica) {
        return check.hasCommits(requirement, replica, now);
    }

    /**
     * Returns the position to wait for on a replica that does not meet the constraint; null if a wait would not help.
     */
    public @Nullable Position positionToAwait(NodeStatus replica) {
        return isWorthWaitingOn(replica) ? missingPosition(replica) : null;
    }

    /**
     * Returns the position that a replica is not known to contain; null if it lacks nothing, or what it lacks has none.
     */
    public @Nullable Position missingPosition(NodeStatus replica) {
        return check.missing(requirement, replica, now);
    }

    /** Returns whether reads wait at all, and no wait on this replica timed out just now. */
    public boolean isWorthWaitingOn(NodeStatus replica) {
        return !maxWait.isZero() && known.isWorthWaiting(replica.node(), now);
    }
}
