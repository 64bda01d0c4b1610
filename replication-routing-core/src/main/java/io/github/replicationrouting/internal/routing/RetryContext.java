package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.ModifiedByPreviousAttemptException;
import io.github.replicationrouting.spi.FailedAttempt;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records what happens to the database work of one thread while its outermost transaction may be retried: which node
 * was lost, what was committed, what the server rolled back. The connections report it here, because exceptions are no
 * reliable source: frameworks replace them.
 *
 * <p>Bound to the thread that opened it, platform or virtual. Without an open context a report costs one read of a
 * thread local. The work of other threads is not recorded.
 */
public final class RetryContext implements FailedAttempt, AutoCloseable {

    private static final ThreadLocal<@Nullable RetryContext> CURRENT = new ThreadLocal<>();

    private final LongSupplier nanoTime;
    private final long openedAt;
    private final PrimaryWaitBudget primaryWaitBudget = new PrimaryWaitBudget();
    private final ArgumentStates arguments = new ArgumentStates();
    private @Nullable Duration timeout;

    /** The nodes that earlier attempts lost. */
    private List<Node> avoided = List.of();

    private RetryAttempt attempt = new RetryAttempt(1);
    private boolean committed;
    private boolean forbidden;
    private boolean argumentModified;

    private RetryContext(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.openedAt = nanoTime.getAsLong();
    }

