package io.github.replicationrouting.internal.routing;

import org.jspecify.annotations.Nullable;

/**
 * What one unit of work has waited for a primary: a web request, else an outermost transaction with all of its runs and
 * whatever transactions are inside, else one transaction or statement. All of its transactions together wait as long as
 * one may. Used by one thread at a time.
 */
public final class PrimaryWaitBudget {

    private static final ThreadLocal<@Nullable PrimaryWaitBudget> CURRENT = new ThreadLocal<>();

    private long spentNanos;

    /** The budget of the unit of work that this thread is in; a new one where it is in none. */
    public static PrimaryWaitBudget ofThread() {
        PrimaryWaitBudget bound = CURRENT.get();
        if (bound != null) {
            return bound;
        }
        RetryContext record = RetryContext.current();
        return record == null ? new PrimaryWaitBudget() : record.holdBudget();
    }

    /** Makes it the budget of what this thread does from now on; returns the one before, for {@link #restore}. */
    public @Nullable PrimaryWaitBudget bind() {
        PrimaryWaitBudget before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    /** Ends a {@link #bind()}. */
    public static void restore(@Nullable PrimaryWaitBudget before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }

    /** How long the unit of work has waited so far. */
    public long spentNanos() {
        return spentNanos;
    }

    /** The unit of work has waited. */
    public void spend(long nanos) {
        spentNanos += nanos;
    }
}
