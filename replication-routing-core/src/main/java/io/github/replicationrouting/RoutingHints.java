package io.github.replicationrouting;

import io.github.replicationrouting.internal.routing.AffinityContext;
import io.github.replicationrouting.internal.routing.AffinityKey;
import io.github.replicationrouting.internal.routing.Hint;
import io.github.replicationrouting.internal.routing.HintContext;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hints that determine where the reads of a block of code go, and its writes where several nodes take writes.
 *
 * <p>A hint for reads applies to the read-only transactions that begin, and to the statements outside transactions that execute,
 * while the block runs on the calling thread; other threads are not affected. Transactions that may write go to the
 * primary in any case.
 * An affinity applies to the transactions and statements that may write.
 *
 * <pre>{@code
 * Report report = RoutingHints.onReplica(Duration.ofSeconds(30), () -> reports.monthly());
 * Account account = RoutingHints.onPrimary(() -> accounts.load(id));
 * RoutingHints.withAffinity(customerId, () -> orders.place(customerId, cart));
 * }</pre>
 *
 * <p>Hints may be nested; the innermost one of each kind applies, whether given here or by {@link UsePrimary} or
 * {@link MaxStaleness}, {@link WriteAffinity} for an affinity. A method's annotation takes precedence over that of its class, and {@link UsePrimary} over
 * {@link MaxStaleness}. A transaction keeps the node that it began on: a statement under a hint that this node does not
 * satisfy fails with an {@code SQLException} that explains it.
 */
public final class RoutingHints {

    private RoutingHints() {}

    /**
     * Calls {@code work} and sends its reads to the primary.
     *
     * @param work the code to call, on the current thread
     * @return what {@code work} returned
     */
    public static <T extends @Nullable Object> T onPrimary(Supplier<T> work) {
        return with(Hint.PRIMARY, work);
    }

    /**
     * Runs {@code work} and sends its reads to the primary.
     *
     * @param work the code to run, on the current thread
     */
    public static void onPrimary(Runnable work) {
        with(Hint.PRIMARY, work);
    }

    /**
     * Calls {@code work} and sends its reads, also those outside transactions, to a replica, regardless of what the
     * session has written. If no replica is fresh enough, they go to the primary.
     *
     * @param maxLag maximum age of the data, positive; under writes, few replicas satisfy a limit below two probe
     *     intervals ({@code monitor.interval})
     * @param work the code to call, on the current thread
     * @return what {@code work} returned
     * @throws IllegalArgumentException if {@code maxLag} is not positive
     */
    public static <T extends @Nullable Object> T onReplica(Duration maxLag, Supplier<T> work) {
        return with(new Hint(Hint.Kind.REPLICA, maxLag), work);
    }

    /**
     * Runs {@code work} as {@link #onReplica(Duration, Supplier)} does.
     *
     * @param maxLag maximum age of the data, positive
     * @param work the code to run, on the current thread
     * @throws IllegalArgumentException if {@code maxLag} is not positive
     */
    public static void onReplica(Duration maxLag, Runnable work) {
        with(new Hint(Hint.Kind.REPLICA, maxLag), work);
    }

    /**
     * Calls {@code work} and sends its writes to the node of a key, where several nodes take writes and
     * {@code writes.policy} is {@code affinity}: the same key to the same node, in every instance of the application.
     * Under the other policies the key is ignored.
     *
     * <p>The key in force when a transaction takes its node counts for the whole transaction. A statement in auto-commit
     * under another key goes to the node of that key.
     *
     * @param key the key: its text counts, which must be the same in every process
     * @param work the code to call, on the current thread
     * @return what {@code work} returned
     * @throws IllegalArgumentException if the class of {@code key} does not override {@code toString()}
     */
    public static <T extends @Nullable Object> T withAffinity(Object key, Supplier<T> work) {
        AffinityKey previous = AffinityContext.enter(AffinityKey.of(key));
        try {
            return work.get();
        } finally {
            AffinityContext.restore(previous);
        }
    }

    /**
     * Runs {@code work} as {@link #withAffinity(Object, Supplier)} does.
     *
     * @param key the key: its text counts
     * @param work the code to run, on the current thread
     * @throws IllegalArgumentException if the class of {@code key} does not override {@code toString()}
     */
    public static void withAffinity(Object key, Runnable work) {
        AffinityKey previous = AffinityContext.enter(AffinityKey.of(key));
        try {
            work.run();
        } finally {
            AffinityContext.restore(previous);
        }
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
