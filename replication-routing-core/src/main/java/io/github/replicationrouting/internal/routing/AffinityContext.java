package io.github.replicationrouting.internal.routing;

import org.jspecify.annotations.Nullable;

/** The affinity key in force on the current thread. */
public final class AffinityContext {

    private static final ThreadLocal<@Nullable AffinityKey> CURRENT = new ThreadLocal<>();

    private AffinityContext() {}

    /** Returns the innermost key in force on this thread; null for none. */
    public static @Nullable AffinityKey current() {
        return CURRENT.get();
    }

    /** Puts a key in force and returns the previous one, for {@link #restore}. */
    public static @Nullable AffinityKey enter(AffinityKey key) {
        AffinityKey previous = CURRENT.get();
        CURRENT.set(key);
        return previous;
    }

    /** Puts the key that {@link #enter} returned back in force. */
    public static void restore(@Nullable AffinityKey previous) {
        if (previous == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(previous);
        }
    }
}
