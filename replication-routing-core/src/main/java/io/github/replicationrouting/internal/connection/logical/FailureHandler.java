package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.delegate.ServerCall;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.spi.ErrorKind;
import io.github.replicationrouting.topology.Node;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
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
        return failed(lease, error, kind, kind.isInDoubt() && transaction.mayWrite(lease));
    }

    /** Handles the failure of a call that may have changed something, which in auto-commit commits it, too. */
    SQLException failedToChange(Lease lease, SQLException error) {
        // Asked first: what is known to be lost is not lost by this call.
        ErrorKind kind = lease.kindOf(error);
        boolean commits = settings.autoCommit() || kind.isInDoubt();
        return failed(
                lease, error, kind, commits && transaction.mayWrite(lease) && lease.isCommitInDoubt(error, kind, true));
    }

    /**
     * Handles the loss of a connection for which a statement was made and not executed, and no transaction had begun: a
     * retry of a write repeats nothing.
     */
    SQLException lostBeforeExecution(Lease lease) {
        if (!lease.isEndedByCaller()) {
            refusedWrite(lease);
        }
        return failed(
                lease,
                new SQLNonTransientConnectionException(
                        "The connection was closed before the statement was executed", "08003"));
    }

    private SQLException failed(Lease lease, SQLException error, ErrorKind kind, boolean inDoubt) {
        if (transaction.mayWrite(lease)) {
            lease.recorder().callFailed();
        }
        Node node = lease.decision().node();
        if (kind.isLoss() && !lease.isWritable() && !isCausedByCaller(lease, error)) {
            RetryContext.lost(node);
        } else if (kind == ErrorKind.NODE_UNFIT) {
            // Before COMMIT: nothing was committed.
            refusedWrite(lease);
        } else if (kind == ErrorKind.SCHEMA) {
            Set<Node> alike = leaseManager.nodesWithSchemaError(node, error);
            if (!alike.isEmpty() && !lease.isWritable()) {
                RetryContext.objectMissing(node, alike);
            }
        } else if (kind == ErrorKind.ROLLED_BACK) {
            RetryContext.rolledBack();
        }
        SQLException failure = failedAtEnd(lease, error, kind);
        if (kind == ErrorKind.ROLLED_BACK) {
            transaction.rolledBackByServer(error, lease.decision());
        }
        if (!inDoubt) {
            return failure;
        }
        RetryContext.committed();
        lease.recorder().commitOutcomeUnknown();
        return ErrorExplanation.outcomeUnknown(error, kind, lease.decision(), settings.autoCommit());
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
            refusedWrite(lease);
        } else if (kind == ErrorKind.NOT_IN_GROUP) {
            refusedWrite(lease);
        }
        return isLostBeforeCommit(lease, kind)
                ? ErrorExplanation.lostBeforeCommit(error, kind, lease.decision())
                : ErrorExplanation.explain(error, kind, lease.access(), lease.decision());
    }

    /** Reports a write that its node refused, so that nothing was committed: a retry finds another node. */
    private static void refusedWrite(Lease lease) {
        if (lease.isWritable() && lease.decision().reason() != DecisionReason.NODE_REQUESTED) {
            RetryContext.demoted(lease.decision().node());
        }
    }

    /** Whether what may write is known to have committed nothing, because of a loss or the refusal of its node. */
    private boolean isLostBeforeCommit(Lease lease, ErrorKind kind) {
        if (!transaction.mayWrite(lease)) {
            return false;
        }
        return switch (kind) {
            case CONNECTION_LOST, NODE_UNFIT -> !settings.autoCommit();
            case NOT_IN_GROUP -> true;
            default -> false;
        };
    }

    /** Whether the connection ended because of a timeout that the caller set, which does not implicate the node. */
    private boolean isCausedByCaller(Lease lease, SQLException error) {
        if (lease.isEndedByCaller() || lease.isForceClosed()) {
            return lease.isEndedByCaller();
        }
        return CallerTimeout.isMet(error, settings.networkTimeout() > 0) || lease.isClosedByTimeout(error);
    }
}
