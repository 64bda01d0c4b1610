package io.github.replicationrouting.internal.consistency;

import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.topology.NodeStatus;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a node must contain before a session may read from it: the session's own commits, and everything that it has
 * read. Which nodes contain it is determined by {@link ReplicaCheck}. Immutable. Times are those of
 * {@link System#nanoTime()}.
 *
 * <p><b>Own commits.</b> If the server reports them, they are a position, which a replica either contains or not. A
 * commit of which only the time is known (the driver does not report it, or the server has no GTIDs) is on every
 * replica that contains a position of the primary that was sampled after that time. The same holds for reported
 * commits, so that the set may be truncated: the time covers what is dropped. The time also ends the wait for commits
 * that a failed primary took with it.
 *
 * <p><b>Monotonic reads.</b> A read that ended at time {@code t} on a replica saw nothing that was not in the primary's
 * log at {@code t}. A later read may therefore go to the same server, whose data only grows, to a replica that contains
 * a position of the primary sampled after {@code t}, or to the primary. A read that the primary served in place of a
 * replica may instead record the position that it saw. Reads on several nodes that overlapped are kept apart. That a
 * session's commit is on a replica also proves that the replica contains everything committed before it, provided that
 * replicas commit in the order of their source, which both servers do by default.
 */
final class ReadRequirement {

    static final ReadRequirement NONE = new ReadRequirement(null, 0, false, 0, false, ReadHistory.NONE, null);

    /**
     * Maximum time, in nanoseconds, that a server is assumed to take for a commit whose answer was lost: the time that
     * semi-synchronous replication waits by default. An estimate, which counts only until the primary is sampled after
     * it.
     */
    static final long MAX_COMMIT = 10_000_000_000L;

    /** Maximum length of the text of reported commits; beyond it they are known by their time only. */
    private static final int MAX_TEXT_LENGTH = 1_000;

    /** The commits whose position the server reported. */
    private final @Nullable Position commits;

    /** The time of the last of them. */
    private final long commitsAt;

    /** Whether there are commits of which only the time is known. */
    private final boolean untracked;

    /** The time of the last of them. */
    private final long untrackedAt;

    /** Whether commits were added since {@link #reduced} was called last. */
    private final boolean grown;

    private final ReadHistory reads;

    /** A node that has all of the commits, because they were made on it or before it was waited for; null if unknown. */
    private final @Nullable String committedOn;

    private ReadRequirement(
            @Nullable Position commits,
            long commitsAt,
            boolean untracked,
            long untrackedAt,
            boolean grown,
            ReadHistory reads,
            @Nullable String committedOn) {
        this.commits = commits;
        this.commitsAt = commitsAt;
        this.untracked = untracked;
        this.untrackedAt = untrackedAt;
        this.grown = grown;
        this.reads = reads;
        this.committedOn = committedOn;
    }

    /** Returns a node that has all of the commits; null where none is known. */
    @Nullable
    String committedOn() {
        return committedOn;
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

    /** Returns this requirement with a further commit, which the server has reported. */
    ReadRequirement committed(Position commit, long at) {
        if (commits == null || !commits.isComparableTo(commit)) {
            // Another kind of server than before: of the earlier commits only the time remains.
            ReadRequirement rest = commits == null ? this : committed(commitsAt);
            return new ReadRequirement(commit, at, rest.untracked, rest.untrackedAt, false, reads, null);
        }
        return new ReadRequirement(
                commits.union(commit), later(commitsAt, at), untracked, untrackedAt, true, reads, null);
    }

    /** Returns this requirement with a further commit, at this time or before. */
    ReadRequirement committed(long at) {
        return new ReadRequirement(
                commits, commitsAt, true, untracked ? later(untrackedAt, at) : at, grown, reads, null);
    }

    /**
     * Returns this requirement with a commit sent to a server before this time, which may execute it later or never.
     */
    ReadRequirement commitOutcomeUnknown(long at) {
        return committed(at + MAX_COMMIT);
    }

    /**
     * Returns this requirement, whose newest commit was made on a node.
     *
     * @param node null for an endpoint: its next connection may lead to a server that has none of the commits
     * @param before what was required before that commit
     * @param holdsAsOf when the node had everything that had been committed on others; null where that is not known
     */
    ReadRequirement committedOn(@Nullable String node, ReadRequirement before, @Nullable Long holdsAsOf) {
        boolean hasAll = !before.hasCommits()
                || Objects.equals(node, before.committedOn)
                || (holdsAsOf != null && before.hasNoCommitsAfter(holdsAsOf));
        return placed(hasAll ? node : null);
    }

    /** Returns whether all commits were made, or may have been, until a time. */
    boolean hasNoCommitsAfter(long time) {
        return (commits == null || commitsAt - time <= 0) && (!untracked || untrackedAt - time <= 0);
    }

    private @Nullable String commonNode(ReadRequirement other) {
        if (!hasCommits() || !other.hasCommits()) {
            return hasCommits() ? committedOn : other.committedOn;
        }
        return committedOn != null && committedOn.equals(other.committedOn) ? committedOn : null;
    }

    private ReadRequirement placed(@Nullable String node) {
        return new ReadRequirement(commits, commitsAt, untracked, untrackedAt, grown, reads, node);
    }

    /** Returns this requirement with its reads changed. */
    ReadRequirement reading(UnaryOperator<ReadHistory> change) {
        return new ReadRequirement(commits, commitsAt, untracked, untrackedAt, grown, change.apply(reads), committedOn);
    }

    /**
     * Returns this requirement after a position of the primary became known, which contains everything committed before
     * it was requested: commits of which only the time was known are now known by this position.
     */
    ReadRequirement covered(Position position, long askedAt) {
        if (!untracked || untrackedAt - askedAt > 0) {
            return this;
        }
        ReadRequirement known = committed(position, untrackedAt);
        return new ReadRequirement(known.commits, known.commitsAt, false, 0, true, reads, committedOn);
    }

    /** Returns a requirement that is met only where this and the other one are met. */
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
        both = both.placed(commonNode(other));
        return other.reads.isEmpty() ? both : both.reading(own -> own.and(other.reads));
    }

    /**
     * Returns this requirement without the commits that every node is known to contain. If the rest is too long to
     * remember, only its time remains.
     */
    ReadRequirement reduced(Iterable<NodeStatus> nodes) {
        if (commits == null || !grown) {
            return this;
        }
        Position missing = null;
        for (NodeStatus node : nodes) {
            Position executed = node.position();
            Position lacking = executed == null ? commits : commits.subtract(executed);
            missing = missing == null ? lacking : missing.union(lacking);
        }
        if (missing == null || missing.isEmpty()) {
            return new ReadRequirement(null, 0, untracked, untrackedAt, false, reads, untracked ? committedOn : null);
        }
        return new ReadRequirement(missing, commitsAt, untracked, untrackedAt, false, reads, committedOn).bounded();
    }

    private ReadRequirement bounded() {
        return commits == null || commits.toString().length() <= MAX_TEXT_LENGTH
                ? this
                : new ReadRequirement(null, 0, untracked, untrackedAt, false, reads, null)
                        .committed(commitsAt)
                        .placed(committedOn);
    }

    /**
     * Returns whether a read on another node may have shown what the primary has not committed yet. Not what its log
     * contained before a later commit of the session itself, because servers commit in the order of their log. If
     * commits are not reported, the time of one does not show that anything was written.
     */
    boolean mayBeAheadOf(String primary, long now) {
        for (ObservedRead read : reads.byNode()) {
            if (!read.isOn(primary) && now - read.at() < MAX_COMMIT && (commits == null || commitsAt - read.at() < 0)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether commits were made on another node a short time ago, which a node may still have to apply. */
    boolean hasNewCommitsElsewhere(String node, long now) {
        boolean isNew =
                (commits != null && now - commitsAt < MAX_COMMIT) || (untracked && now - untrackedAt < MAX_COMMIT);
        return isNew && !node.equals(committedOn);
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