    /**
     * Opens a context for the work of this thread, until {@link #close()}.
     *
     * @param nanoTime monotonic time
     * @throws IllegalStateException if this thread has an open context
     */
    public static RetryContext open(LongSupplier nanoTime) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("This thread already has an open retry context");
        }
        RetryContext context = new RetryContext(nanoTime);
        CURRENT.set(context);
        return context;
    }

    /** Returns the context of this thread; null if its work is not retried. */
    public static @Nullable RetryContext current() {
        return CURRENT.get();
    }

    @Override
    public void close() {
        CURRENT.remove();
    }

    // Reported by connections

    /** Reports that a node was lost during work that may not write there. */
    public static void lost(Node node) {
        RetryContext context = uncompleted();
        if (context != null) {
            context.attempt.lostNode = node;
            context.attempt.nodesWithoutObject = Set.of();
        }
    }

    /**
     * Reports that a node lacks an object that a statement names, such as a table, which another node may have. Ignored
     * if an earlier attempt lost the node already.
     *
     * @param nodes the nodes that are known to lack it, including this one: the next attempt avoids them
     */
    public static void objectMissing(Node node, Set<Node> nodes) {
        RetryContext context = uncompleted();
        if (context != null && !context.avoided.contains(node)) {
            context.attempt.lostNode = node;
            context.attempt.nodesWithoutObject = nodes;
        }
    }

    /** Reports that no node served the work. */
    public static void unserved() {
        RetryContext context = uncompleted();
        if (context != null) {
            context.attempt.unserved = true;
        }
    }

    /** Reports that something was committed, or may have been: a rollback no longer undoes all of the work. */
    public static void committed() {
        RetryContext context = CURRENT.get();
        if (context != null) {
            context.committed = true;
        }
    }

    /** Reports that the server rolled back a transaction, so that a retry may succeed. */
    public static void rolledBack() {
        RetryContext context = uncompleted();
        if (context != null) {
            context.attempt.rolledBack = true;
        }
    }

    /**
     * Reports that a node refused to write because it has become read-only or has left its group: nothing was
     * committed.
     */
    public static void demoted(Node node) {
        RetryContext context = uncompleted();
        if (context != null) {
            context.attempt.demotedNode = node;
        }
    }

    /** Returns the context of this thread unless its transaction has committed: what runs after that is not retried. */
    private static @Nullable RetryContext uncompleted() {
        RetryContext context = CURRENT.get();
        return context == null || context.attempt.completed ? null : context;
    }

    /** Returns whether this thread has an open context and has committed nothing so far. */
    public static boolean isUncommitted() {
        RetryContext context = CURRENT.get();
        return context != null && !context.committed;
    }

    /**
     * Records an object that is passed to a framework that may modify it.
     *
     * @param type type of the state to record
     * @param state captures the present state; called once for each object and type
     * @throws ModifiedByPreviousAttemptException if an earlier attempt passed the same object with another state
     */
    public static <S extends ArgumentState> void recordArgument(Object object, Class<S> type, Supplier<S> state) {
        RetryContext context = uncompleted();
        if (context != null && !context.arguments.record(object, context.attempt.number, type, state)) {
            context.argumentModified = true;
            throw new ModifiedByPreviousAttemptException(object.getClass().getName());
        }
    }

    /** Returns the intent of this access: a retry of a lost read avoids the nodes lost so far. */
    public static Intent intentOf(Access access) {
        RetryContext context = CURRENT.get();
        return context == null || access != Access.READ || context.avoided.isEmpty()
                ? Intent.of(access)
                : new Intent(access, context.avoided);
    }

    /** Returns what remains of the transaction's timeout in a retry; null in the first attempt or without a timeout. */
    public static @Nullable Duration timeLeftOfRetry() {
        RetryContext context = CURRENT.get();
        return context == null || context.attempt.number == 1 ? null : context.timeLeft();
    }

    // Reported by what surrounds the transaction

    /** Reports that a transaction begins; returns false if it is inside the one that began before in this attempt. */
    public boolean begin() {
        boolean first = !attempt.begun;
        attempt.begun = true;
        return first;
    }

    /** Reports that the transaction has committed. */
    public void complete() {
        attempt.completed = true;
    }

    /** Forbids a retry, because something was done that must not be done twice. */
    public void forbid() {
        forbidden = true;
    }

    /** Limits the time of all attempts together; only the first call has an effect. */
    public void limitTo(Duration timeout) {
        if (this.timeout == null) {
            this.timeout = timeout;
        }
    }

    // Read by what retries the transaction

    /** Returns whether an attempt was passed an object that an earlier attempt has modified: it must not commit. */
    public boolean isArgumentModified() {
        return argumentModified;
    }

    /** Returns whether frameworks were passed more objects than are recorded. */
    public boolean hasTooManyArguments() {
        return arguments.isExceeded();
    }

    /** Returns the budget of the transaction, shared by its attempts and the transactions inside it. */
    PrimaryWaitBudget primaryWaitBudget() {
        return primaryWaitBudget;
    }

    /** Returns the node that this attempt lost, null if there is none. */
    @Override
    public @Nullable Node lostNode() {
        return attempt.lostNode;
    }

    /** Returns whether the lost node answers, but lacks an object that a statement names. */
    @Override
    public boolean isObjectMissing() {
        return !attempt.nodesWithoutObject.isEmpty();
    }

    /** Returns whether no node served this attempt. */
    public boolean isUnserved() {
        return attempt.unserved;
    }

    /** Returns whether the server rolled back the transaction of this attempt. */
    @Override
    public boolean isRolledBack() {
        return attempt.rolledBack;
    }

    /** Returns the node that refused to write in this attempt, null if there is none. */
    @Override
    public @Nullable Node demotedNode() {
        return attempt.demotedNode;
    }

    /** Returns whether anything has been committed, or may have been. */
    public boolean hasCommitted() {
        return committed;
    }

    /** Returns whether a retry is forbidden. */
    public boolean isForbidden() {
        return forbidden;
    }

    /** Returns what remains of the transaction's timeout, negative if it has expired; null without a timeout. */
    public @Nullable Duration timeLeft() {
        return timeout == null ? null : timeout.minusNanos(nanoTime.getAsLong() - openedAt);
    }

    /** Reverts what frameworks modified in the objects that they were passed. */
    public void restoreArguments() {
        arguments.restore();
    }

    /** Begins the next attempt, which avoids the nodes lost so far. */
    public void nextAttempt() {
        if (attempt.lostNode != null) {
            Set<Node> lost = new LinkedHashSet<>(avoided);
            lost.add(attempt.lostNode);
            lost.addAll(attempt.nodesWithoutObject);
            avoided = List.copyOf(lost);
        }
        attempt = new RetryAttempt(attempt.number + 1);
    }
}
