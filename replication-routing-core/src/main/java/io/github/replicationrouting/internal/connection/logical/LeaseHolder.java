package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Access;
import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.NoWritableNodeException;
import io.github.replicationrouting.internal.routing.Hint;
import io.github.replicationrouting.internal.routing.HintContext;
import io.github.replicationrouting.internal.routing.Route;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one logical connection: which one its next statement uses, and when it is acquired, retired and
 * replaced. Used by one thread at a time, but for {@link #abort}.
 */
final class LeaseHolder {

    private static final Logger log = LoggerFactory.getLogger(LeaseHolder.class);

    private final Route route;
    private final LeaseManager leaseManager;
    private final ConnectionSettings settings;
    private final TransactionContext transaction;
    private final FailureHandler failures;

    /** Also read by a thread that aborts the connection. */
    private volatile @Nullable Lease lease;

    /** Leases with statements that are still open; rarely any. */
    private List<Lease> retired = List.of();

    private @Nullable Decision lastDecision;

    /** Whether statements outside transactions may use any node where there is no primary. */
    private boolean anyNodeWithoutPrimary;

    private boolean closed;
    private volatile boolean aborted;

    LeaseHolder(
            Route route,
            LeaseManager leaseManager,
            ConnectionSettings settings,
            TransactionContext transaction,
            FailureHandler failures) {
        this.route = route;
        this.leaseManager = leaseManager;
        this.settings = settings;
        this.transaction = transaction;
        this.failures = failures;
    }

    @Nullable
    Decision lastDecision() {
        return lastDecision;
    }

    /** Lets statements outside transactions use any node where there is no primary. */
    void allowAnyNodeWithoutPrimary() {
        anyNodeWithoutPrimary = true;
    }

    // Which lease

    /** Returns the lease for the next statement; acquires it where the current one cannot serve it. */
    Lease next() throws SQLException {
        return next(transaction.access(), false);
    }

    private Lease next(Access access, boolean routed) throws SQLException {
        requireOpen();
        transaction.requireNotRolledBack();
        Lease current = usable();
        if (current == null) {
            return acquire(access);
        }
        boolean inSpringTransaction = transaction.isInSpringTransaction();
        if (transaction.isOpen() || current.serves(access, inSpringTransaction)) {
            if (!transaction.isOpen() && current.isPinnedBySession(access, inSpringTransaction)) {
                leaseManager.sessionPinsReads(current.decision().node());
            }
            Hint hint = HintContext.current();
            if (!current.satisfies(hint, transaction.isOpen())) {
                if (transaction.isOpen()) {
                    throw Hint.notSatisfied(hint, current.decision());
                }
            } else if (current.isWritable() ? canContinueWriting(current, access, routed) : canContinue(current)) {
                if (access == Access.WRITE && !transaction.isOpen()) {
                    lastDecision = forTransaction(current.decision());
                }
                return current;
            }
        }
        if (current.isWithoutPrimary() && access == Access.OUTSIDE_TRANSACTION) {
            return replacementOf(current);
        }
        retire(current);
        return acquire(access);
    }

    /** Returns what to report for a transaction that begins on the node of a statement outside any transaction. */
    private static Decision forTransaction(Decision decision) {
        return decision.reason() == DecisionReason.OUTSIDE_TRANSACTION
                ? new Decision(decision.node(), DecisionReason.READ_WRITE, decision.writable())
                : decision;
    }

    /**
     * Whether reads may continue on the node where they began. A transaction that shows what was committed before each
     * statement has no snapshot that binds it to its node, so it need not miss what its own session committed
     * meanwhile.
     */
    private boolean canContinue(Lease current) {
        if (!transaction.isOpen()) {
            return !current.isKeptForNextRead() || leaseManager.reuse().isStillEligible(route, current);
        }
        return settings.isolation() > Connection.TRANSACTION_READ_COMMITTED
                || leaseManager.reuse().hasWhatSessionWrote(current);
    }

    /** Whether work that may write may continue where it was: a transaction always continues where it began. */
    private boolean canContinueWriting(Lease current, Access access, boolean routed) {
        return transaction.isOpen() || leaseManager.reuse().isStillWritable(route, current, access, routed);
    }

    /**
     * Returns the lease on which a statement that was made on {@code own} is executed: another one where it must move.
     *
     * @param first whether it is executed for the first time
     */
    Lease forExecution(Lease own, boolean first) throws SQLException {
        transaction.requireNotRolledBack();
        if (!transaction.isOpen() && !own.mayBeLeftBetweenTransactions() && own.isForceClosed() && !own.isReleased()) {
            requireOpen();
            throw failures.lostBeforeExecution(own);
        }
        // A transaction continues where the statement was made for it.
        return transaction.isOpen() && own == usable() && own.satisfies(HintContext.current(), true)
                ? own
                : next(transaction.access(), first && own == lease);
    }

    /** Returns the current lease, unless it has ended; null for none. */
    @Nullable
    Lease usable() {
        Lease current = lease;
        if (current != null && (current.isReleased() || (!transaction.isOpen() && current.isSpent()))) {
            retire(current);
            return null;
        }
        return current;
    }

    /** Returns the lease to apply a setting to; null when it is lost, so that settings never fail for that. */
    @Nullable
    Lease live() {
        Lease current = usable();
        return current == null || current.isLost() ? null : current;
    }

    /**
     * Returns the lease whose server must be asked for what SQL text may have set, past the pool, which caches what
     * JDBC set; mostly none.
     */
    @Nullable
    Lease withSessionState() {
        Lease current = live();
        return current != null && current.hasSessionState() ? current : null;
    }

    /** Returns the current lease, also where it has ended; null for none. */
    @Nullable
    Lease current() {
        return lease;
    }

    // Acquired and replaced

    private Lease acquire(Access access) throws SQLException {
        if (!anyNodeWithoutPrimary || access != Access.OUTSIDE_TRANSACTION) {
            return use(leaseManager.acquire(route, access, transaction.scopeOfNextLease()));
        }
        try {
            return use(leaseManager.acquireWithoutWaiting(route, access, transaction.scopeOfNextLease()));
        } catch (NoWritableNodeException e) {
            log.trace("There is no primary; any node may answer", e);
            return use(leaseManager.acquireWithoutWaiting(route, Access.METADATA, transaction.scopeOfNextLease()));
        }
    }

    /** Returns a lease of the primary where there is one by now; else the read-only one that was used without it. */
    private Lease replacementOf(Lease withoutPrimary) throws SQLException {
        try {
            Lease better = use(leaseManager.acquireWithoutWaiting(
                    route, Access.OUTSIDE_TRANSACTION, transaction.scopeOfNextLease()));
            keepUntilUnused(withoutPrimary);
            return better;
        } catch (NoWritableNodeException e) {
            log.trace(
                    "There is still no primary; node {} remains in use",
                    withoutPrimary.decision().node(),
                    e);
            lease = withoutPrimary;
            return withoutPrimary;
        }
    }

    private Lease use(Lease acquired) throws SQLException {
        lease = withSettings(acquired);
        if (aborted) {
            retire(acquired);
            requireOpen();
        }
        lastDecision = acquired.decision();
        return acquired;
    }

    /** Applies what was set on the logical connection; releases the lease where that fails. */
    Lease withSettings(Lease acquired) throws SQLException {
        try {
            settings.applyTo(acquired.connection(), acquired.isWritable());
            return acquired;
        } catch (SQLException e) {
            // In this order: a lost connection must not go back as if it were sound.
            SQLException failure = failures.failed(acquired, e);
            acquired.release();
            throw failure;
        } catch (RuntimeException e) {
            acquired.release();
            throw e;
        }
    }

    // Retired

    /** Records that a transaction has ended on a lease, and retires it where the next one is routed anew. */
    void transactionEnded(Lease ended) {
        boolean springManaged = transaction.end();
        if ((springManaged && !ended.hasSessionState()) || ended.isLost()) {
            retire(ended);
        }
    }

    /** Retires the current lease: the next statement acquires another one. */
    void retire(Lease old) {
        lease = null;
        transaction.discard();
        keepUntilUnused(old);
    }

    /** Retires a lease, which is released when the last statement made on it is closed, or with the connection. */
    void keepUntilUnused(Lease old) {
        if (old.hasSessionState()) {
            leaseManager.sessionStateLeft(old.decision().node());
        }
        old.retire();
        if (!old.isReleased()) {
            List<Lease> open = new ArrayList<>(retired.size() + 1);
            for (Lease other : retired) {
                if (!other.isReleased()) {
                    open.add(other);
                }
            }
            open.add(old);
            retired = open;
        }
    }

    // Ends

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        route.connectionClosed();
        try {
            if (lease != null) {
                lease.release();
            }
        } finally {
            retired.forEach(Lease::release);
        }
    }

    /** Called by another thread, so it only aborts the pooled connection, which {@link #close} releases. */
    void abort(Executor executor) throws SQLException {
        aborted = true;
        Lease current = lease;
        if (current != null) {
            current.endedByCaller();
            current.connection().abort(executor);
        }
    }

    boolean isClosed() {
        return closed || aborted;
    }

    void requireOpen() throws SQLException {
        if (closed || aborted) {
            throw new SQLNonTransientConnectionException("The connection is closed", "08003");
        }
    }

    @Override
    public String toString() {
        Lease current = lease;
        return current == null || current.isReleased()
                ? "logical connection without a node"
                : "logical connection to " + current.decision().node();
    }
}
