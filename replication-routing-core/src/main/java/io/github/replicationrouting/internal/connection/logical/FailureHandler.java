package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a failure on a lease means: for the lease, for the monitor, for a retry, and for the exception that the
 * caller gets. Used by one thread at a time.
 */
final class FailureHandler {

    private final LeaseManager leaseManager;
    private final ConnectionSettings settings;
    private final TransactionContext transaction;

    FailureHandler(LeaseManager leaseManager, ConnectionSettings settings, TransactionContext transaction) {
        this.leaseManager = leaseManager;
        this.settings = settings;
        this.transaction = transaction;
    }

    /** Runs a call on the pooled connection of a lease. */
    <R extends @Nullable Object> R onConnection(Lease lease, ServerCall<Connection, R> call) throws SQLException {
        try {
            return call.on(lease.connection());
        } catch (SQLException e) {
            throw failed(lease, e);
        }
    }

    /** Handles the failure of a call and returns what to throw. Reports a lost node to the monitor and for a retry. */
    SQLException failed(Lease lease, SQLException error) {
        ErrorKind kind = lease.kindOf(error);
        if (transaction.mayWrite(lease)) {
            lease.recorder().callFailed();
        }
        if (kind.isLoss() && !lease.isWritable() && !isCausedByCaller(lease, error)) {
            RetryContext.lost(lease.decision().node());
        } else if (kind == ErrorKind.SCHEMA) {
            Node node = lease.decision().node();
            Set<Node> alike = leaseManager.nodesWithSchemaError(node, error);
            if (!alike.isEmpty() && !lease.isWritable()) {
                RetryContext.objectMissing(node, alike);
            }
        } else if (kind == ErrorKind.ROLLED_BACK) {
            RetryContext.rolledBack();
        }
        return failedAtEnd(lease, error, kind);
    }

    /** Handles the failure of a call that may have changed something, which in auto-commit commits it, too. */
    SQLException failedToChange(Lease lease, SQLException error) {
        // Asked first: what is known to be lost is not lost by this call.
        boolean inDoubt = settings.autoCommit() && transaction.mayWrite(lease) && lease.isCommitInDoubt(error, true);
        SQLException failure = failed(lease, error);
        if (!inDoubt) {
            return failure;
        }
        lease.recorder().commitOutcomeUnknown();
        return ErrorExplanation.lostInCommit(error, lease.decision(), true);
    }

    /** Handles the failure of the end of a transaction, where nothing is lost but what was written. */
    SQLException failedAtEnd(Lease lease, SQLException error, ErrorKind kind) {
        boolean causedByCaller = isCausedByCaller(lease, error);
        leaseManager.failed(lease.decision().node(), causedByCaller ? ErrorKind.OTHER : kind);
        if (causedByCaller) {
            lease.endedByCaller();
        } else if (kind.isLoss()) {
            lease.lose();
        }
        if (lease.isForceClosed() && !transaction.mayWrite(lease)) {
            return ErrorExplanation.nodeDown(error, lease.decision());
        }
        if ((kind.isLoss() && !lease.isEndedByCaller()) || kind == ErrorKind.READ_ONLY_SERVER) {
            leaseManager.suspect(lease.decision().node(), error);
        }
        if (kind == ErrorKind.READ_ONLY_SERVER && lease.isWritable()) {
            lease.evictOnRelease();
            if (lease.decision().reason() != DecisionReason.NODE_REQUESTED) {
                RetryContext.demoted(lease.decision().node());
            }
        }
        return kind == ErrorKind.CONNECTION_LOST && transaction.mayWrite(lease) && !settings.autoCommit()
                ? ErrorExplanation.lostBeforeCommit(error, lease.decision())
                : ErrorExplanation.explain(error, kind, lease.access(), lease.decision());
    }

    /** Whether the connection ended because of a timeout that the caller set, which does not implicate the node. */
    private boolean isCausedByCaller(Lease lease, SQLException error) {
        if (lease.isEndedByCaller() || lease.isForceClosed()) {
            return lease.isEndedByCaller();
        }
        return CallerTimeout.isMet(error, settings.networkTimeout() > 0) || lease.isClosedByTimeout(error);
    }
}
