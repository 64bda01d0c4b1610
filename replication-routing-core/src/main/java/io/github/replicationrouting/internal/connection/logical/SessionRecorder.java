package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.position.Position;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what the session of this thread has read and committed on one lease, so that its later reads see it. Used by
 * one thread at a time.
 */
final class SessionRecorder {

    private static final Logger log = LoggerFactory.getLogger(SessionRecorder.class);

    private final Decision decision;
    private final PhysicalConnection physical;
    private final Consistency consistency;
    private final boolean recordsReads;

    private boolean read;

    /** Whether a statement has returned since the last call of {@link #caughtUp}. */
    private boolean returned;

    /** When the node had everything that others had committed; null where that is not known. */
    private @Nullable Long holdsAsOf;

    /** Whether a statement may have committed implicitly, such as DDL, where the server reports no commits. */
    private boolean commitUnknown;

    /** Whether the last call failed: what it committed before, such as a procedure or DDL does, is not reported. */
    private boolean failed;

    /**
     * @param recordsReads whether the session remembers reads: not where it asked for no more than a replica, nor on a
     *     primary that it writes to
     */
    SessionRecorder(Decision decision, PhysicalConnection physical, Consistency consistency, boolean recordsReads) {
        this.decision = decision;
        this.physical = physical;
        this.consistency = consistency;
        this.recordsReads = recordsReads && consistency.isOn();
    }

    /**
     * Records what the server has acknowledged by now.
     *
     * @param mayHaveCommitted whether the last call ended a transaction, or ran in none, and may have written; counts
     *     where the server does not report commits
     */
    void acknowledged(boolean mayHaveCommitted) {
        if (!decision.writable() || !consistency.isOn()) {
            return;
        }
        boolean afterFailure = failed;
        failed = false;
        if (physical.reportsCommits()) {
            Position commit = physical.positions().takeCommitted();
            if (commit != null) {
                // Also by a statement, in the middle of what JDBC takes for a transaction.
                RetryContext.committed();
                committed(commit);
            }
            if (afterFailure) {
                committed(null);
            }
        } else if (mayHaveCommitted || afterFailure) {
            commitUnknown = false;
            committed(null);
        }
    }

    /** Records the answer to a statement inside a transaction, which JDBC takes to commit nothing. */
    void acknowledgedInTransaction() {
        acknowledged(false);
        commitUnknown = true;
    }

    /** Records that the lease is released, and what it may have committed until then. */
    void acknowledgedAtRelease() {
        acknowledged(commitUnknown);
    }

    /** Records that a call that may have written has failed. */
    void callFailed() {
        failed = true;
    }

    /** Records that the server received a commit, and did not answer. */
    void commitOutcomeUnknown() {
        if (!decision.writable() || !consistency.isOn()) {
            return;
        }
        if (decision.reason() == DecisionReason.PINNED_WRITER) {
            consistency.raiseFloorOutcomeUnknown();
        } else {
            consistency.commitOutcomeUnknown();
        }
    }

    private void committed(@Nullable Position commit) {
        if (decision.reason() == DecisionReason.PINNED_WRITER) {
            consistency.raiseFloor(commit);
        } else {
            consistency.committed(decision.node(), commit, holdsAsOf);
        }
    }

    /** Records that a statement has returned: the session must not go back behind what it may have shown. */
    void statementReturned() {
        returned = true;
        if (recordsReads) {
            read = true;
            if (holdsAsOf == null) {
                consistency.readOn(decision.node());
            } else {
                consistency.readOn(decision.node(), holdsAsOf);
            }
        }
    }

    /**
     * Records that the node has what the session had to see at a time.
     *
     * @param asOf by {@link System#nanoTime()}
     */
    void hasAllOf(long asOf) {
        holdsAsOf = asOf;
    }

    /**
     * Records that the node has everything that others had committed before a time; {@link #hasReturned} then shows the
     * next statement that returns.
     */
    void caughtUp(long asOf) {
        holdsAsOf = asOf;
        returned = false;
    }

    boolean hasReturned() {
        return returned;
    }

    boolean hasRead() {
        return read;
    }

    /**
     * Records that the reads are over. Where the position of their node is known, the session can continue elsewhere.
     *
     * @param sound whether the connection can be asked for it
     */
    void readsEnded(boolean sound) {
        if (sound) {
            try {
                recordPosition();
            } catch (SQLException | RuntimeException e) {
                log.debug("Node {} does not report its position", decision.node(), e);
            }
        }
        consistency.readsEnded();
    }

    private void recordPosition() throws SQLException {
        long askedAt = System.nanoTime();
        if (decision.recordsPosition()) {
            Position position = physical.positions().written();
            if (position != null && !position.isEmpty()) {
                consistency.readOnPrimary(decision.node(), position, askedAt);
            }
        } else if (consistency.mayLeave(decision.node())) {
            Position position = physical.positions().executed();
            boolean known = position != null && !position.isEmpty();
            consistency.readOnReplica(decision.node(), known ? position : null, askedAt);
        }
    }
}
