package io.github.replicationrouting.internal.routing;

import org.jspecify.annotations.Nullable;

/**
 * The time that one unit of work has waited for a primary. A unit of work is a web request, else an outermost
 * transaction with all of its attempts and the transactions inside it, else one transaction or statement. All of its
 * waits together may take as long as a single one. Used by one thread at a time.
 */
public final class PrimaryWaitBudget {

    private static final ThreadLocal<@Nullable PrimaryWaitBudget> CURRENT = new ThreadLocal<>();

    private long spentNanos;

    /** Returns the budget of this thread's unit of work; a new one if it is not in any. */
    public static PrimaryWaitBudget ofThread() {
        PrimaryWaitBudget bound = CURRENT.get();
        if (bound != null) {
            return bound;
        }
        RetryContext context = RetryContext.current();
        return context == null ? new PrimaryWaitBudget() : context.primaryWaitBudget();
    }

    /**
     * Binds this budget to the current thread.
     *
     * @return the budget bound before, for {@link #restore}; null for none
     */
    public @Nullable PrimaryWaitBudget bind() {
        PrimaryWaitBudget previous = CURRENT.get();
        CURRENT.set(this);
        return previous;
    }

    /** Binds the budget that {@link #bind()} returned. */
    public static void restore(@Nullable PrimaryWaitBudget previous) {
        if (previous == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(previous);
        }
    }

    /** Returns the time that the unit of work has waited so far, in nanoseconds. */
    public long spentNanos() {
        return spentNanos;
    }

    /** Adds a wait, in nanoseconds. */
    public void spend(long nanos) {
        spentNanos += nanos;
    }
}
