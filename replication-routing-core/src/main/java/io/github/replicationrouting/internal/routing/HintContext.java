package io.github.replicationrouting.internal.routing;

import org.jspecify.annotations.Nullable;

/** The hint in force on the current thread. */
public final class HintContext {

    private static final ThreadLocal<@Nullable Hint> CURRENT = new ThreadLocal<>();

    private HintContext() {}

    /** Returns the innermost hint in force on this thread; null for none. */
    public static @Nullable Hint current() {
        return CURRENT.get();
    }

    /** Whether the hint in force on this thread asks for the primary. */
    public static boolean isForPrimary() {
        Hint hint = CURRENT.get();
        return hint != null && hint.isForPrimary();
    }

    /** Puts a hint in force and returns the previous one, for {@link #restore}. */
    public static @Nullable Hint enter(Hint hint) {
        Hint previous = CURRENT.get();
        CURRENT.set(hint);
        return previous;
    }

    /** Puts the hint that {@link #enter} returned back in force. */
    public static void restore(@Nullable Hint previous) {
        if (previous == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(previous);
        }
    }
}
