package io.github.replicationrouting;

import io.github.replicationrouting.internal.routing.Hint;
import io.github.replicationrouting.internal.routing.HintContext;
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
        Hint previous = HintContext.enter(hint);
        try {
            work.run();
        } finally {
            HintContext.restore(previous);
        }
    }

    private static <T extends @Nullable Object> T with(Hint hint, Supplier<T> work) {
        Hint previous = HintContext.enter(hint);
        try {
            return work.get();
        } finally {
            HintContext.restore(previous);
        }
    }
}
