package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeKind;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.function.UnaryOperator;
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
 * <p><b>Monotonic reads.</b> A read that ended at time {@code t} on a replica saw nothing that was not in the primary's log
 * at {@code t}. So a later read may go to the same server, whose data only grows, or to one that contains a position of the
 * primary sampled after {@code t}, or to the primary. A read that a primary served in place of a replica may instead
 * leave the position that it saw. Reads on several nodes that overlapped are kept apart. That a session's commit is on a replica also proves that everything is there that
 * was committed before it, as long as replicas commit in the order of their source, which both servers do by default.
 */
public final class ReadRequirement {

    static final ReadRequirement NONE = new ReadRequirement(null, 0, false, 0, false, ReadHistory.NONE);

    /**
     * How long a server may take over a commit whose answer was lost: as long as semi-synchronous replication waits by
     * default. It is a guess, and counts only until the next look at a primary after it.
     */
    static final long MAX_COMMIT = 10_000_000_000L;

    /** Beyond this, in characters, commits are known by their time only. */
    private static final int MAX_TEXT = 1_000;

    /** Own commits as the server reported them. */
    private final @Nullable Position commits;

    private final long commitsAt;

    /** Own commits of which only the time is known. */
    private final boolean untracked;

    private final long untrackedAt;

    private final boolean grown;

    private final ReadHistory reads;

    private ReadRequirement(
            @Nullable Position commits,
            long commitsAt,
            boolean untracked,
            long untrackedAt,
            boolean grown,
            ReadHistory reads) {
        this.commits = commits;
        this.commitsAt = commitsAt;
        this.untracked = untracked;
        this.untrackedAt = untrackedAt;
        this.grown = grown;
        this.reads = reads;
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

    ReadHistory reads() {
        return reads;
    }

    boolean hasCommits() {
        return commits != null || untracked;
    }

    boolean isEmpty() {
        return !hasCommits() && reads.isEmpty();
    }

    /** With a commit that the server has reported. */
    ReadRequirement committed(Position commit, long at) {
        if (commits == null || !commits.isComparableTo(commit)) {
            // Another kind of server than before: what is left of the former is its time.
            ReadRequirement rest = commits == null ? this : committed(commitsAt);
            return new ReadRequirement(commit, at, rest.untracked, rest.untrackedAt, false, reads);
        }
        return new ReadRequirement(commits.union(commit), later(commitsAt, at), untracked, untrackedAt, true, reads);
    }

    /** With a commit at this time or before. */
    ReadRequirement committed(long at) {
        return new ReadRequirement(commits, commitsAt, true, untracked ? later(untrackedAt, at) : at, grown, reads);
    }

    /** With a commit that a server may have been told of at this time, and may have done later or not at all. */
    ReadRequirement committedPerhaps(long at) {
        return committed(at + MAX_COMMIT);
    }

    /** With the reads changed. */
    ReadRequirement reading(UnaryOperator<ReadHistory> change) {
        return new ReadRequirement(commits, commitsAt, untracked, untrackedAt, grown, change.apply(reads));
    }

    /**
     * With a position of the primary, which covers all that was committed before it was asked for: own commits are known
     * by it from now on.
     */
    ReadRequirement covered(Position position, long askedAt) {
        if (!untracked || untrackedAt - askedAt > 0) {
            return this;
        }
        ReadRequirement known = committed(position, untrackedAt);
        return new ReadRequirement(known.commits, known.commitsAt, false, 0, true, reads);
    }

    /** With everything that the other asks for, too. */
    ReadRequirement and(ReadRequirement other) {
        if (isEmpty()) {
            return other;
        }
        ReadRequirement both = this;
        if (other.commits != null) {
            both = both.committed(other.commits, other.commitsAt);
            both = commits == null ? both : both.bounded();
        }
        if (other.untracked) {
            both = both.committed(other.untrackedAt);
        }
        return other.reads.isEmpty() ? both : both.reading(own -> own.and(other.reads));
    }

    /** The same without the commits that every node is known to have; those too many to remember become a time. */
    ReadRequirement reduced(Iterable<NodeStatus> nodes) {
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
            return new ReadRequirement(null, 0, untracked, untrackedAt, false, reads);
        }
        return new ReadRequirement(missing, commitsAt, untracked, untrackedAt, false, reads).bounded();
    }

    private ReadRequirement bounded() {
        return commits == null || commits.toString().length() <= MAX_TEXT
                ? this
                : new ReadRequirement(null, 0, untracked, untrackedAt, false, reads).committed(commitsAt);
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
        return commits == null
                || replica.freshness().includes(commitsAt)
                || contains(replica, known, commits)
                || (isEndpoint(replica) && isFresh(replica, commitsAt, pin, now));
    }

    private boolean hasSeen(NodeStatus replica, @Nullable Position known, long pin, long now) {
        for (ObservedRead seen : reads.byNode()) {
            if (!hasSeen(replica, known, seen, pin, now)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a node has what a read saw. */
    static boolean hasSeen(NodeStatus replica, @Nullable Position known, ObservedRead seen, long pin, long now) {
        Position position = seen.position();
        return replica.name().equals(seen.node())
                || isEndpoint(replica)
                || isFresh(replica, seen.at(), pin, now)
                || (position != null && contains(replica, known, position));
    }

    /**
     * A node without a position has what is older than the pin, unless it says itself that it is further behind. That goes
     * for endpoints, too, whose lag is the worst that any of their servers has shown.
     */
    private static boolean isFresh(NodeStatus replica, long at, long pin, long now) {
        if (replica.freshness().includes(at)) {
            return true;
        }
        boolean hasNoPosition = replica.position() == null || isEndpoint(replica);
        return hasNoPosition && now - at > pin && replica.freshness().age(now).orElse(0) <= now - at;
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

    /**
     * Whether a read on another node may have shown what the primary has not committed yet: not what its log had before a
     * later commit of the session itself, as servers commit in the order of their log. Where commits are not reported, the
     * time of one does not show that anything was written.
     */
    boolean mayBeAheadOf(String primary, long now) {
        for (ObservedRead seen : reads.byNode()) {
            if (!seen.isOn(primary) && now - seen.at() < MAX_COMMIT && (commits == null || commitsAt - seen.at() < 0)) {
                return true;
            }
        }
        return false;
    }

    /** What to wait for on a replica that does not meet this; null where no wait would make it. */
    @Nullable
    Position wanted(NodeStatus replica, @Nullable Position known, long pin, long now) {
        if (untracked && !isFresh(replica, untrackedAt, pin, now)) {
            return null;
        }
        Position wanted = hasCommits(replica, known, pin, now) ? null : commits;
        for (ObservedRead seen : reads.byNode()) {
            if (!hasSeen(replica, known, seen, pin, now)) {
                Position read = seen.position();
                if (read == null || (wanted != null && !wanted.isComparableTo(read))) {
                    return null;
                }
                wanted = wanted == null ? read : wanted.union(read);
            }
        }
        Position has = replica.position();
        return wanted == null || has == null || isEndpoint(replica) ? wanted : wanted.subtract(has);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
