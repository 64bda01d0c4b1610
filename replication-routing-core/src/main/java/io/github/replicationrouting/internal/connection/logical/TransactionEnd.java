package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.ErrorKind;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits and rolls back, and decides what a failure there means: a read-only transaction has nothing to lose at its
 * end, and of a write that was lost in COMMIT it is not known whether it was committed.
 */
final class TransactionEnd {

    private static final Logger log = LoggerFactory.getLogger(TransactionEnd.class);

    private final LeaseHolder leases;
    private final TransactionContext transaction;
    private final FailureHandler failures;

    TransactionEnd(LeaseHolder leases, TransactionContext transaction, FailureHandler failures) {
        this.leases = leases;
        this.transaction = transaction;
        this.failures = failures;
    }

    /** Commits what is open, if anything. */
    void commit() throws SQLException {
        requireNotRolledBack();
        Lease lease = leases.usable();
        if (lease != null) {
            end(lease, target -> {
                target.commit();
                return Boolean.TRUE;
            });
        }
        transaction.reset();
    }

    /** Commits by the return to auto-commit, as of what was written in a callback after the commit proper. */
    void commitByAutoCommit(Lease lease) throws SQLException {
        requireNotRolledBack();
        end(lease, target -> {
            target.setAutoCommit(true);
            return Boolean.TRUE;
        });
    }

    /** Refuses the COMMIT of a transaction that the server rolled back: like every refused COMMIT, that ends it. */
    private void requireNotRolledBack() throws SQLException {
        try {
            transaction.requireNotRolledBack();
        } catch (SQLException refusal) {
            try {
                rollback();
            } catch (SQLException e) {
                refusal.addSuppressed(e);
            }
            throw refusal;
        }
    }

    /** The loss of a read-only transaction at its end is not thrown; the loss of a write is. */
    private void end(Lease lease, ServerCall<Connection, Boolean> ending) throws SQLException {
        boolean writes = transaction.isOpen() && transaction.mayWrite(lease);
        boolean mayCommit = writes;
        boolean ended = false;
        try {
            ending.on(lease.connection());
            ended = true;
        } catch (SQLException e) {
            ErrorKind kind = lease.kindOf(e);
            boolean inDoubt = writes && lease.isCommitInDoubt(e, kind, false);
            SQLException failure = failures.failedAtEnd(lease, e, kind);
            if (inDoubt) {
                lease.recorder().commitOutcomeUnknown();
                failure = ErrorExplanation.outcomeUnknown(e, kind, lease.decision(), false);
            }
            boolean lost = lease.isLost() || (kind.isLoss() && !lease.isWritable());
            if (kind == ErrorKind.ROLLED_BACK) {
                RetryContext.rolledBack();
            }
            // A commit that the server refuses is a rollback.
            boolean refused = kind == ErrorKind.ROLLED_BACK
                    || kind == ErrorKind.READ_ONLY_SERVER
                    || kind == ErrorKind.NOT_IN_GROUP;
            writes &= !refused;
            ended = lost || refused;
            if (lease.isWritable() || !lost) {
                throw failure;
            }
            log.debug(
                    "Node {} was lost at the end of a read-only transaction",
                    lease.decision().node(),
                    e);
        } finally {
            // Also where it failed: then it is not known.
            lease.recorder().acknowledged(mayCommit);
            if (writes) {
                RetryContext.committed();
            }
            if (ended) {
                leases.transactionEnded(lease);
            }
        }
    }

    /** Rolls back what is open, if anything. */
    void rollback() throws SQLException {
        Lease lease = leases.usable();
        if (lease == null) {
            transaction.reset();
            return;
        }
        boolean writes = transaction.isOpen() && transaction.mayWrite(lease);
        try {
            lease.connection().rollback();
            // DDL in it was committed all the same.
            lease.recorder().acknowledged(writes);
            leases.transactionEnded(lease);
        } catch (SQLException e) {
            ErrorKind kind = lease.kindOf(e);
            SQLException failure = failures.failedAtEnd(lease, e, kind);
            if (!kind.isLoss() && !lease.isLost()) {
                throw failure;
            }
            // The server rolls back when it loses its client; the loss itself was thrown when it was met.
            log.debug("Node {} was lost before a rollback", lease.decision().node(), e);
            leases.retire(lease);
        }
        transaction.reset();
    }
}
