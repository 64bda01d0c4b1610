package io.github.replicationrouting.consistency;

import io.github.replicationrouting.node.NodeKind;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a replica must have before a session may read from it: the session's own commits, and all that it saw before.
 * Immutable. Times are those of {@link System#nanoTime()}.
 *
 * <p><b>Own commits.</b> Where the server reports them they are a position, which a replica either contains or not. A
 * commit that is known by its time only (its driver tells nothing, the server has no GTIDs) is on every replica that
 * contains a position of the primary sampled after that time. The same holds for reported ones, so that the set may be
 * cut off: what is cut is still covered by its time. It also ends the search for commits that a failed primary took with
 * it.
 *
 * <p><b>Monotonic reads.</b> A read that ended at time {@code t} on a replica saw nothing that was not on the primary at
 * {@code t}. So a later read may go to the same server, whose data only grows, or to one that contains a position of the
 * primary sampled after {@code t}, or to the primary. A read that a primary served in place of a replica may instead
 * leave the position that it saw. That a session's commit is on a replica also proves that everything is there that
 * was committed before it, as long as replicas commit in the order of their source, which both servers do by default.
 */
final class Requirement {

    static final Requirement NONE = new Requirement(null, 0, false, 0, false, null);

    /** Beyond this, in characters, commits are known by their time only. */
    private static final int MOST_TEXT = 1_000;

    /** Own commits as the server reported them. */
    private final @Nullable Position commits;

    private final long commitsAt;

    /** Own commits of which only the time is known. */
    private final boolean untracked;

    private final long untrackedAt;

    private final boolean grown;

    private final @Nullable Seen seen;

    /**
     * The last read.
     *
     * @param node where
     * @param at when it had ended
     * @param position what it saw at most, null when not known
     */
    record Seen(String node, long at, @Nullable Position position) {}

    private Requirement(
            @Nullable Position commits,
            long commitsAt,
            boolean untracked,
            long untrackedAt,
            boolean grown,
            @Nullable Seen seen) {
        this.commits = commits;
        this.commitsAt = commitsAt;
        this.untracked = untracked;
        this.untrackedAt = untrackedAt;
        this.grown = grown;
        this.seen = seen;
    }

    @Nullable
    Position commits() {
        return commits;
    }

    long commitsAt() {
        return commitsAt;
    }

    boolean hasUntracked() {
        return untracked;
    }

    long untrackedAt() {
        return untrackedAt;
    }

    @Nullable
    Seen seen() {
        return seen;
    }

    boolean isEmpty() {
        return commits == null && !untracked && seen == null;
    }

    /** With a commit that the server has reported. */
    Requirement committed(Position commit, long at) {
        if (commits == null || !commits.isComparableTo(commit)) {
            // Another kind of server than before: what is left of the former is its time.
            Requirement rest = commits == null ? this : committed(commitsAt);
            return new Requirement(commit, at, rest.untracked, rest.untrackedAt, false, seen);
        }
        return new Requirement(commits.union(commit), later(commitsAt, at), untracked, untrackedAt, true, seen);
    }

    /** With a commit at this time or before. */
    Requirement committed(long at) {
        return new Requirement(commits, commitsAt, true, untracked ? later(untrackedAt, at) : at, grown, seen);
    }

    /** With a read. */
    Requirement seen(Seen read) {
        return new Requirement(commits, commitsAt, untracked, untrackedAt, grown, read);
    }

    /** With a read whose position covers all that was committed before it: own commits are known by it from now on. */
    Requirement covered(Seen read) {
        Position position = read.position;
        if (position == null || !untracked || untrackedAt - read.at > 0) {
            return seen(read);
        }
        Requirement known = committed(position, untrackedAt);
        return new Requirement(known.commits, known.commitsAt, false, 0, true, read);
    }

    /** With everything that the other asks for, too; of two last reads the later. */
    Requirement and(Requirement other) {
        if (isEmpty()) {
            return other;
        }
        Requirement both = this;
        if (other.commits != null) {
            both = both.committed(other.commits, other.commitsAt);
        }
        if (other.untracked) {
            both = both.committed(other.untrackedAt);
        }
        if (other.seen != null && (seen == null || other.seen.at - seen.at > 0)) {
            both = both.seen(other.seen);
        }
        return both;
    }

    /** The same without the commits that every node is known to have; those too many to remember become a time. */
    Requirement reduced(Iterable<NodeStatus> nodes) {
        if (commits == null || !grown) {
            return this;
        }
        Position missing = null;
        for (NodeStatus node : nodes) {
            Position has = node.position();
            Position lacks = has == null ? commits : commits.subtract(has);
            missing = missing == null ? lacks : missing.union(lacks);
        }
        if (missing == null || missing.isEmpty()) {
            return new Requirement(null, 0, untracked, untrackedAt, false, seen);
        }
        Requirement rest = new Requirement(missing, commitsAt, untracked, untrackedAt, false, seen);
        return missing.toString().length() <= MOST_TEXT
                ? rest
                : new Requirement(null, 0, rest.untracked, rest.untrackedAt, false, seen).committed(commitsAt);
    }

    /**
     * Whether a read may go to a replica.
     *
     * @param known what the replica is known to have executed, beyond its status; null for nothing
     * @param pin in nanoseconds: how long after a commit or read a server without any position is out of the question
     */
    boolean isMetBy(NodeStatus replica, @Nullable Position known, long pin, long now) {
        return hasCommits(replica, known, pin, now) && hasSeen(replica, known, pin, now);
    }

    boolean hasCommits(NodeStatus replica, @Nullable Position known, long pin, long now) {
        if (untracked && !isFresh(replica, untrackedAt, pin, now)) {
            return false;
        }
        return commits == null || replica.freshness().includes(commitsAt) || contains(replica, known, commits);
    }

    private boolean hasSeen(NodeStatus replica, @Nullable Position known, long pin, long now) {
        return seen == null
                || replica.name().equals(seen.node)
                || isEndpoint(replica)
                || isFresh(replica, seen.at, pin, now)
                || (seen.position != null && contains(replica, known, seen.position));
    }

    private static boolean isFresh(NodeStatus replica, long at, long pin, long now) {
        boolean hasNoPosition = replica.position() == null || isEndpoint(replica);
        return replica.freshness().includes(at) || (hasNoPosition && now - at > pin);
    }

    /** Behind an endpoint stand several servers: what one of them has says nothing of the others. */
    private static boolean contains(NodeStatus replica, @Nullable Position known, Position wanted) {
        if (isEndpoint(replica)) {
            return false;
        }
        Position position = replica.position();
        return (position != null && position.contains(wanted)) || (known != null && known.contains(wanted));
    }

    private static boolean isEndpoint(NodeStatus replica) {
        return replica.node().spec().kind() == NodeKind.ENDPOINT;
    }

    /** What to wait for on a replica that does not meet this; null where no wait would make it. */
    @Nullable
    Position wanted(NodeStatus replica, @Nullable Position known, long pin, long now) {
        if (untracked && !isFresh(replica, untrackedAt, pin, now)) {
            return null;
        }
        Position wanted = hasCommits(replica, known, pin, now) ? null : commits;
        if (!hasSeen(replica, known, pin, now)) {
            Position read = seen == null ? null : seen.position;
            if (read == null || (wanted != null && !wanted.isComparableTo(read))) {
                return null;
            }
            wanted = wanted == null ? read : wanted.union(read);
        }
        Position has = replica.position();
        return wanted == null || has == null || isEndpoint(replica) ? wanted : wanted.subtract(has);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
