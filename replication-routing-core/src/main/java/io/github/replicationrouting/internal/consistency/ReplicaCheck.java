package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * Checks which replicas contain what a {@link ReadRequirement} names. Thread-safe, without a lock or I/O. Times are
 * those of {@link System#nanoTime()}.
 *
 * <p>The servers behind an endpoint differ: the position of one of them proves nothing about the others, so that only
 * times count there.
 */
final class ReplicaCheck {

    private final KnownPositions known;
    private final long pin;

    /**
     * @param known positions that replicas reported besides their probes
     * @param pin time, in nanoseconds, after a commit or read during which a node without a position is not read from
     */
    ReplicaCheck(KnownPositions known, long pin) {
        this.known = known;
        this.pin = pin;
    }

    /** Returns whether a replica is known to contain everything that is required. */
    boolean isMet(ReadRequirement requirement, NodeStatus replica, long now) {
        return hasCommits(requirement, replica, now) && hasReads(requirement, replica, now);
    }

    /** Returns whether a replica is known to contain the commits that are required. */
    boolean hasCommits(ReadRequirement requirement, NodeStatus replica, long now) {
        if (replica.member() != null && replica.name().equals(requirement.committedOn())) {
            // A member keeps what was committed on it, whatever its role becomes.
            return true;
        }
        if (requirement.hasUntracked() && !isFreshAsOf(replica, requirement.untrackedAt(), now)) {
            return false;
        }
        Position commits = requirement.commits();
        return commits == null
                || replica.freshness().includes(requirement.commitsAt())
                || contains(replica, commits)
                || (isEndpoint(replica) && isFreshAsOf(replica, requirement.commitsAt(), now));
    }

    /** Returns whether a node is known by its position to contain the commits whose position is known. */
    boolean hasPosition(ReadRequirement requirement, NodeStatus node) {
        Position commits = requirement.commits();
        return commits == null || contains(node, commits);
    }

    private boolean hasReads(ReadRequirement requirement, NodeStatus replica, long now) {
        for (ObservedRead read : requirement.reads().byNode()) {
            if (!hasRead(read, replica, now)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether a replica is known to contain what a read saw. */
    boolean hasRead(ObservedRead read, NodeStatus replica, long now) {
        Position position = read.position();
        return replica.name().equals(read.node())
                || isEndpoint(replica)
                || isFreshAsOf(replica, read.at(), now)
                || (position != null && contains(replica, position));
    }

    /**
     * Returns the position that a replica lacks; null if it lacks nothing, or if it lacks what is known by its time
     * only, so that there is no position to wait for.
     */
    @Nullable
    Position missing(ReadRequirement requirement, NodeStatus replica, long now) {
        if (requirement.hasUntracked() && !isFreshAsOf(replica, requirement.untrackedAt(), now)) {
            return null;
        }
        Position missing = hasCommits(requirement, replica, now) ? null : requirement.commits();
        for (ObservedRead read : requirement.reads().byNode()) {
            if (!hasRead(read, replica, now)) {
                Position position = read.position();
                if (position == null || (missing != null && !missing.isComparableTo(position))) {
                    return null;
                }
                missing = missing == null ? position : missing.union(position);
            }
        }
        Position executed = replica.position();
        return missing == null || executed == null || isEndpoint(replica) ? missing : missing.subtract(executed);
    }

    /**
     * A node without a position is fresh as of a time that is longer ago than the pin, unless it reports a greater lag.
     * The same applies to endpoints, whose lag is the worst that any of their servers has shown.
     */
    private boolean isFreshAsOf(NodeStatus replica, long time, long now) {
        if (replica.freshness().includes(time)) {
            return true;
        }
        boolean hasNoPosition = replica.position() == null || isEndpoint(replica);
        return hasNoPosition && now - time > pin && replica.freshness().age(now).orElse(0) <= now - time;
    }

    private boolean contains(NodeStatus replica, Position required) {
        if (isEndpoint(replica)) {
            return false;
        }
        Position executed = replica.position();
        if (executed != null && executed.contains(required)) {
            return true;
        }
        Position reported = known.of(replica.node());
        return reported != null && reported.contains(required);
    }

    private static boolean isEndpoint(NodeStatus replica) {
        return replica.node().spec().kind() == NodeKind.ENDPOINT;
    }
}
