package io.github.replicationrouting.routing;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Says for a piece of code where its reads go. Counts for the read-only transactions that begin, and the statements
 * outside transactions that run, while the code runs on this thread; writes go to the primary in any case.
 *
 * <pre>{@code
 * Report report = RoutingHints.onReplica(Duration.ofSeconds(30), () -> reports.monthly());
 * Account account = RoutingHints.onPrimary(() -> accounts.load(id));
 * }</pre>
 *
 * <p>The innermost hint counts, be it given here or by {@link UsePrimary} or {@link MaxStaleness}; a method's annotation
 * counts over that of its class, and {@link UsePrimary} over {@link MaxStaleness}. A transaction keeps the node that it
 * began on: a statement that runs in it under another hint which that node does not satisfy fails, and says so.
 */
public final class RoutingHints {

    private static final ThreadLocal<@Nullable Hint> CURRENT = new ThreadLocal<>();

    private RoutingHints() {}

    /** Reads of {@code work} go to the primary. */
    public static <T extends @Nullable Object> T onPrimary(Supplier<T> work) {
        return with(Hint.PRIMARY, work);
    }

    /** Reads of {@code work} go to the primary. */
    public static void onPrimary(Runnable work) {
        with(Hint.PRIMARY, work);
    }

    /**
     * Reads of {@code work}, also outside transactions, go to a replica, without regard to what the session has written.
     * Where none is so fresh, they go to the primary.
     *
     * @param maxLag how old the data may be; below two probe intervals hardly any replica satisfies it
     */
    public static <T extends @Nullable Object> T onReplica(Duration maxLag, Supplier<T> work) {
        return with(new Hint(Hint.Kind.REPLICA, maxLag), work);
    }

    /** As {@link #onReplica(Duration, Supplier)}, without a result. */
    public static void onReplica(Duration maxLag, Runnable work) {
        with(new Hint(Hint.Kind.REPLICA, maxLag), work);
    }

    private static void with(Hint hint, Runnable work) {
        Hint before = enter(hint);
        try {
            work.run();
        } finally {
            leave(before);
        }
    }

    private static <T extends @Nullable Object> T with(Hint hint, Supplier<T> work) {
        Hint before = enter(hint);
        try {
            return work.get();
        } finally {
            leave(before);
        }
    }

    static @Nullable Hint current() {
        return CURRENT.get();
    }

    /** Returns the hint in force before, to be given to {@link #leave}. */
    static @Nullable Hint enter(Hint hint) {
        Hint before = CURRENT.get();
        CURRENT.set(hint);
        return before;
    }

    static void leave(@Nullable Hint before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }
}
