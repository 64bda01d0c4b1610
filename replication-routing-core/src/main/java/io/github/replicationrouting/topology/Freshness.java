package io.github.replicationrouting.topology;

import java.util.OptionalLong;

/**
 * Up to which moment a node is known to have everything. Ages are computed when they are needed, so that they keep
 * growing while no node can be probed: a node whose primary has not answered for a minute is a minute old. All times
 * are those of {@link System#nanoTime()} in this process. Immutable.
 *
 * <p><b>Why it holds.</b> The primary is asked for its position at a time {@code t}, taken <em>before</em> the question
 * is sent. Its answer therefore contains every commit that was acknowledged before {@code t}. A replica whose executed
 * position contains that answer has all of them, and keeps them: it is fresh as of {@code t}. An equal answer at a
 * later time moves {@code t} without another probe of the replica, so an idle primary does not make its replicas old.
 *
 * <p><b>A session's own commits without a token.</b> A session that notes the time {@code c} <em>after</em> its commit
 * was acknowledged finds that commit on every replica that is fresh as of {@code c} or later. Noted before the commit
 * was sent it would prove nothing. What a failed primary took with it is on no replica, whatever the times say.
 */
public final class Freshness {

    /** Not known: older than any limit. */
    public static final Freshness UNKNOWN = new Freshness(Basis.NOTHING, 0);

    /** The primary itself: never old, and it has what was committed on it. */
    public static final Freshness PRIMARY = new Freshness(Basis.SOURCE, 0);

    private enum Basis {
        NOTHING,
        REPORT,
        POSITION,
        SOURCE
    }

    private final Basis basis;
    private final long asOf;

    private Freshness(Basis basis, long asOf) {
        this.basis = basis;
        this.asOf = asOf;
    }

    /** Returns a freshness proven by positions: the node has everything that the primary had at this time. */
    public static Freshness provenAsOf(long time) {
        return new Freshness(Basis.POSITION, time);
    }

    /**
     * Returns a freshness that the replica reports itself, where no position can be compared: good enough for a limit,
     * no proof of a commit.
     */
    public static Freshness reportedAsOf(long time) {
        return new Freshness(Basis.REPORT, time);
    }

    /** Whether anything is known. */
    public boolean isKnown() {
        return basis != Basis.NOTHING;
    }

    /** Whether positions prove it, so that {@link #includes} may return true. */
    public boolean isProven() {
        return basis == Basis.POSITION || basis == Basis.SOURCE;
    }

    /**
     * Returns how stale a read may be now, in nanoseconds; empty when unknown.
     *
     * @param now {@link System#nanoTime()} at the decision
     */
    public OptionalLong age(long now) {
        return switch (basis) {
            case NOTHING -> OptionalLong.empty();
            case SOURCE -> OptionalLong.of(0);
            case REPORT, POSITION -> OptionalLong.of(Math.max(0, now - asOf));
        };
    }

    /**
     * Returns whether a read is at most so stale; false when unknown.
     *
     * @param nanos the limit in nanoseconds
     * @param now {@link System#nanoTime()} at the decision
     */
    public boolean isWithin(long nanos, long now) {
        return switch (basis) {
            case NOTHING -> false;
            case SOURCE -> true;
            case REPORT, POSITION -> now - asOf <= nanos;
        };
    }

    /**
     * Returns whether the node has everything that was committed on the primary up to a time.
     *
     * @param time {@link System#nanoTime()}, taken after the commit was acknowledged
     */
    public boolean includes(long time) {
        return switch (basis) {
            case NOTHING, REPORT -> false;
            case SOURCE -> true;
            case POSITION -> asOf - time >= 0;
        };
    }

    @Override
    public String toString() {
        return switch (basis) {
            case NOTHING -> "unknown";
            case SOURCE -> "primary";
            case REPORT -> "reported as of " + asOf;
            case POSITION -> "proven as of " + asOf;
        };
    }
}
