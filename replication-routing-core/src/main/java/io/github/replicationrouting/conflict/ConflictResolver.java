package io.github.replicationrouting.conflict;

import java.util.Comparator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is stored when others have changed what the user was changing. A lambda is a three-way merge:
 *
 * <pre>{@code
 * ConflictResolver<Product> merge = (base, mine, theirs) -> theirs
 *         .withStock(theirs.stock() + mine.stock() - base.stock())
 *         .withName(mine.name().equals(base.name()) ? theirs.name() : mine.name());
 * }</pre>
 *
 * <p>A resolver is called once in each attempt, with another {@code theirs}. It therefore has no effects besides its
 * result. Where it cannot decide, it throws an {@link UnresolvedConflictException} or an exception of the application's
 * own: nothing is written, and there is no further attempt.
 *
 * @param <T> type of an entity or record
 */
@FunctionalInterface
public interface ConflictResolver<T> {

    /**
     * Decides what to write over {@code theirs}.
     *
     * @param base what the user saw; must not be changed
     * @param mine what the user made of it; must not be changed
     * @param theirs what is stored now, loaded in this transaction from the node that it writes to
     * @return what to write, also {@code theirs} itself after a change in place; or null to write nothing and keep
     *     {@code theirs}, which must not be changed then
     */
    @Nullable
    T resolve(T base, T mine, T theirs);

    /** Returns a resolver that overwrites theirs: all that others changed is lost, also where mine changed nothing. */
    static <T> ConflictResolver<T> keepMine() {
        return (base, mine, theirs) -> mine;
    }

    /** Returns a resolver that writes nothing: the change of the user is lost. */
    static <T> ConflictResolver<T> keepTheirs() {
        return (base, mine, theirs) -> null;
    }

    /**
     * Returns a resolver that keeps the change that was made last, by a time that the database gave it. The other change
     * is lost as a whole.
     *
     * <p>The time is that of one database server, for example from {@code SELECT UTC_TIMESTAMP(6)} when the application
     * accepts the change, and is stored with it as it is: a column that the server sets at each update has the time of
     * the write, not of the change. Clocks of clients, and of several servers, differ by more than changes do.
     *
     * <p>A time of {@code mine} or {@code theirs} that is missing, or not later than that of {@code base}, is refused with
     * an {@link UnresolvedConflictException}: a clock went back, or the time was not set, and who is last is unknown.
     *
     * @param changedAt the time of a change, in microseconds or finer
     * @param tieBreak decides between changes with equal times: the greater one wins. It must compare values that are
     *     stored, so that it is the same at each client, and find each difference that matters. When it finds none,
     *     {@code theirs} stays
     */
    static <T, C extends Comparable<? super C>> ConflictResolver<T> lastWriteWins(
            Function<? super T, ? extends @Nullable C> changedAt, Comparator<? super T> tieBreak) {
        return new LastWriteWins<>(changedAt, tieBreak);
    }
}
