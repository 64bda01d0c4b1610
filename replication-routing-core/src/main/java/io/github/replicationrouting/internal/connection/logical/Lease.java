package io.github.replicationrouting.internal.connection.logical;

import io.github.replicationrouting.Decision;
import io.github.replicationrouting.DecisionReason;
import io.github.replicationrouting.internal.connection.physical.PhysicalConnection;
import io.github.replicationrouting.internal.connection.pool.NodeEvictedException;
import io.github.replicationrouting.internal.connection.pool.NodePool;
import io.github.replicationrouting.internal.consistency.Consistency;
import io.github.replicationrouting.internal.routing.Access;
import io.github.replicationrouting.internal.routing.IntentResolver;
import io.github.replicationrouting.internal.routing.RetryContext;
import io.github.replicationrouting.position.Position;
import io.github.replicationrouting.spi.ErrorKind;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pooled connection on loan to a logical one, for one decision. A retired lease takes no new work and goes back to
 * its pool when the last statement made on it is closed.
 */
final class Lease {

    /** How long a logical connection keeps a lease. */
    enum Duration {
        /** Until the logical connection is closed: what plain JDBC expects of its session. */
        UNTIL_CLOSE,
        /** Until the transaction ends. */
        TRANSACTION,
        /** Until its last statement is closed. */
        STATEMENT
    }

    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final NodePool pool;
    private final Connection connection;
    private final PhysicalConnection physical;
    private final Access access;
    private final Decision decision;
    private final Duration duration;
    private final Runnable atEnd;
    private final DecisionValidity rotation;
    private final Consistency consistency;
    private final @Nullable Object hint;

    private boolean read;
    private int openStatements;
    private boolean retired;
    private boolean released;
    private boolean condemned;

    /** Another thread may abort the connection. */
    private volatile boolean lost;

    private volatile boolean abandoned;

    /** Whether a statement may have committed of its own accord, such as DDL, where the server reports no commits. */
    private boolean commitUnknown;

    /** Whether the last call failed: what it committed before, such as a procedure or DDL does, is not reported. */
    private boolean failed;

    Lease(
            NodePool pool,
            Connection connection,
            Access access,
            Decision decision,
            Duration duration,
            Runnable atEnd,
            DecisionValidity rotation,
            Consistency consistency)
            throws SQLException {
        this.pool = pool;
        this.connection = connection;
        this.physical = connection.unwrap(PhysicalConnection.class);
        this.access = access;
        this.decision = decision;
        this.duration = duration;
        this.rotation = rotation;
        this.consistency = consistency;
        this.hint = IntentResolver.hint();
        this.atEnd = atEnd;
        // In this order: whoever finds the node to be no primary any more publishes that, and then cuts what is there.
        boolean cut = decision.writable()
                ? !physical.wire().protect()
                : physical.wire().isCut();
        if (cut || (decision.writable() && rotation.isOver())) {
            throw new NodeEvictedException(decision.node());
        }
    }

    Connection connection() {
        return connection;
    }

    PhysicalConnection physical() {
        return physical;
    }

    Decision decision() {
        return decision;
    }

    Access access() {
        return access;
    }

    /** Refuses SQL that asks for a lock which only the primary can give. */
    void requireNoLock(String sql) throws SQLException {
        if (decision.isServedByReplica()) {
            String lock = SqlLocks.first(sql);
            if (lock != null) {
                throw ErrorExplanation.lockOnReplica(lock, access, decision);
            }
        }
    }

    Duration duration() {
        return duration;
    }

    /** Whether its node is not what it was chosen for any more. */
    boolean hasLeftRotation() {
        return rotation.isOver();
    }

    /** Whether the reads of its connection may go on elsewhere, with what was made on it. */
    boolean mayBeLeftBetweenTransactions() {
        return !isWritable() && duration == Duration.UNTIL_CLOSE;
    }

    /** Whether the work may write here. */
    boolean isWritable() {
        return decision.writable();
    }

    /** Whether it stands in for a primary that is not known. */
    boolean isMakeshift() {
        return decision.reason() == DecisionReason.METADATA_WITHOUT_PRIMARY;
    }

    /** Whether work of another intent can go on here instead of being routed anew. */
    boolean serves(Access next, boolean inSpringTransaction) {
        if (next == access) {
            return true;
        }
        return isWritable() && (!couldSpread(next, inSpringTransaction) || hasSessionState());
    }

    /** Whether work would leave for a replica, but for what SQL text left in the session here. */
    boolean holdsBack(Access next, boolean inSpringTransaction) {
        return next != access && couldSpread(next, inSpringTransaction) && hasSessionState();
    }

    private static boolean couldSpread(Access next, boolean inSpringTransaction) {
        return next == Access.READ && inSpringTransaction;
    }

    /** Whether SQL text left something in the session: it is kept until the logical connection is closed. */
    boolean hasSessionState() {
        return physical.isSessionChanged() && !isLost();
    }

    /** What an error of this connection says beyond itself. */
    ErrorKind kindOf(SQLException error) {
        if (isCutOff()) {
            return ErrorKind.CONNECTION_LOST;
        }
        ErrorKind kind = physical.dialect().classify(error);
        return kind == ErrorKind.OTHER && wasLostByThisCall() ? ErrorKind.CONNECTION_LOST : kind;
    }

    /** Connector/J tells of a batch that lost its connection only that its statement is closed. */
    private boolean wasLostByThisCall() {
        try {
            return !lost && physical.isClosed();
        } catch (SQLException e) {
            log.debug("A connection to {} cannot say whether it is closed", decision.node(), e);
            return false;
        }
    }

