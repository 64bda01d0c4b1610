package io.github.replicationrouting.internal.routing;

import io.github.replicationrouting.ModifiedByPreviousAttemptException;
import io.github.replicationrouting.topology.Node;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of the database work of one thread while somebody stands ready to run its transaction again: which node
 * was lost, what has been committed meanwhile, what the server rolled back. The connections report here, because an
 * exception does not tell it reliably: frameworks replace it.
 *
 * <p>Bound to the thread that opened it, platform or virtual; where none is open, a report costs one look at a thread
 * local. Work that other threads do is not seen.
 */
public final class RetryContext implements AutoCloseable {

    private static final ThreadLocal<@Nullable RetryContext> CURRENT = new ThreadLocal<>();

    private final LongSupplier nanoTime;
    private final long opened;
    private final PrimaryWaitBudget holdBudget = new PrimaryWaitBudget();
    private final ArgumentStates given = new ArgumentStates();
    private @Nullable Duration limit;

    /** Nodes lost in earlier runs. */
    private List<Node> avoided = List.of();

    private @Nullable Node lost;

    /** Nodes that lack what this run names. */
    private Set<Node> lacking = Set.of();

    private boolean unserved;
    private boolean rolledBack;
    private @Nullable Node refusing;
    private boolean committed;
    private boolean forbidden;
    private boolean begun;
    private boolean completed;
    private boolean unsound;
    private int run = 1;

    private RetryContext(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.opened = nanoTime.getAsLong();
    }

    /**
     * Begins to record the work of this thread, until {@link #close()}.
     *
     * @param nanoTime monotonic time
     * @throws IllegalStateException when the thread's work is recorded already
     */
    public static RetryContext open(LongSupplier nanoTime) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("The work of this thread is recorded already");
        }
        RetryContext record = new RetryContext(nanoTime);
        CURRENT.set(record);
        return record;
    }

    /** The record of this thread's work; null when nobody would run it again. */
    public static @Nullable RetryContext current() {
        return CURRENT.get();
    }

    @Override
    public void close() {
        CURRENT.remove();
    }

    // What connections report

    /** A node was lost in the middle of work that may not write there. */
    public static void lost(Node node) {
        RetryContext record = CURRENT.get();
        // What runs after the commit is no part of the transaction, and is not done twice for it.
        if (record != null && !record.completed) {
            record.lost = node;
            record.lacking = Set.of();
        }
    }

    /**
     * A node lacks what the work names, and another may have it: none where an earlier run has met this node, too.
     *
     * @param alike the nodes that are known to lack it, this one among them: the next run goes elsewhere
     */
    public static void lacking(Node node, Set<Node> alike) {
        RetryContext record = CURRENT.get();
        if (record != null && !record.completed && !record.avoided.contains(node)) {
            record.lost = node;
            record.lacking = alike;
        }
    }

    /** No node took the work. */
    public static void unserved() {
        RetryContext record = CURRENT.get();
        if (record != null && !record.completed) {
            record.unserved = true;
        }
    }

    /** Something was committed, or may have been: the work is not undone by a rollback any more. */
    public static void committed() {
        RetryContext record = CURRENT.get();
        if (record != null) {
            record.committed = true;
        }
    }

    /** The server rolled a transaction back, so that another run may succeed. */
    public static void rolledBack() {
        RetryContext record = CURRENT.get();
        if (record != null && !record.completed) {
            record.rolledBack = true;
        }
    }

    /** A node that was the primary refused work because it is read-only: nothing of the transaction is there. */
    public static void refused(Node node) {
        RetryContext record = CURRENT.get();
        if (record != null && !record.completed) {
            record.refusing = node;
        }
    }

    /** Whether this thread's work is recorded, and nothing of it committed so far. */
    public static boolean isUncommitted() {
        RetryContext record = CURRENT.get();
        return record != null && !record.committed;
    }

    /**
     * A framework that may change this object was given it.
     *
     * @param kind what is remembered of it
     * @param asItIs remembers it as it is now; asked for once for each object and kind
     * @throws ModifiedByPreviousAttemptException when an earlier run was given the same object, and it was another then
     */
    public static <G extends ArgumentState> void given(Object object, Class<G> kind, Supplier<G> asItIs) {
        RetryContext record = CURRENT.get();
        if (record != null && !record.completed && !record.given.give(object, record.run, kind, asItIs)) {
            record.unsound = true;
            throw new ModifiedByPreviousAttemptException(object.getClass().getName());
        }
    }

    /** What to ask for: the next run of lost work goes elsewhere. */
    public static Intent intentOf(Access access) {
        RetryContext record = CURRENT.get();
        return record == null || access != Access.READ || record.avoided.isEmpty()
                ? Intent.of(access)
                : new Intent(access, record.avoided);
    }

    /** What is left of the transaction's timeout for a run that is not the first; null when nothing limits it. */
    public static @Nullable Duration timeLeftOfRetry() {
        RetryContext record = CURRENT.get();
        return record == null || record.run == 1 ? null : record.timeLeft();
    }

    // What the transaction's surroundings report

    /** The transaction began; returns false when this was known, because one inside it begins. */
    public boolean begin() {
        boolean first = !begun;
        begun = true;
        return first;
    }

    /** The transaction has committed. */
    public void complete() {
        completed = true;
    }

    /** Something was done that must not be done twice. */
    public void forbid() {
        forbidden = true;
    }

    /** All runs together may take this long; the first limit counts. */
    public void limitTo(Duration timeout) {
        if (limit == null) {
            limit = timeout;
        }
    }

    // What whoever runs it again reads

    /** Whether this run was given something that an earlier one has changed: it must not commit. */
    public boolean isUnsound() {
        return unsound;
    }

    /** Whether frameworks were given more objects than are remembered. */
    public boolean wasGivenTooMuch() {
        return given.areTooMany();
    }

    /** What this transaction, with all of its runs and what is inside, has waited for a primary. */
    PrimaryWaitBudget holdBudget() {
        return holdBudget;
    }

    /** The node lost in this run; null when none was. */
    public @Nullable Node lostNode() {
        return lost;
    }

    /** Whether the lost node is there, but lacks what the work names. */
    public boolean isLacking() {
        return !lacking.isEmpty();
    }

    /** Whether this run found no node at all. */
    public boolean isUnserved() {
        return unserved;
    }

    /** Whether the server rolled back the transaction of this run. */
    public boolean isRolledBack() {
        return rolledBack;
    }

    /** The node that refused this run as read-only; null when none did. */
    public @Nullable Node refusingNode() {
        return refusing;
    }

    /** Whether anything has been committed, or may have been. */
    public boolean hasCommitted() {
        return committed;
    }

    /** Whether something was done that must not be done twice. */
    public boolean isForbidden() {
        return forbidden;
    }

    /** What is left of the transaction's timeout, negative when it is over; null when nothing limits it. */
    public @Nullable Duration timeLeft() {
        return limit == null ? null : limit.minusNanos(nanoTime.getAsLong() - opened);
    }

    /** Takes back what frameworks changed in the objects that they were given. */
    public void restoreGiven() {
        given.restore();
    }

    /** Begins the next run, which goes elsewhere than to the nodes lost so far. */
    public void nextRun() {
        if (lost != null) {
            Set<Node> more = new LinkedHashSet<>(avoided);
            more.add(lost);
            more.addAll(lacking);
            avoided = List.copyOf(more);
        }
        lost = null;
        lacking = Set.of();
        unserved = false;
        rolledBack = false;
        refusing = null;
        begun = false;
        completed = false;
        run++;
    }
}
