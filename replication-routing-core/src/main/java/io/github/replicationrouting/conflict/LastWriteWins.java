package io.github.replicationrouting.conflict;

import java.util.Comparator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keeps the later one of two changes of the same base. */
final class LastWriteWins<T, C extends Comparable<? super C>> implements ConflictResolver<T> {

    private final Function<? super T, ? extends @Nullable C> changedAt;
    private final Comparator<? super T> tieBreak;

    LastWriteWins(Function<? super T, ? extends @Nullable C> changedAt, Comparator<? super T> tieBreak) {
        this.changedAt = changedAt;
        this.tieBreak = tieBreak;
    }

    @Override
    public @Nullable T resolve(T base, T mine, T theirs) {
        C start = timeOf("base", base);
        int order = timeAfter(start, "mine", mine).compareTo(timeAfter(start, "theirs", theirs));
        if (order == 0) {
            order = tieBreak.compare(mine, theirs);
        }
        return order > 0 ? mine : null;
    }

    private C timeAfter(C start, String name, T change) {
        C time = timeOf(name, change);
        if (time.compareTo(start) <= 0) {
            throw new UnresolvedConflictException("Which change is the last one is unknown: the time of " + name + " ("
                    + time + ") is not later than that of base (" + start + "), which it changed. Either it was not"
                    + " set, or a clock went back. Give each change the time of the database when it is made.");
        }
        return time;
    }

    private C timeOf(String name, T state) {
        C time = changedAt.apply(state);
        if (time == null) {
            throw new UnresolvedConflictException("Which change is the last one is unknown: the time of " + name
                    + " is null. Give each change the time of the database when it is made.");
        }
        return time;
    }
}