    /** Whether the node was given up, and whatever waited on this connection was released. */
    boolean isCutOff() {
        return physical.wire().isCut();
    }

    /** Whether the hint in force by now is satisfied here, too. */
    boolean honoursHint(boolean inTransaction) {
        return IntentResolver.isHonoured(hint, decision, inTransaction);
    }

    /**
     * Takes note of what the server has acknowledged by now.
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
            Position commit = physical.takeCommitted();
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

    /** The server was told to commit, and did not answer. */
    void commitInDoubt() {
        if (!decision.writable() || !consistency.isOn()) {
            return;
        }
        if (decision.reason() == DecisionReason.PINNED_WRITER) {
            consistency.raiseFloorOutcomeUnknown();
        } else {
            consistency.commitOutcomeUnknown();
        }
    }

    /** A call that may have written has failed. */
    void callFailed() {
        failed = true;
    }

    /** The same after a statement inside a transaction, which JDBC takes to commit nothing. */
    void acknowledgedInTransaction() {
        acknowledged(false);
        commitUnknown = true;
    }

    private void committed(@Nullable Position commit) {
        if (decision.reason() == DecisionReason.PINNED_WRITER) {
            consistency.raiseFloor(commit);
        } else if (commit != null) {
            consistency.committed(commit);
        } else {
            consistency.committed();
        }
    }

    /** A statement has returned: the session must not go back behind what it may have shown. */
    void statementReturned() {
        if (isReadOfSession()) {
            read = true;
            consistency.readOn(decision.node());
        }
    }

    /** Whether the session is to remember reads here: not where it asked for no more than a replica. */
    private boolean isReadOfSession() {
        return !decision.writable()
                && access != Access.METADATA
                && consistency.isOn()
                && !IntentResolver.isForAnyReplica(hint);
    }

    /** Whether no statement is open on it. */
    boolean isIdle() {
        return openStatements == 0;
    }

    /**
     * Whether its node may have ceased to be right for the read that begins: not where the statement of that read was
     * made on it and could not move.
     */
    boolean isKeptForNextRead() {
        return mayBeLeftBetweenTransactions() || (isIdle() && hasSessionState());
    }

    /** The reads are over. Knowing how far their node is lets the session go on elsewhere. */
    private void seen() {
        if (!read) {
            return;
        }
        if (!condemned && !isLost()) {
            try {
                notePosition();
            } catch (SQLException | RuntimeException e) {
                log.debug("Node {} does not say how far it is", decision.node(), e);
            }
        }
        consistency.readsEnded();
    }

    private void notePosition() throws SQLException {
        long askedAt = System.nanoTime();
        if (decision.recordsPosition()) {
            Position position = physical.written();
            if (position != null && !position.isEmpty()) {
                consistency.readOnPrimary(decision.node(), position, askedAt);
            }
        } else if (consistency.mayLeave(decision.node())) {
            Position position = physical.executed();
            boolean known = position != null && !position.isEmpty();
            consistency.readOnReplica(decision.node(), known ? position : null, askedAt);
        }
    }

    boolean isLost() {
        try {
            return lost || isCutOff() || connection.isClosed() || physical.isClosed();
        } catch (SQLException e) {
            log.debug("A connection to {} cannot say whether it is closed", decision.node(), e);
            return true;
        }
    }

    /** Whether nothing new may begin on it: it is lost, or its node is not what it was chosen for. */
    boolean isSpent() {
        return isLost() || (openStatements == 0 && (condemned || rotation.hasSuccessor()));
    }

    /**
     * Whether a server that was told to commit may have done so, although this is the answer. A connection that was gone
     * before (08003) has told it nothing, and a server that answers a statement in auto-commit has refused it.
     */
    boolean isCommitInDoubt(SQLException error, boolean inAutoCommit) {
        return switch (kindOf(error)) {
            case CONNECTION_LOST -> !"08003".equals(error.getSQLState());
            case NODE_UNFIT -> !inAutoCommit;
            default -> false;
        };
    }

    /** A call met the loss. The driver need not have noticed: Connector/J keeps a stream that broke off open. */
    void lose() {
        lost = true;
        condemned = true;
        physical.abandon();
        pool.doubt();
    }

    /** Its user gave the connection up, by a limit of its own or by aborting it: the node is none the worse. */
    void abandon() {
        abandoned = true;
        lost = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** Has the connection closed when it is given back: its server is not what it was. */
    void condemn() {
        condemned = true;
    }

    void statementOpened() {
        openStatements++;
    }

    /**
     * Takes note of a closed statement; the last one on a retired or a statement's own lease gives it back. Not where SQL
     * text changed the session, also when it is lost: a transaction in it must not go on elsewhere.
     */
    void statementClosed() {
        openStatements--;
        if (openStatements == 0 && (retired || (duration == Duration.STATEMENT && !physical.isSessionChanged()))) {
            release();
        }
    }

    /** Takes no new work from now on. */
    void retire() {
        retired = true;
        if (openStatements == 0) {
            release();
        }
    }

    boolean isReleased() {
        return released;
    }

    /** Gives the connection back now; the pool closes what is still open on it. */
    void release() {
        if (released) {
            return;
        }
        released = true;
        try {
            acknowledged(commitUnknown);
            seen();
        } finally {
            giveBack();
        }
    }

    private void giveBack() {
        try {
            if (condemned || abandoned) {
                pool.evict(connection);
            } else {
                pool.giveBack(connection, physical);
            }
        } finally {
            atEnd.run();
        }
    }
}
